import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isBetter } from '../../functions/ebs-saturation/diagnose/better.ts';
import { diagnose } from '../../functions/ebs-saturation/diagnose/index.ts';
import type { CauseName, Input } from '../../functions/ebs-saturation/diagnose/types.ts';
import { SERIES_NAMES, type SeriesName } from '../../functions/ebs-saturation/measure/names.ts';
import { findingsOf } from '../../functions/ebs-saturation/told/index.ts';
import {
  AT,
  CEILING,
  fact,
  GP2,
  GP3,
  input,
  last,
  load,
  measured,
  minute,
  missing,
  names,
  SHORT_OF_IOPS,
  type Shape,
} from './diagnose-series.ts';

describe('T15: no data, and a metric that reads 0, are never a cause', () => {
  test('no data at all: unknown, with every series that is missing', () => {
    const found = diagnose(input({}, { measured: measured({}) }));
    expect(names(found)).toEqual(['unknown']);
    for (const metric of ['VolumeIOPSExceededCheck', 'VolumeReadOps', 'InstanceEBSIOPSExceededCheck']) {
      expect(found.missing.join('\n')).toContain(`unknown: CloudWatch ${metric}: not published`);
    }
  });

  test('data that ended half an hour ago: stale is not current', () => {
    const until = (shape: Shape) => (index: number) =>
      index >= 150 ? undefined : typeof shape === 'number' ? shape : shape(index);
    const shapes = Object.fromEntries(
      Object.entries({
        ...SHORT_OF_IOPS,
        throughputExceeded: 0,
        stalled: 0,
        instanceIopsExceeded: 0,
        instanceThroughputExceeded: 0,
      }).map(([name, shape]) => [name, until(shape)]),
    );
    expect(names(diagnose(input(shapes)))).toEqual(['unknown']);
  });

  test('a check that reads 0 in minutes that use all there is', () => {
    const found = diagnose(input({ ...SHORT_OF_IOPS, iopsExceeded: 0 }));
    expect(names(found)).toEqual(['unknown']);
    expect(found.missing.join()).toContain('signals disagree: CloudWatch VolumeIOPSExceededCheck');
  });

  test('a check that reads 0 while what is used is unknown', () => {
    expect(names(diagnose(input({ readOps: undefined })))).toEqual(['unknown']);
  });

  test.each<{ what: string; shapes: Partial<Record<SeriesName, Shape | undefined>> }>([
    { what: 'bytes that move', shapes: { readOps: 0, writeOps: 0 } },
    { what: 'operations that are done', shapes: { readBytes: 0, writeBytes: 0 } },
    { what: 'a queue', shapes: { ...load(0, 0), queueLength: 7 } },
    { what: 'no idle time', shapes: { ...load(0, 0), idleTime: 1 } },
    {
      what: 'a check at 1',
      shapes: {
        ...load(0, 0),
        iopsExceeded: last(3),
        throughputExceeded: (index) => (index % 5 === 0 ? 1 : 0),
      },
    },
    { what: 'nothing that confirms it', shapes: { ...load(0, 0), idleTime: undefined, stalled: undefined } },
  ])('use that reads 0 beside $what', ({ shapes }) => {
    const found = diagnose(input(shapes));
    expect(names(found)).toEqual(['unknown']);
    expect(found.missing.join()).toMatch(/contradict other metrics|no other metric confirms it/);
  });

  test('use that is 0 beside a disk that is idle is what it says', () => {
    expect(names(diagnose(input({ ...load(0, 0), queueLength: 0, idleTime: 60 })))).toEqual([
      'nothing-wrong',
    ]);
  });

  test('a balance that reads 0 while more is used than there is without credits, or nothing is', () => {
    const gp2 = { performance: fact(GP2) };
    for (const iops of [2_900, 50]) {
      const found = diagnose(input({ ...load(iops, 20), burstBalance: 0 }, gp2));
      expect(names(found)).toEqual(['unknown']);
      expect(found.missing.join()).toContain('signals disagree');
    }
  });

  test('a balance of the instance that reads 0 while more is used than its baseline', () => {
    const shapes = { ...load(9_000, 25), instanceIopsBalance: 0, instanceIopsExceeded: last(60) };
    const found = diagnose(
      input(shapes, { performance: fact({ ...GP3, iops: 16_000 }), ceiling: fact(CEILING) }),
    );
    expect(names(found)).toEqual(['instance-limit']);
  });
});

