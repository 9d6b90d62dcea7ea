import { describe, expect, test } from 'vitest';
import { assertNoMutations } from '../../simulator/invariants.ts';
import { mutations, onlyIncident, simulate, TROUBLE } from '../support/simulate.ts';

/** The warning is written when Spot says it, and arrives this much later. */
async function arriveLate(delaySeconds: number) {
  const run = simulate();
  await run.world.clock.advance(60_000);
  const instance = run.world.instance('spot/0');
  const event = {
    version: '0',
    id: `late-${delaySeconds}`,
    'detail-type': 'EC2 Spot Instance Interruption Warning',
    source: 'aws.ec2',
    account: run.world.spec.account,
    region: run.world.spec.region,
    time: new Date(run.world.clock.now()).toISOString().replace(/\.\d+Z/, 'Z'),
    resources: [],
    detail: { 'instance-id': instance.id, 'instance-action': 'terminate' },
  };
  await run.world.clock.advance(delaySeconds * 1000);
  run.simulation.send(TROUBLE, JSON.stringify(event));
  await run.simulation.settle();
  return { ...run, incident: await onlyIncident(run.simulation) };
}

describe('T26: late warnings', () => {
  test.each([0, 60])('%i s late: drained', async (delay) => {
    const { incident } = await arriveLate(delay);
    expect(incident.outcome?.kind).toBe('fixed');
  });

  test('119 s late: cordon only', async () => {
    const { incident, world } = await arriveLate(118);
    expect(mutations(world)).toHaveLength(1);
    expect(mutations(world)[0]).toContain('patchNode');
    expect(incident.outcome?.kind).toBe('mitigated');
  });

  test.each([121, 600])('%i s late: history, nothing is touched', async (delay) => {
    const { incident, world } = await arriveLate(delay);
    assertNoMutations(world);
    expect(incident.outcome).toMatchObject({ kind: 'ignored', summary: expect.stringContaining('history') });
  });

  test('after the instance was terminated: history', async () => {
    const run = simulate();
    run.world.interrupt('spot/0', 'terminate', run.world.clock.now(), false);
    await run.world.clock.advance(300_000);
    const { id } = run.world.instance('spot/0');
    const detail = { 'instance-id': id, 'instance-action': 'terminate' };
    const [any] = run.world.events;
    const time = new Date(run.world.clock.now()).toISOString().replace(/\.\d+Z/, 'Z');
    const event = { ...any, id: 'after', time, source: 'aws.ec2', detail };
    run.simulation.send(
      TROUBLE,
      JSON.stringify({ ...event, 'detail-type': 'EC2 Spot Instance Interruption Warning' }),
    );
    await run.simulation.settle();
    assertNoMutations(run.world);
    expect((await onlyIncident(run.simulation)).outcome?.kind).toBe('ignored');
  });
});
