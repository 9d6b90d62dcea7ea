import { describe, expect, test } from 'vitest';
import { assertNoMutations } from '../../simulator/invariants.ts';
import { mutations, onlyIncident, simulate, TROUBLE, warningBody } from '../support/simulate.ts';

/** The warning is written when Spot says it, and arrives this much later. */
async function arriveLate(delaySeconds: number) {
  const run = simulate();
  await run.world.clock.advance(60_000);
  const body = warningBody(run.world, `late-${delaySeconds}`);
  await run.world.clock.advance(delaySeconds * 1000);
  run.simulation.send(TROUBLE, body);
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
    run.simulation.send(TROUBLE, warningBody(run.world, 'after'));
    await run.simulation.settle();
    assertNoMutations(run.world);
    expect((await onlyIncident(run.simulation)).outcome?.kind).toBe('ignored');
  });
});
