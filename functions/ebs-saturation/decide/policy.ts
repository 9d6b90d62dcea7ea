import * as v from 'valibot';
import { count, duration, flag, listOf } from '../../../shared/config/units.ts';
import { pricesSchema, usd } from '../price/schema.ts';

const MAX_STEP = 3;
const TYPES = ['gp2', 'gp3', 'io1', 'io2'] as const;

const step = v.pipe(
  v.number('must be a number without quotes'),
  v.check((value) => value >= 1.1 && value <= MAX_STEP, `must be between 1.1 and ${MAX_STEP}`),
  v.description('What a volume gets in one change, as a multiple of what it has.'),
  v.metadata({ type: 'number', allowed: `1.1 to ${MAX_STEP}` }),
);

const ceiling = v.strictObject({
  iops: v.optional(
    count({ min: 3_000, max: 256_000 }, 'Paramedic provisions no volume for more IOPS than this.'),
    16_000,
  ),
  throughputMib: v.optional(
    count({ min: 125, max: 4_000 }, 'Nor for more MiB/s; with io1 and io2 they follow from the IOPS.'),
    1_000,
  ),
});

const gp3 = v.strictObject({
  maxIops: v.optional(
    count({ min: 3_000, max: 80_000 }, 'The most IOPS of gp3 in this Region; some still have 16000.'),
    80_000,
  ),
  maxThroughputMib: v.optional(
    count({ min: 125, max: 2_000 }, 'The most MiB/s of gp3 in this Region; some still have 1000.'),
    2_000,
  ),
});

const stepBack = v.strictObject({
  enabled: v.optional(
    flag('Whether a volume gets back what it had once it was quiet for long enough.'),
    false,
  ),
  quietFor: v.optional(
    duration({ min: '1d', max: '90d' }, 'So long without saturation before it is stepped back.'),
    '7d',
  ),
});

/** `troubles.ebs-saturation.changes` in the config file. */
export const changesSection = v.strictObject({
  step: v.optional(step, 1.5),
  ceiling: v.optional(v.pipe(ceiling, v.description('The most of one volume.')), {}),
  maxMonthlyIncrease: v.optional(
    usd(100_000, 'A volume may cost so much more a month than before the first change Paramedic made to it.'),
    50,
  ),
  allowTypes: v.optional(
    listOf(v.picklist(TYPES, `must be one of ${TYPES.join(', ')}`), {
      rule: 'must be a list of types of volumes',
      allowed: TYPES.join(', '),
      description: 'Volumes of other types are not changed, and none becomes one of another type.',
    }),
    ['gp2', 'gp3', 'io1', 'io2'],
  ),
  gp2ToGp3: v.optional(flag('Whether gp2 becomes gp3. What gp2 can do follows from its size.'), true),
  gp3: v.optional(v.pipe(gp3, v.description('What gp3 can be in this Region.')), {}),
  stepBack: v.optional(v.pipe(stepBack, v.description('Giving back what is not needed any more.')), {}),
  prices: v.optional(pricesSchema, {}),
});

/** The options as they are used: every one present, durations in ms, money in US dollars a month. */
export type ChangesPolicy = v.InferOutput<typeof changesSection>;
