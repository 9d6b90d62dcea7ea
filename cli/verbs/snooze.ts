import { parseDuration } from '../../shared/config/units.ts';
import { oneQuestion, STEP_OPTION, withQuestion } from '../answer.ts';
import { TARGET_OPTIONS } from '../target.ts';
import { requiredText, UsageError, type Verb } from '../verb.ts';

export const verb: Verb = {
  name: 'snooze',
  summary: 'put off the end of the questions of an incident',
  operands: '<incident>',
  count: { min: 1, max: 1 },
  options: {
    for: { type: 'string', value: '<duration>', help: 'how much longer, e.g. 30m or 1h (required)' },
    step: STEP_OPTION,
    ...TARGET_OPTIONS,
  },
  examples: ['snooze inc-0123456789abcdef --for 30m --stage prod'],
  run: async (input) => {
    const forMs = lengthOf(requiredText(input.options, 'for'));
    return await withQuestion(input, {
      what: 'snooze',
      stepOf: (incident, given) => (given === undefined ? undefined : oneQuestion(incident, given)),
      write: (deployment, { incident: { id }, about, by, maxSnoozeMs }) =>
        deployment.snooze(id, { ...about, by, forMs, maxSnoozeMs }),
    });
  },
};

function lengthOf(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms === 0) throw new UsageError('--for must be a duration such as 30m or 1h');
  return ms;
}