/** For each cause, series of which one at least must be known. */
const PROOF: Partial<Record<CauseName, SeriesName[][]>> = {
  'stalled-io': [['stalled']],
  'instance-burst': [['instanceIopsBalance', 'instanceThroughputBalance']],
  'instance-limit': [['instanceIopsExceeded', 'instanceThroughputExceeded', 'readOps', 'readBytes']],
  'boot-burst': [['iopsExceeded', 'throughputExceeded']],
  'burst-balance': [['burstBalance']],
  'volume-iops': [
    ['iopsExceeded', 'readOps'],
    ['iopsExceeded', 'writeOps'],
  ],
  'volume-throughput': [
    ['throughputExceeded', 'readBytes'],
    ['throughputExceeded', 'writeBytes'],
  ],
};

const LEVELS: Record<'ops' | 'bytes' | 'flag' | 'percent' | 'other', number[]> = {
  ops: [0, 300 * 30, 2_990 * 30, 20_000 * 30, Number.MAX_VALUE],
  bytes: [0, 20 * 2 ** 20 * 30, 125 * 2 ** 20 * 30, Number.MAX_VALUE],
  flag: [0, 1],
  percent: [0, 1, 15, 100],
  other: [0, 0.2, 12, 60],
};

function levelsOf(name: SeriesName): number[] {
  if (name.endsWith('Ops')) return LEVELS.ops;
  if (name.endsWith('Bytes')) return LEVELS.bytes;
  if (/Exceeded|stalled/.test(name)) return LEVELS.flag;
  return name.endsWith('Balance') ? LEVELS.percent : LEVELS.other;
}

/** Stretches of a level, or of a gap. */
const shape = (name: SeriesName) =>
  fc.option(
    fc
      .array(fc.option(fc.constantFrom(...levelsOf(name)), { nil: undefined, freq: 4 }), {
        minLength: 1,
        maxLength: 9,
      })
      .map((levels) => (index: number) => levels[Math.floor((index * levels.length) / 180)]),
    { nil: undefined, freq: 4 },
  );
const shapes = fc.record(
  Object.fromEntries(SERIES_NAMES.map((name) => [name, shape(name)])) as Record<
    SeriesName,
    ReturnType<typeof shape>
  >,
);
const orUnknown = <T>(...values: T[]) =>
  fc.oneof(
    fc.constantFrom(...values).map((value) => fact(value)),
    fc.constant(missing()),
  );
const about: fc.Arbitrary<Partial<Input>> = fc.record({
  performance: orUnknown(GP3, GP2, { ...GP2, type: 'st1' as const }, { ...GP3, type: 'standard' as const }),
  isRoot: orUnknown(true, false),
  ceiling: orUnknown(CEILING, { instanceType: 'm4.large', nitro: false }),
  launchedAt: orUnknown(minute(100), minute(175), minute(-500), AT + 1e9),
  others: orUnknown([GP2, GP3], []),
  modification: orUnknown(null, { state: 'completed' as const, startedAt: minute(80), endedAt: minute(90) }),
});

describe('whatever is measured, with whatever gaps', () => {
  property.prop([shapes, about], { numRuns: 400 })(
    'a cause is named, and never one whose series is unknown',
    (all, rest) => {
      const given = input(all, { ...rest, measured: measured(all) });
      const found = diagnose(given);
      const isKnown = (name: SeriesName) => given.measured.series[name].known;
      for (const { name, basedOn } of found.causes) {
        expect(basedOn.filter((each) => !isKnown(each))).toEqual([]);
        for (const some of PROOF[name] ?? []) expect(some.some(isKnown)).toBe(true);
      }
      const calm = names(found).filter((name) => name === 'nothing-wrong' || name === 'unknown');
      expect(calm.length === 0 || found.causes.length === 1).toBe(true);
      expect(names(found).includes('unknown') && found.missing.length === 0).toBe(false);
      const text = findingsOf(found, given).flatMap(({ cause, evidence }) => [cause, ...evidence]);
      expect(text.filter((line) => line === '' || /NaN|undefined/.test(line))).toEqual([]);
    },
  );

  property.prop([shapes, shapes, fc.integer({ min: -10, max: 200 })], { numRuns: 200 })(
    'a comparison says yes only of a time that was measured on both sides',
    (before, after, changed) => {
      const answer = isBetter(measured(before), measured(after), minute(changed));
      expect(['yes', 'no', 'unknown']).toContain(answer);
      if (changed < 5 || changed > 175) expect(answer).not.toBe('yes');
    },
  );
});
