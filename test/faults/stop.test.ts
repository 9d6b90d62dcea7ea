import { describe, expect, test } from 'vitest';
import { readStop, writeStop } from '../../shared/incident/stop-switch.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { assertNoMutationAfter, assertNoMutations } from '../../simulator/invariants.ts';
import { defaultPolicy } from '../support/policy.ts';
import { blockedWorld, interrupt, onlyIncident, simulate } from '../support/simulate.ts';

const stop = { engaged: true, by: 'ana', reason: 'storm' };
/** One tick of the drain, and the calls it had already begun. */
const RECHECK_MS = 1_100;

describe('the stop switch', () => {
  test('engaged before the warning: nothing starts, and the outcome says who stopped it', async () => {
    const run = simulate();
    await writeStop(run.world.table, run.world.clock, stop);
    run.world.interrupt('spot/0');
    await run.simulation.settle();
    assertNoMutations(run.world);
    const incident = await onlyIncident(run.simulation);
    expect(incident.outcome?.kind).toBe('refused');
    expect(incident.outcome?.details.join()).toContain('ana: storm');
  });

  test.each(Array.from({ length: 24 }, (_, step) => step * 400))(
    'T31 V6: engaged %i ms after the warning, no mutation starts later than one re-check',
    async (delay) => {
      const run = simulate();
      await run.world.clock.advance(60_000);
      run.world.interrupt('spot/0');
      const at = run.world.clock.now() + delay;
      run.world.clock.at(at, () => {
        void writeStop(run.world.table, run.world.clock, stop);
      });
      await run.simulation.settle();
      assertNoMutationAfter(run.world, at + RECHECK_MS);
      expect((await onlyIncident(run.simulation)).status).toBe('closed');
    },
  );

  test('resumed again, the next warning is treated', async () => {
    const run = simulate();
    await writeStop(run.world.table, run.world.clock, stop);
    await writeStop(run.world.table, run.world.clock, { engaged: false, by: 'ana', reason: 'over' });
    expect(await readStop(run.world.table)).toEqual({ state: 'clear' });
    run.world.interrupt('spot/0');
    await run.simulation.settle();
    expect((await onlyIncident(run.simulation)).outcome?.kind).toBe('fixed');
  });

  test('T32: unreadable, cordon and eviction go on, deletion past a budget does not', async () => {
    const policy = { ...defaultPolicy, drain: { ...defaultPolicy.drain, force: true } };
    const faults = new FaultPlan();
    const run = simulate({ policy, faults, world: blockedWorld });
    run.world.calls.onCall((call) => {
      const [key] = call.args as [{ pk?: string }];
      if (call.port === 'table' && call.method === 'get' && key.pk === 'SWITCH') {
        faults.add({ call: call.n, fault: { kind: 'throttle' } });
      }
    });
    run.world.interrupt('spot/0');
    await run.simulation.settle();
    const methods = run.world.calls.mutations().map((call) => call.method);
    expect(methods).toContain('patchNode');
    expect(methods).toContain('evictPod');
    expect(methods).not.toContain('deletePod');
    const incident = await onlyIncident(run.simulation);
    const forced = incident.records.find((record) => record.step.action === 'force-delete');
    expect(forced).toMatchObject({ state: 'refused', decision: expect.stringContaining('unreadable') });
  });

  test('interrupting nothing leaves the switch clear', async () => {
    const { world } = await interrupt();
    expect(await readStop(world.table)).toEqual({ state: 'clear' });
  });
});
