import { expect, test } from 'vitest';
import type { Question } from '../../shared/incident/incident.ts';
import { approved, denied, snoozed } from '../../shared/incident/questions.ts';
import { ask, cordon, NOW } from '../cli/fakes.ts';

const by = 'aws:arn:aws:iam::210987654321:user/ana';

test('a reason is kept up to 500 characters, and none of them is half a one', () => {
  const long = '🦊'.repeat(100_000);
  for (const decide of [approved, denied]) {
    const { reason = '' } = decide(ask(cordon), { by, at: NOW, reason: long }).answer ?? {};
    expect(reason.length).toBe(500);
    expect(reason.isWellFormed()).toBe(true);
    expect(decide(ask(cordon), { by, at: NOW, reason: 'no' }).answer?.reason).toBe('no');
  }
});

test('a question is put off 24 times at most, however little each time: its row stays small', () => {
  let question: Question = ask(cordon);
  for (let count = 0; count < 3_000; count++) {
    question = snoozed(question, { by, at: NOW, forMs: 1_000, maxSnoozeMs: 3_600_000 });
  }
  expect(question.snoozes).toHaveLength(24);
  expect(question.expiresAt).toBe(ask(cordon).expiresAt + 24_000);
});
