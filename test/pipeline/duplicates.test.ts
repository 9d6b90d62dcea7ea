import { describe, expect, test } from 'vitest';
import { assertAppliedOnce } from '../../simulator/invariants.ts';
import { mutations, onlyIncident, simulate, TROUBLE } from '../support/simulate.ts';

describe('the same warning, many times', () => {
  async function deliver(copies: number, spreadMs: number) {
    const run = simulate();
    await run.world.clock.advance(60_000);
    run.world.interrupt('spot/0');
    const body = JSON.stringify(run.world.events.at(-1));
    for (let copy = 1; copy < copies; copy++) {
      run.world.clock.after(Math.floor((copy * spreadMs) / copies), () => run.simulation.send(TROUBLE, body));
    }
    await run.simulation.settle();
    await run.world.clock.advance(spreadMs);
    await run.simulation.settle();
    return run;
  }

  test('T01: ×2, ×10 and ×1,000 together end as ×1: one incident, the same effects', async () => {
    const once = await deliver(1, 0);
    for (const copies of [2, 10, 1000]) {
      const many = await deliver(copies, 0);
      expect((await onlyIncident(many.simulation)).generation).toBe(1);
      expect(mutations(many.world)).toEqual(mutations(once.world));
    }
  });

  test('T01: copies over 26 hours change nothing after the first', async () => {
    const once = await deliver(1, 0);
    const late = await deliver(50, 26 * 3_600_000);
    const incident = await onlyIncident(late.simulation);
    expect(incident).toMatchObject({ generation: 1, outcome: { kind: 'fixed' } });
    expect(mutations(late.world)).toEqual(mutations(once.world));
    assertAppliedOnce(late.world);
  });

  test('a copy with another event id is the same news', async () => {
    const run = simulate();
    await run.world.clock.advance(60_000);
    run.world.interrupt('spot/0');
    const event = run.world.events.at(-1);
    for (let n = 0; n < 20; n++) run.simulation.send(TROUBLE, JSON.stringify({ ...event, id: `copy-${n}` }));
    await run.simulation.settle();
    assertAppliedOnce(run.world);
    expect((await onlyIncident(run.simulation)).signals).toHaveLength(1);
  });

  test('1,000 copies cost at most one read of EC2 per batch of ten, plus those of the one run', async () => {
    const run = simulate();
    await run.world.clock.advance(60_000);
    run.world.interrupt('spot/0');
    const body = JSON.stringify(run.world.events.at(-1));
    run.simulation.send(TROUBLE, ...Array.from({ length: 999 }, () => body));
    await run.simulation.settle();
    const reads = run.world.calls.calls.filter((call) => call.port === 'ec2').length;
    expect(reads).toBeLessThanOrEqual(110);
  });
});
