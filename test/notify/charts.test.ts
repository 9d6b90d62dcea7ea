import { describe, expect, test } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import type { StepRecord } from '../../shared/incident/incident.ts';
import { FaultPlan, type FaultRuleInput } from '../../simulator/faults.ts';
import { channelText, messageText } from '../../simulator/slack-text.ts';
import { CHANNEL, slackApp, slackWebhook, withCharts } from '../support/slack.ts';
import { CHART, planWith } from './charts.ts';
import { ended, type OutboxWorld, outboxWorld } from './outbox-world.ts';

const ON = withCharts(slackApp());
const PLAN = planWith(CHART, { ...CHART, title: 'MiB/s' });
const RAN = {
  key: 'k',
  step: { action: 'modify-volume', targets: [{ kind: 'volume', id: 'v', name: 'v' }], goal: {} },
  state: 'done',
  ran: true,
  decision: 'mode auto',
  startedAt: 0,
} as unknown as StepRecord;

function images({ world }: OutboxWorld): string[] {
  const all = world.slack.messages.flatMap(({ replies }) => replies);
  return all.flatMap(({ image }) => (image === undefined ? [] : [image.title]));
}

async function opened(people = ON, rules: FaultRuleInput[] = []) {
  const run = outboxWorld(people, new FaultPlan(rules));
  const [id = ''] = await run.open(1, 1, { plan: PLAN });
  await run.world.clock.advance(MINUTE_MS);
  return { run, id };
}

async function changedAndClosed(run: OutboxWorld, id: string) {
  await run.say(id, { ...ended(run.world.clock.now(), 'fixed'), records: [RAN] });
  await run.world.clock.advance(MINUTE_MS);
}

/** Told, changed and closed, and swept after for half an hour. */
async function life(people = ON, rules: FaultRuleInput[] = []) {
  const { run, id } = await opened(people, rules);
  await run.say(id, {});
  await run.world.clock.advance(20 * MINUTE_MS);
  await run.nudge();
  await changedAndClosed(run, id);
  for (let sweeps = 0; sweeps < 6; sweeps++) {
    await run.world.clock.advance(5 * MINUTE_MS);
    await run.nudge();
  }
  return { run, id };
}

const TITLES = [CHART.title, 'MiB/s'];
const messages = ({ world }: OutboxWorld) => world.slack.messages.map((message) => messageText(message));

describe('the charts of an incident', () => {
  test('do not come again where what was begun changed nothing', async () => {
    const { run, id } = await opened();
    const refused = { ...RAN, state: 'failed' } as const;
    await run.say(id, { ...ended(run.world.clock.now(), 'escalated'), records: [refused] });
    await run.world.clock.advance(MINUTE_MS);
    expect(images(run)).toEqual(TITLES);
  });

  test('come into its thread once it is told, and once more when it ends after a change: never a third time', async () => {
    const { run, id } = await opened();
    expect(images(run)).toEqual(TITLES);
    await run.say(id, {});
    await run.world.clock.advance(20 * MINUTE_MS);
    expect(images(run)).toEqual(TITLES);
    await changedAndClosed(run, id);
    expect(images(run)).toEqual([...TITLES, ...TITLES]);
    await run.say(id, {});
    await run.world.clock.advance(20 * MINUTE_MS);
    expect(images(run)).toEqual([...TITLES, ...TITLES]);
    expect(channelText(run.world.slack.messages).join('\n')).toContain(
      `↳ [chart: ${CHART.title}, ${CHART.altText}]`,
    );
  });

  test('are not drawn again at an end without a change', async () => {
    const { run, id } = await opened();
    await run.close(id, 'ignored');
    await run.world.clock.advance(MINUTE_MS);
    expect(images(run)).toEqual(TITLES);
  });

  test.each([
    ['unless they are switched on', slackApp()],
    ['by a webhook, which has no files', withCharts(slackWebhook())],
  ])('are not asked for %s', async (_, people) => {
    const { run } = await life(people);
    expect(run.world.charts.widgets).toEqual([]);
    expect(messages(run).length).toBeGreaterThan(0);
  });

  test('a question that comes in between two pictures is told before the second', async () => {
    const run = outboxWorld(ON, new FaultPlan([{ port: 'charts', fault: { kind: 'slow', for: '3s' } }]));
    await run.open(1, 1, { plan: PLAN });
    const isDrawing = () => run.world.calls.calls.some(({ port }) => port === 'charts');
    await run.world.clock.runUntil(isDrawing, { limitMs: MINUTE_MS });
    await run.open(2);
    await run.world.clock.advance(MINUTE_MS);
    const [first, second] = run.world.slack.messages;
    const drawn = first?.replies.filter(({ image }) => image !== undefined) ?? [];
    expect(drawn).toHaveLength(2);
    expect(second?.at).toBeLessThan(drawn[1]?.at ?? 0);
  });
});

