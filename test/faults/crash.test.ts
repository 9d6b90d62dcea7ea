import { describe, expect, test } from 'vitest';
import { FaultPlan } from '../../simulator/faults.ts';
import { assertAppliedOnce, assertNoEmptyIds, watchAuthorisation } from '../../simulator/invariants.ts';
import { defaultPolicy } from '../support/policy.ts';
import type { Simulated, SimulateOptions } from '../support/simulate.ts';
import { byItsAction, cutOff, onlyIncident, simulate } from '../support/simulate.ts';

/** Everything that must be equal however often the system crashed on the way. */
interface EndState {
  status: string;
  outcome: string | undefined;
  generation: number;
  records: string[];
  cutOff: string[];
  detachments: number;
}

const policy = { ...defaultPolicy, replacement: { detach: true, terminateStragglers: false } };

async function play(options: SimulateOptions): Promise<Simulated & { state: EndState }> {
  const run = simulate({ policy, ...options });
  const watch = watchAuthorisation(run.world, byItsAction);
  await run.world.clock.advance(60_000);
  run.world.interrupt('spot/0');
  await run.simulation.settle();
  await run.simulation.sweep();
  await run.simulation.settle();
  await run.world.clock.advance(300_000);
  watch.assert();
  assertAppliedOnce(run.world);
  assertNoEmptyIds(run.world);
  const incident = await onlyIncident(run.simulation);
  return {
    ...run,
    state: {
      status: incident.status,
      outcome: incident.outcome?.kind,
      generation: incident.generation,
      records: incident.records.map((record) => `${record.step.action} ${record.state}`),
      cutOff: cutOff(run.world),
      detachments: run.world.fleet.detachments.length,
    },
  };
}

const clean = await play({});
const calls = clean.world.calls.calls.length;

describe('T02: a crash at every port call, then redelivery', () => {
  test('the clean run ends fixed and makes enough calls for the others to mean something', () => {
    expect(clean.state).toMatchObject({ status: 'closed', outcome: 'fixed', detachments: 1, cutOff: [] });
    expect(calls).toBeGreaterThan(60);
  });

  test.each(Array.from({ length: calls }, (_, index) => index + 1))(
    'before and after call %i',
    async (call) => {
      for (const kind of ['crash-before', 'crash-after'] as const) {
        const crashed = await play({ faults: new FaultPlan([{ call, fault: { kind } }]) });
        expect({ kind, ...crashed.state }).toEqual({ kind, ...clean.state });
      }
    },
  );

  test('V5: after any crash every announcement that is due has been made', async () => {
    for (let call = 1; call <= calls; call += 7) {
      const crashed = await play({ faults: new FaultPlan([{ call, fault: { kind: 'crash-after' } }]) });
      const incident = await onlyIncident(crashed.simulation);
      expect(incident.announced).toBe(incident.announce);
    }
  });
});

describe('T03: two crashes in one run', () => {
  test.each(Array.from({ length: 60 }, (_, seed) => seed))('pair %i', async (seed) => {
    const first = 1 + ((seed * 37) % calls);
    const second = first + 1 + ((seed * 53) % calls);
    const faults = new FaultPlan([
      { call: first, fault: { kind: seed % 2 === 0 ? 'crash-before' : 'crash-after' } },
      { call: second, fault: { kind: seed % 3 === 0 ? 'crash-before' : 'crash-after' } },
    ]);
    expect((await play({ faults })).state).toEqual(clean.state);
  });
});
