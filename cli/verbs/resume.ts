import { resume, STOP_OPTIONS } from '../stop-switch.ts';
import type { Verb } from '../verb.ts';

export const verb: Verb = {
  name: 'resume',
  summary: 'release every switch that stop engaged',
  operands: '',
  count: { min: 0, max: 0 },
  options: STOP_OPTIONS,
  examples: ['resume --stage prod --region eu-west-1 --reason "game day is over"'],
  run: resume,
};
