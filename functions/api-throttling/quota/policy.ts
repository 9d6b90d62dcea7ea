import * as v from 'valibot';
import { duration, percentage } from '../../../shared/config/units.ts';

/** AWS advises to ask for no more than about three times the present value at once. */
export const MAX_FACTOR = 3;

const multiplier = v.pipe(
  v.number('must be a number without quotes'),
  v.check((value) => value > 1 && value <= MAX_FACTOR, `must be more than 1 and at most ${MAX_FACTOR}`),
  v.description('What Paramedic asks for, as a multiple of the present value.'),
  v.metadata({ type: 'number', allowed: `more than 1, at most ${MAX_FACTOR}` }),
);

const ceilings = v.pipe(
  v.record(
    v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,63}\/L-[0-9A-F]{8}$/, 'must be a quota such as ec2/L-1216C47A')),
    v.pipe(
      v.number('must be a number without quotes'),
      v.check((value) => value > 0 && value <= 1e10, 'must be more than 0 and at most 10000000000'),
    ),
    'must be a mapping of quotas to values',
  ),
  v.description(
    'The most Paramedic asks for, by service and quota code. Without an entry only the factor bounds it.',
  ),
  v.metadata({ type: 'mapping', allowed: 'service/code: number' }),
);

/** `troubles.api-throttling.quotas` in the config file. */
export const quotaSection = v.strictObject({
  factor: v.optional(multiplier, 1.5),
  ceilings: v.optional(ceilings, {}),
  every: v.optional(
    duration(
      { min: '1d', max: '90d' },
      'For one quota Paramedic asks at most once in this time, whatever came of it.',
    ),
    '7d',
  ),
  minimumUse: v.optional(
    percentage(
      { min: 50, max: 100 },
      'With less of a quota in use, the quota does not explain the refusals and a person is asked.',
    ),
    '80%',
  ),
  answerWithin: v.optional(
    duration({ min: '1d', max: '60d' }, 'How long AWS may take to answer before a person hears of it.'),
    '14d',
  ),
});

export type QuotaPolicy = v.InferOutput<typeof quotaSection>;
