import { describe, expect, test } from 'vitest';
import { diagnose } from '../../functions/ebs-saturation/diagnose/index.ts';
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

/** 300 operations a second, of which so many wait at any moment. */
const waiting = (queueLength: number) => ({ queueLength, writeLatency: 45 });

describe('operations that take long although nothing is short', () => {
  test('are not called nothing wrong: the reason is unknown', () => {
    const found = diagnose(input(waiting(12)));
    expect(names(found)).toEqual(['unknown']);
    expect(found.missing.join('\n')).toContain(
      'not explained: operations wait for more than 20 ms in 15 of the last 15 min',
    );
    expect(found.missing.join('\n')).toContain('CloudWatch VolumeAvgWriteLatency: p50 45.0 ms');
  });

  test('are as they should be in few milliseconds, or on a disk that turns', () => {
    expect(names(diagnose(input(waiting(5))))).toEqual(['nothing-wrong']);
    const disk = { performance: fact({ type: 'st1' as const, sizeGib: 2_048, iops: 80, throughputMib: 80 }) };
    expect(names(diagnose(input({ ...waiting(12), burstBalance: 90 }, disk)))).toEqual(['nothing-wrong']);
  });

  test('are explained where something is short', () => {
    const found = diagnose(input({ ...SHORT_OF_IOPS, queueLength: 90 }));
    expect(ranked(found)).toEqual(['volume-iops certain']);
    expect(found.missing).toEqual([]);
  });

  test('are not looked for where the queue or the operations are unknown', () => {
    expect(names(diagnose(input({ queueLength: undefined })))).toEqual(['nothing-wrong']);
  });
});

describe('what surrounds a volume', () => {
  test('a modification that ended just now hides no stall and no limit of the instance', () => {
    const modification = fact({
      state: 'completed' as const,
      startedAt: AT - 9 * MINUTE_MS,
      endedAt: minute(178),
    });
    const stalled = {
      ...load(last(12, 0, 300), last(12, 0, 20)),
      stalled: last(12),
      instanceIopsExceeded: last(12),
    };
    const found = diagnose(input(stalled, { modification, others: fact([{ ...GP3, iops: 80_000 }]) }));
    expect(ranked(found)).toEqual(['stalled-io certain', 'instance-limit certain']);
    expect(found.missing.join()).toContain('only 2 m 00 s of the last 15 m 00 s were measured');
  });

  test('a modification that could not be read is said, and one whose state is unknown makes it less sure', () => {
    const found = diagnose(input(SHORT_OF_IOPS, { modification: missing('no permission') }));
    expect(found.missing).toEqual(['unknown: EC2: no permission']);
    const odd = fact({ state: 'unknown' as const, startedAt: AT - 9 * MINUTE_MS });
    expect(ranked(diagnose(input(SHORT_OF_IOPS, { modification: odd })))).toEqual(['volume-iops likely']);
  });

  test('several instances: no check, so its use alone tells, and that is said', () => {
    const checks = { iopsExceeded: undefined, throughputExceeded: undefined, stalled: undefined };
    const io2 = { type: 'io2' as const, sizeGib: 100, iops: 3_000, throughputMib: 768 };
    const shapes = { ...SHORT_OF_IOPS, ...load(2_990, 25), ...checks, instanceIopsExceeded: undefined };
    const found = diagnose(input(shapes, { performance: fact(io2), multiAttach: true }));
    expect(ranked(found)).toEqual(['volume-iops possible']);
    expect(found.missing.join()).toContain('attached to several instances');
  });
});

describe('one cause beside another', () => {
  test('the surer one comes first, though the other limits more', () => {
    const found = diagnose(input({ ...SHORT_OF_IOPS, instanceThroughputExceeded: last(40) }));
    expect(ranked(found)).toEqual(['volume-iops certain', 'instance-limit possible']);
  });

  test('a stall makes a shortage that is certain otherwise only possible', () => {
    const found = diagnose(input({ ...SHORT_OF_IOPS, stalled: (index) => (index === 175 ? 1 : 0) }));
    expect(ranked(found)).toEqual(['stalled-io possible', 'volume-iops possible']);
  });

  test('credits that will be used up do not hide that even with them it is short', () => {
    const falling = (index: number) => 3 + (MINUTES - index) / 3;
    const found = diagnose(input({ ...SHORT_OF_IOPS, burstBalance: falling }, { performance: fact(GP2) }));
    expect(ranked(found)).toEqual(['volume-iops certain', 'burst-balance possible']);
  });

  test.each([
    { what: 'low but steady', balance: 15 },
    { what: 'low and falling slowly', balance: (index: number) => 15 + (MINUTES - index) / 30 },
    {
      what: 'falling fast but far from low',
      balance: (index: number) => 40 + Math.min(60, (MINUTES - index) * 1.5),
    },
  ])('credits $what are no cause', ({ balance }) => {
    const found = diagnose(input({ ...load(1_500, 20), burstBalance: balance }, { performance: fact(GP2) }));
    expect(names(found)).toEqual(['nothing-wrong']);
  });
});

describe('what is not known does not pass for none', () => {
  test('a check of the instance that reads 0 while the volume uses all the instance carries', () => {
    const ceiling = fact({ instanceType: 'm6i.large', nitro: true, baselineIops: 3_000 });
    const performance = fact({ ...GP3, iops: 16_000 });
    const found = diagnose(input(load(2_990, 25), { ceiling, performance }));
    expect(names(found)).toEqual(['unknown']);
    expect(found.missing.join()).toContain('signals disagree: CloudWatch InstanceEBSIOPSExceededCheck');
  });

  test('a stall, where neither its check nor operations of the last minutes are known', () => {
    const found = diagnose(input({ stalled: undefined, readOps: last(12, 0, 9_000), writeOps: undefined }));
    expect(names(found)).toEqual(['unknown']);
    expect(found.missing.join()).toContain('CloudWatch VolumeStalledIOCheck: not published');
  });

  test('when a root volume booted is of no concern while nothing was ever short', () => {
    const found = diagnose(input({}, { isRoot: fact(true), launchedAt: missing() }));
    expect(names(found)).toEqual(['nothing-wrong']);
  });

  test('small operations of a disk that merges them are not held against its IOPS', () => {
    const disk = { performance: fact({ type: 'st1' as const, sizeGib: 2_048, iops: 80, throughputMib: 80 }) };
    expect(names(diagnose(input({ ...load(490, 20), burstBalance: 90 }, disk)))).toEqual(['nothing-wrong']);
  });
});
