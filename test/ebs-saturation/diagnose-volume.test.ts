import { describe, expect, test } from 'vitest';
import { diagnose } from '../../functions/ebs-saturation/diagnose/index.ts';
import type { VolumeType } from '../../functions/ebs-saturation/volume.ts';
import { MINUTE_MS } from '../../shared/clock.ts';
import {
  AT,
  fact,
  GP2,
  GP3,
  input,
  last,
  load,
  MINUTES,
  minute,
  missing,
  names,
  ranked,
  SHORT_OF_IOPS,
} from './diagnose-series.ts';

describe('a volume that is short', () => {
  test('of IOPS: AWS’s check and its use agree, the instance carries more', () => {
    const found = diagnose(input(SHORT_OF_IOPS));
    expect(ranked(found)).toEqual(['volume-iops certain']);
    const [cause] = found.causes;
    expect(cause.basedOn).toEqual(['iopsExceeded', 'readOps', 'writeOps']);
    expect(cause.evidence.join('\n')).toContain(
      'raised in 15 of the last 15 min measured, 40 of 180 min in all',
    );
    expect(cause.evidence.join('\n')).toContain('at most 2990 of 3000 (100 %)');
    expect(cause.wouldNotHelp).toEqual(['more throughput alone: that is not what it is short of']);
    expect(found.missing).toEqual([]);
  });

  test('of throughput, and not of IOPS', () => {
    const found = diagnose(
      input({ ...load(500, last(30, 124, 20)), throughputExceeded: last(30), queueLength: last(30, 8) }),
    );
    expect(ranked(found)).toEqual(['volume-throughput certain']);
    expect(found.causes[0].short).toEqual(['throughput']);
    expect(found.used.throughput).toMatchObject({ value: { p95: 124, max: { value: 124 } } });
  });

  test('of both is told as both, with what was used of each', () => {
    const found = diagnose(
      input({
        ...load(last(20, 2_980, 300), last(20, 124, 20)),
        iopsExceeded: last(20),
        throughputExceeded: last(20),
      }),
    );
    expect(names(found)).toEqual(['volume-iops', 'volume-throughput']);
    expect(found.used.iops).toMatchObject({ value: { p50: 300, max: { value: 2_980 } } });
  });

  test('in bursts within the minute is likely: the check says so, its use by the minute does not', () => {
    const found = diagnose(input({ ...SHORT_OF_IOPS, ...load(last(40, 1_900, 300), 25) }));
    expect(ranked(found)).toEqual(['volume-iops likely']);
    expect(found.causes[0].evidence.join('\n')).toContain('bursts are shorter');
  });

  test('by the check alone, with hardly anything used, is only possible: the signals disagree', () => {
    const found = diagnose(input({ iopsExceeded: last(20) }));
    expect(ranked(found)).toEqual(['volume-iops possible']);
    expect(found.causes[0].evidence.join('\n')).toContain('not even half of it is used');
  });

  test.each([
    { queue: 12, expected: 'volume-iops likely' },
    { queue: 0.5, expected: 'volume-iops possible' },
  ])(
    'without a check, its use at the limit counts with a queue of $queue as $expected',
    ({ queue, expected }) => {
      const shapes = { ...SHORT_OF_IOPS, ...load(2_990, 25), iopsExceeded: undefined, queueLength: queue };
      expect(ranked(diagnose(input(shapes)))).toEqual([expected]);
    },
  );

  test('on an instance nothing is known of is likely, and says so', () => {
    const found = diagnose(input({ ...SHORT_OF_IOPS, instanceIopsExceeded: undefined }));
    expect(ranked(found)).toEqual(['volume-iops likely']);
    expect(found.missing.join()).toContain('InstanceEBSIOPSExceededCheck');
  });

  test('again and again counts, though the last minutes are quiet; once does not', () => {
    const everyTwenty = (index: number) => (index % 20 < 8 && index < 165 ? 1 : 0);
    expect(names(diagnose(input({ iopsExceeded: everyTwenty })))).toEqual(['volume-iops']);
    const once = (index: number) => (index >= 60 && index < 80 ? 1 : 0);
    expect(names(diagnose(input({ iopsExceeded: once })))).toEqual(['nothing-wrong']);
  });
});

describe('a volume that changes', () => {
  test.each(['modifying', 'optimizing'] as const)('is judged with care while it is %s', (state) => {
    const modification = fact({ state, startedAt: AT - 30 * MINUTE_MS });
    expect(ranked(diagnose(input(SHORT_OF_IOPS, { modification })))).toEqual(['volume-iops possible']);
  });

  test('is judged by what was measured since: what was before tells of another volume', () => {
    const raised = { performance: fact({ ...GP3, iops: 6_000 }) };
    const shapes = { iopsExceeded: (index: number) => (index >= 100 && index < 158 ? 1 : 0) };
    const completed = (endedAt: number) =>
      fact({ state: 'completed' as const, startedAt: AT - 90 * MINUTE_MS, endedAt });
    const found = diagnose(input(shapes, { ...raised, modification: completed(minute(158)) }));
    expect(names(found)).toEqual(['nothing-wrong']);
    expect(found.causes[0].evidence[0]).toContain('the alarm asks for less than the volume gives');
    const early = diagnose(input(shapes, { ...raised, modification: completed(minute(177)) }));
    expect(names(early)).toEqual(['unknown']);
    expect(early.missing.join()).toContain('only 3 m 00 s of the last 15 m 00 s were measured');
  });
});

