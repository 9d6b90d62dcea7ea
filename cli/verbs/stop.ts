import { STOP_OPTIONS, switchStop } from '../stop-switch.ts';
import type { Verb } from '../verb.ts';

export const verb: Verb = {
  name: 'stop',
  summary: 'engage the stop switch: nothing is changed from now on',
  operands: '',
  count: { min: 0, max: 0 },
  options: STOP_OPTIONS,
  examples: ['stop --stage prod --region eu-west-1 --reason "game day"'],
  run: (input) => switchStop(input, true),
};
