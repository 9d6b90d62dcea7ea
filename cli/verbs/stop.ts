import { STOP_OPTIONS, showSwitches, stop } from '../stop-switch.ts';
import type { Verb } from '../verb.ts';

export const verb: Verb = {
  name: 'stop',
  summary: 'engage the stop switch: nothing is changed from now on',
  operands: '',
  count: { min: 0, max: 0 },
  options: {
    ...STOP_OPTIONS,
    deny: { type: 'boolean', help: 'also deny the roles every change, by an inline policy in IAM' },
    rules: { type: 'boolean', help: 'also disable the rules that bring events, and the sweep' },
    status: {
      type: 'boolean',
      help: 'only show every switch, and our own calls that AWS throttles; needs no --reason',
    },
  },
  examples: [
    'stop --stage prod --region eu-west-1 --reason "game day"',
    'stop --stage prod --reason "it does what it should not" --deny --rules',
    'stop --stage prod --status',
  ],
  run: (input) => (input.options['status'] === true ? showSwitches(input) : stop(input)),
};
