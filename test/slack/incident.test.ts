import { expect, test } from 'vitest';
import { renderIncidentMessage } from '../../shared/notify/slack/incident.ts';
import { renderStepLog } from '../../shared/notify/slack/step-log.ts';
import { HOSTILE, poisoned } from '../notify/slack-hostile.ts';
import { playScene, type Scene, viewOf } from '../notify/slack-incidents.ts';
import { CHANNEL, slackWith } from './setup.ts';
import { buttonLabels } from './visible.ts';

async function messageIn(scene: Scene) {
  const played = await playScene(scene);
  return { message: renderIncidentMessage(played.incident, viewOf(played)), history: played.history };
}

test('an incident is one message that loses its buttons, with its log in the thread', async () => {
  const { fake, slack } = await slackWith();
  const asked = await messageIn('awaiting');
  const { ts } = await slack.post({ ...asked.message, channel: CHANNEL });
  expect(buttonLabels(fake.workspace.messages[0]?.blocks ?? [])).toContain('Approve');

  const done = await messageIn('approved');
  await slack.update({ ...done.message, channel: CHANNEL, ts });
  for (const reply of renderStepLog(done.history)) {
    await slack.post({ ...reply, channel: CHANNEL, threadTs: ts });
  }

  const seen = fake.workspace.seen(CHANNEL);
  expect(seen).toHaveLength(1);
  expect(seen[0]?.[0]).toMatch(/^✅ HIGH · no action needed · prod · Spot reclaims node/);
  expect(seen[0]).toContain('drain approved by @U0ANA 14:01:02 UTC: not now');
  expect(buttonLabels(fake.workspace.messages[0]?.blocks ?? [])).toEqual([]);
  const [thread = []] = fake.workspace.seen(CHANNEL, ts);
  expect(thread.at(-1)).toMatch(/closed fixed: 4 of 4 pods Ready elsewhere/);
});

test('text that UTF-8 cannot carry arrives, as what can be seen of it', async () => {
  const { fake, slack } = await slackWith();
  const { incident, now } = await playScene('acting');
  const about = poisoned(incident, HOSTILE.surrogate);
  await slack.post({ ...renderIncidentMessage(about, viewOf({ incident: about, now })), channel: CHANNEL });
  expect(fake.workspace.seen(CHANNEL)[0]?.[0]).toContain('EVIL\ufffd<!everyone>\ufffd');
});
