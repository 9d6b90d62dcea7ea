import { expect, test } from 'vitest';
import type { Question } from '../../shared/incident/incident.ts';
import { overtaken } from '../../shared/incident/questions.ts';
import { renderIncidentMessage } from '../../shared/notify/slack/incident.ts';
import { lintMessage } from '../../shared/notify/slack/lint.ts';
import { buttonLabels, visibleLines } from '../slack/visible.ts';
import { playScene, viewOf } from './slack-incidents.ts';

const { incident, now } = await playScene('awaiting');
const [first] = incident.questions;
if (first === undefined) throw new Error('nothing is asked');

const ROLE = 'aws:arn:aws:sts::210987654321:assumed-role/AWSReservedSSO_PlatformOnCall_0123456789abcdef';
const by = (n: number) => `${ROLE}/somebody.with.quite.a.long.name.${n}@example.com`;

function rendered(decided: readonly Question[]) {
  const about = { ...incident, questions: [...decided, ...incident.questions] };
  return renderIncidentMessage(about, viewOf({ incident: about, now }));
}

test('five decisions of five people each leave the message its buttons; the newest stand there', () => {
  const approvals = [1, 2, 3, 4].map((n) => ({ by: by(n), at: now }));
  const decided = [1, 2, 3, 4, 5].map((n): Question => {
    const reason = `reason-${n} ${'it is going anyway and there is room elsewhere '.repeat(4)}`;
    const answer = { decision: 'approved', by: by(5), at: now, reason } as const;
    return { ...first, key: `${first.key}-${n}`, approvals, answer };
  });
  const message = rendered(decided);
  expect(lintMessage(message)).toEqual([]);
  expect(buttonLabels(message.blocks)).toContain('Approve');
  const text = visibleLines(message.blocks).join('\n');
  expect(text).toContain('reason-5');
  expect(text).toContain('reason-3');
});

test('a question that a newer plan overtook did not run out', () => {
  const lines = visibleLines(rendered([overtaken(first, now)]).blocks);
  expect(lines.join('\n')).toContain('cordon not decided, a newer plan took its place 14:01');
});
