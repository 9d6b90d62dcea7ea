import { describe, expect, test } from 'vitest';
import type { ApproverGroup } from '../../shared/config/people.ts';
import type { SimMessage } from '../../simulator/slack.ts';
import { ANA, CHANNEL, EVE, onCall, slack, TEAM } from '../approval/fakes.ts';
import { buttonLabels, visibleLines } from '../slack/visible.ts';
import { clicksOn } from '../support/clicks.ts';
import { defaultPolicy } from '../support/policy.ts';
import { onlyIncident, simulate } from '../support/simulate.ts';
import { slackApp } from '../support/slack.ts';

const people = slackApp({ channels: [CHANNEL] }, { slack: { ...slackApp().slack, ...slack } });
const policy = { ...defaultPolicy, drain: { ...defaultPolicy.drain, inApproveMode: 'ask' as const } };
const GROUP = 'S0SRE0001';

/** A warning in mode approve, its message posted by the notifier, and people before it. */
async function posted(approvers: readonly ApproverGroup[] = [onCall]) {
  const run = simulate({ mode: 'approve', policy, people, approvers });
  const workspace = run.world.slack;
  workspace.groups.set(GROUP, [ANA]);
  await run.world.clock.advance(60_000);
  run.world.interrupt('spot/0');
  await run.world.clock.advance(6_000);
  const message = (): SimMessage => {
    const [first] = workspace.messages;
    if (first === undefined) throw new Error('nothing was posted');
    return first;
  };
  return { ...run, ...clicksOn(run.simulation, approvers), message };
}

/** What the buttons of a message send, by their `action_id`, question by question. */
function valuesOf({ blocks }: SimMessage, actionId: string): string[] {
  const elements = blocks
    .filter(({ type }) => type === 'actions')
    .flatMap(
      (block) => block['elements'] as { action_id: string; value?: string; options?: { value: string }[] }[],
    );
  return elements
    .filter((element) => element.action_id === actionId)
    .map(({ value, options }) => value ?? options?.[0]?.value ?? '');
}

describe('from the message to the run and back', () => {
  test('what the notifier posts is what the endpoint takes: approved, done, and the message says by whom', async () => {
    const run = await posted();
    const ids = valuesOf(run.message(), 'approve');
    expect(ids).toHaveLength(3);
    for (const id of ids) expect(await run.world.clock.run(run.begin(id, 'approve'))).toBe(200);
    await run.simulation.settle();
    await run.world.clock.advance(60_000);
    expect((await onlyIncident(run.simulation)).outcome?.kind).toBe('fixed');
    expect(buttonLabels(run.message().blocks)).toEqual([]);
    expect(visibleLines(run.message().blocks).join('\n')).toContain(`approved by @${ANA}`);
  });

  test('a no from the menu ends it, with its reason', async () => {
    const run = await posted();
    for (const value of valuesOf(run.message(), 'deny')) {
      const [id = '', word] = value.split(':');
      await run.world.clock.run(run.begin(id, `deny ${word}`));
    }
    await run.simulation.settle();
    await run.world.clock.advance(60_000);
    const incident = await onlyIncident(run.simulation);
    expect(incident.outcome?.kind).toBe('denied');
    for (const { decision } of incident.records) expect(decision).toBe(`denied by slack:${TEAM}/${ANA}`);
    expect(visibleLines(run.message().blocks).join('\n')).toContain(`denied by @${ANA}`);
  });

  test('after a snooze the message asks until the new time, and its old buttons still count', async () => {
    const run = await posted();
    const [old = ''] = valuesOf(run.message(), 'approve');
    const before = (await onlyIncident(run.simulation)).questions[0]?.expiresAt ?? 0;
    await run.world.clock.run(run.begin(old, 'snooze 15m'));
    await run.world.clock.advance(5_000);
    expect((await onlyIncident(run.simulation)).questions[0]?.expiresAt).toBe(before + 15 * 60_000);
    expect(valuesOf(run.message(), 'approve')[0]).not.toBe(old);
    await run.world.clock.run(run.begin(old, 'approve'));
    expect((await onlyIncident(run.simulation)).questions[0]?.answer?.decision).toBe('approved');
  });

  test('members of a user group may answer: the notifier reads who they are before it asks', async () => {
    const run = await posted([{ ...onCall, slackUsers: [], slackGroups: [GROUP] }]);
    const [id = ''] = valuesOf(run.message(), 'approve');
    await run.world.clock.run(run.begin(id, 'approve', { user: EVE }));
    expect((await onlyIncident(run.simulation)).questions[0]?.answer).toBeUndefined();
    await run.world.clock.run(run.begin(id, 'approve'));
    expect((await onlyIncident(run.simulation)).questions[0]?.answer?.decision).toBe('approved');
  });
});
