import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import type { People } from '../../shared/config/people.ts';
import { FaultPlan, type FaultRuleInput } from '../../simulator/faults.ts';
import { messageText } from '../../simulator/slack-text.ts';
import { defaultPolicy } from '../support/policy.ts';
import { mutations, type Simulated, type SimulateOptions, simulate } from '../support/simulate.ts';
import { slackApp, slackWebhook } from '../support/slack.ts';

const ask = { ...defaultPolicy, drain: { ...defaultPolicy.drain, inApproveMode: 'ask' as const } };
const MODES: Record<string, SimulateOptions> = {
  auto: { mode: 'auto' },
  'approve, and nobody answers': { mode: 'approve', policy: ask },
};

const DOWN: Record<string, FaultRuleInput[]> = {
  'DNS failure for 2 h': [{ port: 'slack', fault: { kind: 'unreachable' } }],
  'no answer for 2 h': [{ port: 'slack', fault: { kind: 'hang', for: '3s' } }],
  '5xx for 2 h': [{ port: 'slack', fault: { kind: 'transient' } }],
  'token revoked for 2 h': [{ port: 'slack', fault: { kind: 'unauthorised' } }],
  'SNS down for 2 h': [{ port: 'topic', fault: { kind: 'unreachable' } }],
  'both down for 2 h': [
    { port: 'topic', fault: { kind: 'unreachable' } },
    { port: 'slack', fault: { kind: 'unreachable' } },
  ],
  '429 with Retry-After 30, five times': [
    { port: 'slack', until: 5, fault: { kind: 'throttle', retryAfter: '30s' } },
  ],
  '500 after accepting the first post': [{ port: 'slack', nth: 1, fault: { kind: 'lost-reply' } }],
  '500 after accepting every third call': [
    { port: 'slack', nth: 3, fault: { kind: 'lost-reply' } },
    { port: 'slack', nth: 6, fault: { kind: 'lost-reply' } },
    { port: 'slack', nth: 9, fault: { kind: 'lost-reply' } },
  ],
};

/** Three nodes go within half an hour; what is down comes back after two; sweeps all the while, for three. */
async function play(
  mode: string,
  rules: readonly FaultRuleInput[] = [],
  people?: People,
): Promise<Simulated> {
  const faults = new FaultPlan();
  const run = simulate({ ...MODES[mode], faults, ...(people && { people }) });
  const { clock } = run.world;
  await clock.advance(MINUTE_MS);
  const ends = rules.map((rule) => faults.add(rule));
  clock.after(2 * HOUR_MS, () => {
    for (const end of ends) end();
  });
  const victims = ['spot/0', 'spot/1', 'spot/2'].map((target) => run.world.instance(target).id);
  for (const [index, id] of victims.entries()) {
    clock.after(index * 10 * MINUTE_MS, () => run.world.interrupt(id));
  }
  for (let minutes = 0; minutes < 180; minutes += 5) {
    await clock.advance(5 * MINUTE_MS);
    await run.simulation.sweep();
  }
  await clock.advance(5 * MINUTE_MS);
  return run;
}

/** All that people did not ask Slack for. */
async function remediation(run: Simulated) {
  const incidents = await run.simulation.incidents();
  return {
    ends: incidents.map(({ id, outcome, closedAt, questions }) => ({ id, outcome, closedAt, questions })),
    records: incidents.map(({ records }) => records),
    mutations: mutations(run.world),
    announced: incidents.map(({ announced, announce }) => announced === announce),
  };
}

/** The same without what shifts by milliseconds: how often a pod under a budget is asked, and in which order. */
async function effects(run: Simulated) {
  const incidents = await run.simulation.incidents();
  const applied = run.world.calls.mutations().filter((call) => call.applied && call.error === undefined);
  return {
    ends: incidents.map(({ id, outcome, closedAt = 0 }) => [id, outcome, Math.floor(closedAt / SECOND_MS)]),
    records: incidents.map(({ records }) => records.map(({ step, state }) => [step.action, state])),
    applied: applied
      .map(({ method, args }) => `${method} ${JSON.stringify(args[0])}`)
      .toSorted((left, right) => left.localeCompare(right)),
  };
}

describe.each(Object.keys(MODES))('T30: Slack or SNS in trouble, mode %s', (mode) => {
  const alone = play(mode);

  test('without any trouble Slack changes nothing either', async () => {
    const run = await play(mode, [], slackApp());
    expect(await remediation(run)).toEqual(await remediation(await alone));
    expect(run.world.slack.messages).toHaveLength(3);
    expect(run.world.slack.refusals).toBe(0);
  });

  test.each(Object.keys(DOWN))('%s: outcomes, changes and times as without any notifier', async (name) => {
    const run = await play(mode, DOWN[name], slackApp());
    const expected = await remediation(await alone);
    // An announcement that failed is not written down as made: the run is a ledger write faster.
    const isFaster = name.startsWith('SNS') || name.startsWith('both');
    if (isFaster) expect(await effects(run)).toEqual(await effects(await alone));
    else expect(await remediation(run)).toEqual(expected);
    const outcome = mode === 'auto' ? 'fixed' : 'expired';
    expect(expected.ends.map((end) => end.outcome?.kind)).toEqual([outcome, outcome, outcome]);
    if (mode !== 'auto') expect(expected.mutations).toEqual([]);
  });

  test.each(Object.keys(DOWN).filter((name) => name.includes('2 h')))(
    '%s: what was missed comes as one digest',
    async (name) => {
      const run = await play(mode, DOWN[name], slackApp());
      const incidents = await run.simulation.incidents();
      expect(run.world.slack.messages).toHaveLength(1);
      const text = messageText(run.world.slack.messages[0] ?? { blocks: [] }).join('\n');
      expect(text).toContain('3 incidents not told in time');
      for (const { id } of incidents) expect(text).toContain(id);
    },
  );

  test.each(Object.keys(DOWN).filter((name) => !name.includes('2 h')))(
    '%s: every end is told, and nothing more than twice',
    async (name) => {
      const run = await play(mode, DOWN[name], slackApp());
      const ended = mode === 'auto' ? '✅' : '⛔';
      for (const { id } of await run.simulation.incidents()) {
        const copies = run.world.slack.about(id);
        expect(copies.length).toBeGreaterThan(0);
        expect(copies.length).toBeLessThanOrEqual(2);
        expect(messageText(copies.at(-1) ?? { blocks: [] })[0]).toContain(ended);
      }
      expect(run.world.slack.messages.length).toBeLessThanOrEqual(3 + 3);
    },
  );

  test('SNS has every announcement while Slack is down', async () => {
    const run = await play(mode, DOWN['DNS failure for 2 h'], slackApp());
    const told = ({ world }: Simulated) => world.topic.messages.map(({ subject }) => subject);
    expect(told(run)).toEqual(told(await alone));
  });

  test('a webhook that is down for two hours tells it in one digest as well', async () => {
    const run = await play(mode, DOWN['DNS failure for 2 h'], slackWebhook());
    expect(await remediation(run)).toEqual(await remediation(await alone));
    expect(run.world.slack.messages.map(({ text }) => text)).toEqual([
      expect.stringContaining('3 incidents'),
    ]);
  });
});
