import { ANSWER_OPTIONS, answer } from '../answer.ts';
import type { Verb } from '../verb.ts';

export const verb: Verb = {
  name: 'approve',
  summary: 'say yes to a question of an incident',
  operands: '<incident>',
  count: { min: 1, max: 1 },
  options: ANSWER_OPTIONS,
  examples: ['approve inc-0123456789abcdef --stage prod', 'approve inc-0123456789abcdef --step 5f0c2a9d1e'],
  run: (input) => answer(input, 'approved'),
};
