import fc from 'fast-check';
import type { DecisionInput, Modifications } from '../../functions/ebs-saturation/decide/input.ts';
import type { ChangesPolicy } from '../../functions/ebs-saturation/decide/policy.ts';
import { clampTo } from '../../functions/ebs-saturation/limits/clamp.ts';
import { performanceOf } from '../../functions/ebs-saturation/limits/performance.ts';
import { LIMITS } from '../../functions/ebs-saturation/limits/table.ts';
import { pricesIn } from '../../functions/ebs-saturation/price/list.ts';
import type { Performance } from '../../functions/ebs-saturation/volume.ts';
import { DAY_MS, HOUR_MS } from '../../shared/clock.ts';
import type { Fact } from '../../shared/fact.ts';
import { known, unknown } from '../../shared/fact.ts';
import { NOW } from './decide-support.ts';

const SSD = fc.constantFrom('gp2' as const, 'gp3' as const, 'io1' as const, 'io2' as const);
export const TYPES = ['gp2', 'gp3', 'io1', 'io2', 'st1', 'sc1', 'standard'] as const;

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 3 });

function fact<T>(value: fc.Arbitrary<T>): fc.Arbitrary<Fact<T>> {
  return fc.oneof(
    { weight: 25, arbitrary: value.map((each) => known(each, 'a test', NOW)) },
    { weight: 1, arbitrary: fc.constant(unknown('throttled', 'a test', NOW)) },
  );
}

/** Volumes that may be, evenly over the edges. */
export const performances: fc.Arbitrary<Performance> = fc
  .record({
    type: fc.oneof({ weight: 1, arbitrary: fc.constantFrom(...TYPES) }, { weight: 3, arbitrary: SSD }),
    size: fc.oneof(fc.nat(300), fc.nat(70_000)),
    iops: fc.oneof(fc.nat(20_000), fc.nat(300_000)),
    throughputMib: fc.oneof(fc.nat(600), fc.nat(4_500)),
  })
  .map(({ type, size, ...figures }) => {
    const { min, max } = LIMITS[type].sizeGib;
    const sizeGib = Math.min(max, Math.max(min, size));
    const volume = performanceOf({ type, sizeGib }) ?? clampTo({ type, sizeGib, ...figures });
    if (volume === undefined) throw new Error(`no ${type} of ${sizeGib} GiB`);
    return volume;
  });

const ceilings = fc.record(
  {
    instanceType: fc.constant('m7i.2xlarge'),
    nitro: fc.boolean(),
    baselineIops: fc.integer({ min: 0, max: 300_000 }),
    baselineThroughputMib: fc.integer({ min: 0, max: 6_000 }),
    maximumIops: fc.integer({ min: 0, max: 400_000 }),
    maximumThroughputMib: fc.integer({ min: 0, max: 10_000 }),
  },
  { requiredKeys: ['instanceType', 'nitro'] },
);

export const uses = fc.record(
  {
    instance: ceilings,
    boot: fc.boolean(),
    multiAttach: fc.boolean(),
    gp3: fc.constantFrom(
      { maxIops: 16_000, maxThroughputMib: 1_000 },
      { maxIops: 80_000, maxThroughputMib: 2_000 },
    ),
  },
  { requiredKeys: [] },
);

export const policies: fc.Arbitrary<ChangesPolicy> = fc.record({
  step: fc.double({ min: 1.1, max: 3, noNaN: true }),
  ceiling: fc.record({
    iops: fc.integer({ min: 3_000, max: 256_000 }),
    throughputMib: fc.integer({ min: 125, max: 4_000 }),
  }),
  maxMonthlyIncrease: fc.oneof(fc.constant(100_000), fc.double({ min: 0, max: 300, noNaN: true })),
  allowTypes: fc.oneof(
    { weight: 12, arbitrary: fc.constant(['gp2', 'gp3', 'io1', 'io2'] as ChangesPolicy['allowTypes']) },
    { weight: 1, arbitrary: fc.subarray(['gp2', 'gp3', 'io1', 'io2'] as ChangesPolicy['allowTypes']) },
  ),
  gp2ToGp3: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, fc.boolean()),
  gp3: fc.record({
    maxIops: fc.constantFrom(16_000, 80_000),
    maxThroughputMib: fc.constantFrom(1_000, 2_000),
  }),
  stepBack: fc.record({ enabled: fc.boolean(), quietFor: fc.constant(7 * DAY_MS) }),
  prices: fc.constant({}),
});

const times = fc.integer({ min: NOW - 2 * DAY_MS, max: NOW + HOUR_MS });

export const modifications: fc.Arbitrary<Modifications> = fc.record({
  history: fact(fc.array(times, { maxLength: 6 })),
  latest: fact(
    fc.option(
      fc.record({
        state: fc.constantFrom('completed', 'completed', 'modifying', 'optimizing', 'failed', 'unknown'),
        startedAt: times,
      }),
    ),
  ),
});

const peak = (most: number) =>
  fc.tuple(fc.nat(most), fc.nat(most)).map(([a, b]) => ({ p95: Math.min(a, b), max: Math.max(a, b) }));

const NO_MODIFICATIONS = known([], 'a test', NOW);

const quota = (of: 'GiB' | 'IOPS', most: number) =>
  fact(
    fc.record({ code: fc.constant('L-0'), of: fc.constant(of), limit: fc.nat(most), inUse: fc.nat(100_000) }),
  );

/** `current` valid or not; every read may have failed. */
export const inputs: fc.Arbitrary<DecisionInput> = fc
  .record({
    current: performances,
    original: maybe(performances),
    boot: fc.boolean(),
    multiAttach: fc.oneof({ weight: 20, arbitrary: fc.constant(false) }, fc.boolean()),
    modifications: fc.oneof(
      modifications,
      fc.constant({ history: NO_MODIFICATIONS, latest: known(null, 'a test', NOW) }),
    ),
    managed: fact(
      fc.constantFrom(
        { by: 'nobody' as const },
        { by: 'csi' as const, storageClass: 'gp3' },
        { by: 'attributes-class' as const, name: 'fast' },
      ),
    ),
    prices: fc.option(fc.constant(pricesIn('us-east-1')), { nil: undefined, freq: 12 }),
    policy: policies,
    now: fc.constant(NOW),
    short: fc.record({
      what: fc.constantFrom('iops', 'throughput', 'both'),
      used: fact(fc.record({ iops: peak(300_000), throughputMib: peak(5_000) })),
    }),
    host: fact(
      fc.record({
        ceiling: ceilings,
        others: fc.record({ iops: fc.nat(30_000), throughputMib: fc.nat(1_000) }),
      }),
    ),
    quotas: fc.tuple(quota('GiB', 900_000), quota('IOPS', 900_000)),
  })
  .map(({ original, ...rest }) => (original === undefined ? rest : { ...rest, original }));

/** Figures that no volume, instance or measurement has. */
export const garbage = fc.oneof(fc.double(), fc.constantFrom(-1, 0, 0.5, Number.NaN, 1e300));
