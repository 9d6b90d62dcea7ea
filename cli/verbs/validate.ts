import { validateFile } from '../config/validate.ts';
import type { Verb } from '../verb.ts';

export const verb: Verb = {
  name: 'validate',
  summary: 'check a config file',
  operands: '[file]',
  count: { min: 0, max: 1 },
  options: { json: { type: 'boolean', help: 'problems, or hash and effective modes, as JSON' } },
  examples: ['validate', 'validate staging.yaml --json'],
  run: (input) => validateFile(input, input.operands[0] ?? 'paramedic.yaml'),
};
