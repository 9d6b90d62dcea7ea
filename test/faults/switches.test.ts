import { describe, expect, test } from 'vitest';
import { HOUR_MS } from '../../shared/clock.ts';
import { writeStop } from '../../shared/incident/stop-switch.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { assertNoMutationAfter, assertNoMutations } from '../../simulator/invariants.ts';
import { defaultPolicy } from '../support/policy.ts';
import { onlyIncident, type Simulated, simulate } from '../support/simulate.ts';

const policy = { ...defaultPolicy, replacement: { detach: true, terminateStragglers: false } };
const stop = { engaged: true, by: 'ana', reason: 'storm' };
/** One tick of the drain, and the calls it had already begun. */
const RECHECK_MS = 1_100;
/** The drain asks for another config this often. */
const NEWS_MS = 5_000;

interface Stoppable extends Simulated {
  /** From now on IAM denies what `paramedic stop --deny` denies. */
  deny(): void;
  /** From now on no rule brings an event. */
  disableRules(): void;
}

/** `deniesFrom`: the Deny takes effect with the first such call. */
function stoppable(deniesFrom?: string): Stoppable {
  const faults = new FaultPlan();
  const state = { isDenied: false, isDeaf: false };
  const run = simulate({ policy, faults, loses: () => state.isDeaf });
  run.world.calls.onCall((call) => {
    if (call.method === deniesFrom) state.isDenied = true;
    const [key] = call.args as [{ pk?: string }];
    const isHidden = call.port === 'table' && call.method === 'get' && key.pk === 'SWITCH';
    const isChange = call.port === 'autoscaling' && call.method === 'detachInstance';
    if (state.isDenied && (isHidden || isChange))
      faults.add({ call: call.n, fault: { kind: 'unauthorised' } });
  });
  return {
    ...run,
    deny: () => {
      state.isDenied = true;
    },
    disableRules: () => {
      state.isDeaf = true;
    },
  };
}

const SWITCHES: readonly { name: string; engage(run: Stoppable): void; withinMs: number }[] = [
  {
    name: 'the ledger',
    engage: ({ world }) => void writeStop(world.table, world.clock, stop),
    withinMs: RECHECK_MS,
  },
  {
    name: 'mode off in the config',
    engage: ({ setMode }) => setMode('off'),
    withinMs: NEWS_MS + RECHECK_MS,
  },
  { name: 'an explicit Deny', engage: ({ deny }) => deny(), withinMs: RECHECK_MS },
];

describe.each(SWITCHES)('T31: $name', ({ engage, withinMs }) => {
  test('engaged before the warning, nothing is changed', async () => {
    const run = stoppable();
    engage(run);
    await run.world.clock.advance(1_000);
    run.world.interrupt('spot/0');
    await run.simulation.settle();
    assertNoMutations(run.world);
  });

  test.each(Array.from({ length: 12 }, (_, step) => step * 800))(
    'V6: engaged %i ms after the warning, no mutation starts later than one re-check',
    async (delay) => {
      const run = stoppable();
      await run.world.clock.advance(60_000);
      run.world.interrupt('spot/0');
      const at = run.world.clock.now() + delay;
      run.world.clock.at(at, () => engage(run));
      await run.simulation.settle();
      assertNoMutationAfter(run.world, at + withinMs);
      const incidents = await run.simulation.incidents();
      expect(incidents.filter(({ status }) => status === 'open')).toEqual([]);
    },
  );
});

describe('T31: any one of them wins', () => {
  test('a switch that somebody releases does not release another', async () => {
    const run = stoppable();
    run.deny();
    await writeStop(run.world.table, run.world.clock, stop);
    await writeStop(run.world.table, run.world.clock, { engaged: false, by: 'tool', reason: 'drift' });
    run.world.interrupt('spot/0');
    await run.simulation.settle();
    assertNoMutations(run.world);
    const incident = await onlyIncident(run.simulation);
    expect(incident.outcome?.kind).toBe('refused');
    expect(incident.outcome?.details.join()).toContain('stop-switch: engaged by an explicit Deny');
  });

  test('disabled rules: no event starts anything; what is under way goes on', async () => {
    const run = stoppable();
    run.world.interrupt('spot/0');
    await run.world.clock.advance(2_000);
    run.disableRules();
    run.world.interrupt('spot/1');
    await run.simulation.settle();
    expect(await onlyIncident(run.simulation)).toMatchObject({
      subject: { id: run.world.instance('spot/0').id },
      status: 'closed',
    });
    await run.world.clock.advance(HOUR_MS);
    expect(await run.simulation.incidents()).toHaveLength(1);
  });
});

describe('an action that meets an explicit Deny', () => {
  test('is not tried again, and the outcome names the Deny', async () => {
    const run = stoppable('detachInstance');
    await run.world.clock.advance(60_000);
    run.world.interrupt('spot/0');
    await run.simulation.settle();
    const tries = run.world.calls.calls.filter(({ method }) => method === 'detachInstance');
    expect(tries).toHaveLength(1);
    assertNoMutationAfter(run.world, (tries[0]?.at ?? 0) + RECHECK_MS);
    const { records, outcome } = await onlyIncident(run.simulation);
    const why = 'stopped by an explicit Deny: autoscaling:DetachInstances: unauthorised';
    expect(records.find(({ step }) => step.action === 'detach')).toMatchObject({
      state: 'refused',
      summary: expect.stringContaining(why),
    });
    expect(outcome?.kind).toBe('refused');
    expect(outcome?.details.join()).toContain(why);
  });

  test('without a Deny it is a missing permission, and fails as before', async () => {
    const faults = new FaultPlan([
      { port: 'autoscaling', method: 'detachInstance', fault: { kind: 'unauthorised' } },
    ]);
    const run = simulate({ policy, faults });
    run.world.interrupt('spot/0');
    await run.simulation.settle();
    const { records } = await onlyIncident(run.simulation);
    expect(records.find(({ step }) => step.action === 'detach')).toMatchObject({ state: 'failed' });
    expect(records.find(({ step }) => step.action === 'drain')).toMatchObject({ state: 'done' });
  });
});
