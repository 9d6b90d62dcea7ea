import { describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../shared/clock.ts';
import { startAgain } from '../../shared/pipeline/ensure-run.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { assertAppliedOnce, watchAuthorisation } from '../../simulator/invariants.ts';
import { Process } from '../../simulator/process.ts';
import { poke, setUpProbe } from '../support/probe.ts';
import { byItsAction, interrupt, mutations, onlyIncident, simulate } from '../support/simulate.ts';

const HALF_HOUR = 30 * MINUTE_MS;

/** Every subject's plan pokes the same target. */
function sharedTarget() {
  return setUpProbe((probe) => ({ actions: [poke(probe, { cooldownMs: HALF_HOUR })] }));
}

describe('T10: two runs, one target', () => {
  test('one acts at once; the other says for whom it waits, and acts when the cool-down is over', async () => {
    const { probe, world, simulation, ids, send } = sharedTarget();
    const begun = world.clock.now();
    send('e1', ...ids.slice(0, 2));
    await world.clock.advance(5 * MINUTE_MS);
    expect(probe.applied).toHaveLength(1);
    const waiting = (await simulation.incidents()).find(({ status }) => status === 'open');
    expect(waiting?.waiting?.why).toMatch(/^cool-down: begun .* ago for inc-[0-9a-f]{16}; again in /);
    expect(waiting?.records).toEqual([]);
    await world.clock.advance(begun + HALF_HOUR - 1_000 - world.clock.now());
    expect(probe.applied).toHaveLength(1);
    await world.clock.advance(MINUTE_MS);
    expect(probe.applied).toHaveLength(2);
  });

  test('a cool-down that cannot be read is no free target', async () => {
    const faults = new FaultPlan();
    const run = setUpProbe((probe) => ({ actions: [poke(probe, { cooldownMs: HALF_HOUR })] }), { faults });
    run.world.calls.onCall((call) => {
      const [key] = call.args as [{ pk?: string }];
      if (call.method === 'get' && key.pk?.startsWith('COOLDOWN#') === true) {
        faults.add({ call: call.n, fault: { kind: 'throttle' } });
      }
    });
    run.send('e1', run.ids[0] ?? '');
    await run.world.clock.advance(5 * MINUTE_MS);
    expect(run.probe.applied).toEqual([]);
    const incident = await onlyIncident(run.simulation);
    expect(incident.waiting?.why).toContain('cool-down: when it was last done could not be read');
  });
});

describe('T11: the holder sleeps five minutes between intent and act, somebody else finishes', () => {
  test.each(['cordon', 'drain'])(
    'before its %s: no effect twice, its result is not taken',
    async (action) => {
      const clean = await interrupt();
      const faults = new FaultPlan();
      const run = simulate({ faults });
      const watch = watchAuthorisation(run.world, byItsAction);
      let slept = 0;
      run.world.calls.onCall((call) => {
        const [item] = call.args as [{ sk?: string; text?: string }];
        const isIntent = call.method === 'putNew' && item.sk?.startsWith('H#g1.intent.') === true;
        if (slept > 0 || !isIntent || item.text?.startsWith(action) !== true) return;
        slept = run.world.clock.now();
        faults.add({ call: call.n, fault: { kind: 'slow', for: '5m' } });
      });
      await run.world.clock.advance(MINUTE_MS);
      run.world.interrupt('spot/0');
      await run.world.clock.runUntil(() => slept > 0);
      const environment = run.simulation.environment(new Process('another'));
      const held = await onlyIncident(run.simulation);
      await run.world.clock.run(startAgain(environment, run.simulation.ledger, held, true));
      await run.world.clock.advance(4 * MINUTE_MS);
      const finished = await onlyIncident(run.simulation);
      expect(finished).toMatchObject({ status: 'closed', attempt: 2, outcome: { kind: 'fixed' } });
      const done = mutations(run.world);
      await run.simulation.settle();
      expect(run.world.clock.now()).toBeGreaterThanOrEqual(slept + 5 * MINUTE_MS);
      expect(await onlyIncident(run.simulation)).toEqual(finished);
      expect(mutations(run.world)).toEqual(done);
      expect(new Set(done.map(methodOf))).toEqual(new Set(mutations(clean.world).map(methodOf)));
      assertAppliedOnce(run.world);
      watch.assert();
    },
  );
});

function methodOf(line: string): string {
  return line.split(' ')[0] ?? '';
}