describe('burst credits', () => {
  const used = { ...load(last(60, 299, 2_800), 15), iopsExceeded: last(60), burstBalance: last(60, 0, 40) };
  const gp2 = { performance: fact(GP2) };

  test('used up by a gp2 volume at its baseline: that is the cause, and not told twice', () => {
    const found = diagnose(input(used, gp2));
    expect(ranked(found)).toEqual(['burst-balance certain']);
    expect(found.causes[0].evidence.join('\n')).toContain(
      'gp2 of 100 GiB: 300 IOPS without credits, 3000 with',
    );
    expect(found.causes[0].short).toEqual(['iops']);
  });

  test('left: the volume is short of what it has with them', () => {
    const found = diagnose(input({ ...SHORT_OF_IOPS, burstBalance: 60 }, gp2));
    expect(ranked(found)).toEqual(['volume-iops certain']);
  });

  test('unknown: the baseline is no limit to hold its use against', () => {
    const bursting = { ...load(2_000, 20), iopsExceeded: undefined };
    const found = diagnose(input(bursting, gp2));
    expect(names(found)).toEqual(['unknown']);
    expect(found.missing.join()).toContain('BurstBalance');
  });

  test('falling and low are told before they are used up', () => {
    const falling = (index: number) => 3 + (MINUTES - index) / 3;
    const found = diagnose(input({ ...load(1_500, 20), burstBalance: falling }, gp2));
    expect(ranked(found)).toEqual(['burst-balance possible']);
    expect(found.causes[0].evidence.join('\n')).toContain('used up in about');
  });

  test('of a gp2 volume of 1,000 GiB are of no concern', () => {
    const large = {
      performance: fact({ type: 'gp2' as const, sizeGib: 1_000, iops: 3_000, throughputMib: 250 }),
    };
    expect(names(diagnose(input({ ...used, iopsExceeded: 0 }, large)))).toEqual(['nothing-wrong']);
  });

  test.each<{ type: VolumeType; always: number }>([
    { type: 'st1', always: 40 },
    { type: 'sc1', always: 12 },
  ])('of $type are credits of throughput', ({ type, always }) => {
    const disk = { performance: fact({ type, sizeGib: 1_024, iops: always, throughputMib: always }) };
    const shapes = {
      ...load(60, last(60, always, always * 3)),
      throughputExceeded: last(60),
      burstBalance: last(60, 0, 30),
    };
    const found = diagnose(input(shapes, disk));
    expect(ranked(found)).toEqual(['burst-balance certain']);
    expect(found.causes[0].short).toEqual(['throughput']);
  });
});

describe('nothing wrong', () => {
  test('the alarm’s threshold is too low: everything was measured, hardly anything is used', () => {
    const found = diagnose(input());
    expect(ranked(found)).toEqual(['nothing-wrong certain']);
    expect(found.causes[0].evidence[0]).toContain('at most 10 % of its IOPS and 16 % of its MiB/s were used');
    expect(found.causes[0].wouldNotHelp).toEqual(['more IOPS or throughput: what there is, is not used']);
  });

  test('it is over already: since when, and how long it was', () => {
    const spell = (index: number) => (index >= 60 && index < 80 ? 1 : 0);
    const found = diagnose(input({ iopsExceeded: spell }));
    expect(found.causes[0].evidence[0]).toBe(
      'it is over since 2026-11-03T12:20:00Z; the longest time was 20 m 00 s',
    );
  });

  test('what its instance was short of is over as well, and the threshold is not to blame', () => {
    const spell = (index: number) => (index >= 60 && index < 80 ? 1 : 0);
    const found = diagnose(input({ instanceIopsExceeded: spell }));
    expect(found.causes[0].evidence[0]).toContain('it is over since 2026-11-03T12:20:00Z');
  });

  test('near misses are none: four minutes of fifteen, and use just below the limit', () => {
    expect(names(diagnose(input({ iopsExceeded: last(4) })))).toEqual(['nothing-wrong']);
    expect(names(diagnose(input(load(2_800, 25))))).toEqual(['nothing-wrong']);
  });

  test('is not said of a volume without performance that could be read', () => {
    expect(names(diagnose(input({}, { performance: missing() })))).toEqual(['unknown']);
  });
});
