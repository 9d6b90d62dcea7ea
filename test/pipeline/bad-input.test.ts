import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { assertNoMutations } from '../../simulator/invariants.ts';
import { onlyIncident, simulate, TROUBLE, warningBody } from '../support/simulate.ts';

/** Those that begin with `throttled-` or `ebs-` are of another trouble's lane, which node-interruption does not read. */
const malformed = readdirSync('events/malformed')
  .filter((name) => !/^(throttled|ebs)-/.test(name))
  .map((name) => [name, readFileSync(`events/malformed/${name}`, 'utf8')] as const);

describe('T07: bad input', () => {
  test.each([...malformed, ['300 KB', `"${'x'.repeat(300_000)}"`] as const])(
    '%s is parked as it came, with its reason',
    async (_name, body) => {
      const run = simulate();
      run.simulation.send(TROUBLE, body);
      await run.simulation.settle();
      const [parked, ...others] = run.world.queue.parked;
      expect(others).toEqual([]);
      expect(parked?.body).toBe(body);
      expect(parked?.reason.length).toBeGreaterThan(3);
      expect(await run.simulation.incidents()).toEqual([]);
      assertNoMutations(run.world);
    },
  );

  test('neighbours in the same batch are processed', async () => {
    const run = simulate();
    await run.world.clock.advance(60_000);
    run.simulation.send(TROUBLE, 'not json', warningBody(run.world, 'good'), '{"id":1}');
    await run.simulation.settle();
    expect((await onlyIncident(run.simulation)).outcome?.kind).toBe('fixed');
    expect(run.world.queue.parked).toHaveLength(2);
  });

  test('a dead-letter queue that does not take the record brings it back until it does', async () => {
    const { FaultPlan } = await import('../../simulator/faults.ts');
    const faults = new FaultPlan([{ port: 'queue', method: 'park', until: 2, fault: { kind: 'transient' } }]);
    const run = simulate({ faults });
    run.simulation.send(TROUBLE, 'not json');
    await run.simulation.settle();
    expect(run.world.queue.parked).toHaveLength(1);
    expect(run.simulation.lane(TROUBLE).deadLetters).toEqual([]);
  });

  test('every record ends in exactly one counted disposition', async () => {
    const run = simulate();
    for (const [, body] of malformed) run.simulation.send(TROUBLE, body);
    await run.simulation.settle();
    const counted = run.simulation.metrics.data.filter((datum) => datum.name === 'Signals');
    expect(counted.reduce((sum, datum) => sum + datum.value, 0)).toBe(malformed.length);
  });
});
