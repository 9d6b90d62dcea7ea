import { STOP_OPTIONS, switchStop } from '../stop-switch.ts';
import type { Verb } from '../verb.ts';

export const verb: Verb = {
  name: 'resume',
  summary: 'release the stop switch',
  operands: '',
  count: { min: 0, max: 0 },
  options: STOP_OPTIONS,
  examples: ['resume --stage prod --region eu-west-1 --reason "game day is over"'],
  run: (input) => switchStop(input, false),
};
