import { describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../shared/clock.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { messageText } from '../../simulator/slack-text.ts';
import type { WorldInput } from '../../simulator/world-file.ts';
import { defaultPolicy } from '../support/policy.ts';
import { onlyIncident, simulate } from '../support/simulate.ts';
import { slackApp } from '../support/slack.ts';

/** Two nodes, two pods: as little as a delivery can be about. */
const world: WorldInput = {
  clusters: [
    {
      name: 'prod',
      groups: [{ name: 'spot', kind: 'self-managed', count: 2 }],
      workloads: [{ name: 'api', namespace: 'web', replicas: 2, shutdown: '3s', ready: '5s' }],
    },
  ],
};
const policy = { ...defaultPolicy, drain: { ...defaultPolicy.drain, inApproveMode: 'ask' as const } };

/** A warning nobody answers, from the question to its expiry, and half an hour of sweeps. */
async function play(faults?: FaultPlan) {
  const people = slackApp();
  const run = simulate({ world, mode: 'approve', policy, people, ...(faults && { faults }) });
  await run.world.clock.advance(MINUTE_MS);
  run.world.interrupt('spot/0');
  await run.simulation.settle();
  for (let sweeps = 0; sweeps < 6; sweeps++) {
    await run.world.clock.advance(5 * MINUTE_MS);
    await run.simulation.sweep();
  }
  await run.world.clock.advance(5 * MINUTE_MS);
  const incident = await onlyIncident(run.simulation);
  const history = await run.world.clock.run(run.simulation.ledger.history(incident.id));
  // What is only written down after the end is news to nobody.
  const { closedAt = 0 } = incident;
  return { ...run, incident, lines: history.filter(({ at }) => at <= closedAt).map(({ text }) => text) };
}

function told({ world: { slack }, lines }: Awaited<ReturnType<typeof play>>) {
  const threads = slack.messages.flatMap(({ replies }) => replies.flatMap(messageText)).join('\n');
  return {
    ends: slack.messages.map((message) => messageText(message)[0]),
    missing: lines.filter((line) => !threads.includes(line.slice(0, 60))),
  };
}

const clean = await play();
const calls = clean.world.calls.calls.filter(({ process }) => process === 'notifier');
const [end = ''] = told(clean).ends;

describe('a notifier that crashes again and again', () => {
  test('right after its posts: two copies, never three, and the end is told all the same', async () => {
    const crashes = [1, 2].map((nth) => ({
      process: 'notifier',
      port: 'slack' as const,
      method: 'post',
      nth,
      fault: { kind: 'crash-after' as const },
    }));
    const run = await play(new FaultPlan(crashes));
    expect(run.world.slack.about(run.incident.id)).toHaveLength(2);
    const others = run.world.slack.messages.filter(({ metadata }) => metadata === undefined);
    expect(others.map((message) => messageText(message).join('\n'))).toEqual([
      expect.stringContaining(run.incident.id),
    ]);
    expect(run.incident).toEqual(clean.incident);
  });
});

describe('a notifier that crashes at every port call of its deliveries', () => {
  test('the clean run asks, ends and tells all of it in one message and its thread', () => {
    expect(clean.incident.outcome?.kind).toBe('expired');
    expect(clean.world.slack.messages).toHaveLength(1);
    expect(clean.world.slack.messages[0]?.shown.length).toBeGreaterThan(1);
    expect(told(clean).missing).toEqual([]);
    expect(calls.length).toBeGreaterThan(30);
    expect(calls.filter(({ port }) => port === 'slack').length).toBeGreaterThan(3);
  });

  test.each(calls.map(({ port, method }, index) => [index + 1, `${port}.${method}`] as const))(
    'call %i, %s: before and after it, at most one duplicate and nothing lost',
    async (nth) => {
      for (const kind of ['crash-before', 'crash-after'] as const) {
        const run = await play(new FaultPlan([{ process: 'notifier', nth, fault: { kind } }]));
        const { ends, missing } = told(run);
        const replies = run.world.slack.messages.flatMap((message) => message.replies).length;
        const expected = clean.world.slack.messages.flatMap((message) => message.replies).length;
        expect({ kind, copies: ends.length <= 2, newest: ends.at(-1), missing }).toEqual({
          kind,
          copies: true,
          newest: end,
          missing: [],
        });
        expect(ends.length + replies).toBeLessThanOrEqual(1 + expected + 1);
        expect(run.incident).toEqual(clean.incident);
        expect(run.world.table.items().filter(({ openPk }) => openPk === 'OUTBOX')).toEqual([]);
      }
    },
  );
});
