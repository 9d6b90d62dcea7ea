import { ANSWER_OPTIONS, answer } from '../answer.ts';
import { requiredText, type Verb } from '../verb.ts';

export const verb: Verb = {
  name: 'deny',
  summary: 'say no to the questions of an incident',
  operands: '<incident>',
  count: { min: 1, max: 1 },
  options: ANSWER_OPTIONS,
  examples: ['deny inc-0123456789abcdef --stage prod --reason "release is running"'],
  run: async (input) => {
    requiredText(input.options, 'reason');
    return await answer(input, 'denied');
  },
};