const clean = await life(slackApp());

describe('a chart that cannot be shown', () => {
  test.each<[string, FaultRuleInput, string]>([
    ['CloudWatch throttles', { port: 'charts', fault: { kind: 'throttle' } }, 'failed'],
    ['the role may not draw', { port: 'charts', fault: { kind: 'unauthorised' } }, 'failed'],
    ['CloudWatch is silent', { port: 'charts', fault: { kind: 'hang', for: '5s' } }, 'failed'],
    [
      'the app lacks the scope',
      { port: 'slack', method: 'uploadImage', fault: { kind: 'unauthorised' } },
      'failed',
    ],
    [
      'Slack throttles',
      { port: 'slack', method: 'uploadImage', fault: { kind: 'throttle', retryAfter: '30s' } },
      'failed',
    ],
    [
      'Slack took it and did not say so',
      { port: 'slack', method: 'uploadImage', fault: { kind: 'lost-reply' } },
      'failed',
    ],
    [
      'Slack is silent until the notifier has no time left',
      { port: 'slack', method: 'uploadImage', fault: { kind: 'hang', for: '46s' } },
      'left-out',
    ],
  ])('%s: every message as without charts, each tried once, and counted', async (_, rule, result) => {
    const { run } = await life(ON, [rule]);
    expect(messages(run)).toEqual(messages(clean.run));
    expect(run.world.charts.widgets.length).toBeLessThanOrEqual(4);
    expect(run.world.table.items().filter(({ openPk }) => openPk === 'OUTBOX')).toEqual([]);
    const { metrics } = run.simulation;
    expect(metrics.total('Charts', { result })).toBeGreaterThan(0);
    expect(metrics.total('Notifications', { result: 'failed' })).toBe(0);
    expect(metrics.total('Notifications', { result: 'throttled' })).toBe(0);
  });

  test('a channel that waits for Slack to be shown a picture takes messages within the notifier’s time', async () => {
    const hang: FaultRuleInput = { port: 'slack', method: 'uploadImage', fault: { kind: 'hang', for: '9s' } };
    const { run } = await opened(ON, [hang]);
    const asked = run.world.clock.now();
    await run.open(2);
    await run.world.clock.advance(MINUTE_MS);
    expect((run.world.slack.messages[1]?.at ?? Number.POSITIVE_INFINITY) - asked).toBeLessThan(
      20 * SECOND_MS,
    );
  });
});

const calls = (await life()).run.world.calls.calls.filter(({ process }) => process === 'notifier');

describe('a notifier that crashes while there are charts', () => {
  test.each(calls.map(({ port, method }, index) => [index + 1, `${port}.${method}`] as const))(
    'call %i, %s: before and after it, no picture twice and every message told',
    async (nth) => {
      for (const kind of ['crash-before', 'crash-after'] as const) {
        const { run } = await life(ON, [{ process: 'notifier', nth, fault: { kind } }]);
        const all = images(run);
        for (const title of TITLES)
          expect(all.filter((each) => each === title).length).toBeLessThanOrEqual(2);
        expect(messages(run).at(-1)?.[0]).toBe(messages(clean.run)[0]?.[0]);
        expect(
          run.world.slack.messages.filter(({ channel }) => channel === CHANNEL).length,
        ).toBeLessThanOrEqual(2);
      }
    },
  );
});
