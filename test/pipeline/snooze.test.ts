import { describe, expect, test } from 'vitest';
import { FaultPlan } from '../../simulator/faults.ts';
import { clicksOn } from '../support/clicks.ts';
import { plan, setUpProbe } from '../support/probe.ts';
import { onlyIncident } from '../support/simulate.ts';

describe('a snooze', () => {
  const MINUTE = 60_000;

  /** One question that ends after ten minutes, about a step that has no hurry. */
  async function slow(faults?: FaultPlan) {
    let answerBy: number | undefined;
    const setup = setUpProbe(
      () => ({
        playbook: (input) => {
          answerBy ??= input.now + 10 * MINUTE;
          const by = answerBy;
          const made = plan(input);
          return {
            ...made,
            expiresAt: by + 600 * MINUTE,
            steps: made.steps.map((step) => ({ ...step, answerBy: by })),
          };
        },
      }),
      { mode: 'approve', ...(faults && { faults }) },
    );
    setup.send('event-1', setup.ids[0] ?? '');
    await setup.world.clock.advance(MINUTE);
    const expiry = async () => (await onlyIncident(setup.simulation)).questions[0]?.expiresAt ?? 0;
    return { ...setup, ...clicksOn(setup.simulation), expiry };
  }

  test('moves the end, the run sleeps on the new one, and a yes in that time is done', async () => {
    const run = await slow();
    const before = await run.expiry();
    expect(await run.click('poke', 'snooze 30m')).toBe(200);
    await run.world.clock.advance(5_000);
    const { waiting } = await onlyIncident(run.simulation);
    expect(await run.expiry()).toBe(before + 30 * MINUTE);
    expect(waiting?.until).toBe(before + 30 * MINUTE);
    await run.world.clock.advance(25 * MINUTE);
    expect(run.probe.applied).toEqual([]);
    await run.click('poke', 'approve');
    await run.simulation.settle();
    expect(run.probe.applied).toHaveLength(1);
  });

  test('without an answer ends in no, at the new time', async () => {
    const run = await slow();
    await run.click('poke', 'snooze 30m');
    const end = await run.expiry();
    await run.simulation.settle();
    const incident = await onlyIncident(run.simulation);
    expect(incident.questions[0]?.answer).toMatchObject({ decision: 'expired' });
    expect(incident.questions[0]?.answer?.at).toBeGreaterThanOrEqual(end);
    expect(run.probe.applied).toEqual([]);
  });

  test.each(['crash-before', 'unreachable'] as const)(
    'whose wake is lost (%s) is sent again by the sweep, and holds without it as well',
    async (kind) => {
      const rule = { port: 'durable', method: 'wake', process: 'approval', fault: { kind } } as const;
      for (const sweeps of [true, false]) {
        const run = await slow(new FaultPlan([rule]));
        await run.click('poke', 'snooze 1h');
        const report = sweeps ? await run.simulation.sweep() : undefined;
        expect(report?.lines.join() ?? 'woken again').toContain('woken again');
        await run.world.clock.advance(30 * MINUTE);
        const incident = await onlyIncident(run.simulation);
        expect(incident.questions[0]?.answer).toBeUndefined();
        expect(incident.waiting?.until).toBe(await run.expiry());
      }
    },
  );
});
