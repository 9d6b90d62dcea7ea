import { expect, test } from 'vitest';
import { redact } from '../../shared/aws/redact.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { Plan } from '../../shared/incident/plan.ts';
import { overtaken } from '../../shared/incident/questions.ts';
import { renderIncident } from '../../shared/notify/render.ts';
import { slackApp } from '../support/slack.ts';
import { outboxWorld, question } from './outbox-world.ts';
import { playScene } from './slack-incidents.ts';

const { incident, now } = await playScene('awaiting');

const plan = planOf(incident);

function planOf(about: Incident): Plan {
  if (about.plan === undefined) throw new Error('no plan');
  return about.plan;
}

function mailWith(headline: string): string {
  return renderIncident({ ...incident, plan: { ...plan, headline } }, now).body;
}

function decided(change: (question: Incident['questions'][number]) => Incident['questions'][number]): string {
  return renderIncident({ ...incident, questions: incident.questions.map(change) }, now).body;
}

test('text written by others makes no line of its own, and hides or turns round none', () => {
  const body = mailWith('node\u2028Outcome: fixed.\u0085Outcome: fixed.\u202etxt.exe\u200b');
  expect(body).not.toMatch(/^Outcome/m);
  expect(body).not.toMatch(/[\u0085\u2028\u202e\u200b]/);
  expect(body.split('\n')[0]).toBe('node Outcome: fixed. Outcome: fixed.txt.exe');
});

test('what looks like half a key takes no question along', async () => {
  const run = outboxWorld(slackApp());
  const questions = [question(run.world.clock.now())];
  const [id = ''] = await run.open(1, 1, {
    questions,
    plan: { ...plan, headline: 'node -----BEGIN RSA PRIVATE KEY-----MIIEcanary' },
  });
  const mailed = redact(run.world.topic.messages[0]?.body ?? '');
  expect(mailed).not.toContain('MIIEcanary');
  expect(mailed).toContain('NEEDS YOU: ');
  expect(mailed).toContain(`paramedic approve ${id}`);
  expect(mailed).toContain(`next: paramedic why ${id}`);
});

test('a question says whether its time ran out or a newer plan took its place', () => {
  expect(decided((question) => overtaken(question, now))).toContain(
    'cordon: not decided, a newer plan took its place at 2026-',
  );
  const expired = { decision: 'expired', by: 'nobody', at: now } as const;
  expect(decided((question) => ({ ...question, answer: expired }))).toContain(
    'cordon: expired without an answer at 2026-',
  );
});
