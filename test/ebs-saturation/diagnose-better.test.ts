import { describe, expect, test } from 'vitest';
import { isBetter } from '../../functions/ebs-saturation/diagnose/better.ts';
import { CALM, load, MINUTES, measured, minute, SHORT_OF_IOPS, type Shape } from './diagnose-series.ts';

const CHANGED = 100;
const changedAt = minute(CHANGED);

/** One value before the change and another since. */
const step = (before: number, after: number | undefined) => (index: number) =>
  index < CHANGED ? before : after;

/** Short of IOPS before; given is what it is like since. */
function compared(after: {
  iops: number | undefined;
  check?: number | undefined;
  queue?: number;
  more?: Record<string, Shape | undefined>;
}) {
  const one = measured({
    ...CALM,
    ...SHORT_OF_IOPS,
    ...load(step(2_990, after.iops), step(25, after.iops === 0 ? 0 : 40)),
    iopsExceeded: step(1, after.check ?? 0),
    queueLength: step(12, after.queue ?? 4),
    idleTime: 20,
    ...after.more,
  });
  return isBetter(one, one, changedAt);
}

describe('after a change', () => {
  test('it is better when nothing is short any more under the same or more load', () => {
    expect(compared({ iops: 5_000 })).toBe('yes');
    expect(compared({ iops: 2_000 })).toBe('yes');
  });

  test('it is better once it took effect, however long that took', () => {
    const late = (minutes: number) => ({
      iopsExceeded: (index: number) => (index < CHANGED + minutes ? 1 : 0),
    });
    expect(compared({ iops: 5_000, more: late(45) })).toBe('yes');
    expect(compared({ iops: 5_000, more: late(79) })).toBe('no');
  });

  test('it is no better while it is still short, wherever the limit is now', () => {
    expect(compared({ iops: 5_000, check: 1 })).toBe('no');
    const moved = { instanceIopsExceeded: step(0, 1) };
    expect(compared({ iops: 5_000, more: moved })).toBe('no');
  });

  test('less often short and faster is better, less often short alone is not', () => {
    const rarely = { iopsExceeded: (index: number) => (index < CHANGED || index % 5 === 0 ? 1 : 0) };
    expect(compared({ iops: 5_000, queue: 4, more: rarely })).toBe('yes');
    expect(compared({ iops: 5_000, queue: 20, more: rarely })).toBe('no');
  });

  test('T15: without load, without data or soon after nobody knows', () => {
    expect(compared({ iops: 0 })).toBe('unknown');
    expect(compared({ iops: 400 })).toBe('unknown');
    expect(compared({ iops: undefined })).toBe('unknown');
    const one = measured({ ...CALM, ...SHORT_OF_IOPS });
    expect(isBetter(one, one, minute(MINUTES - 2))).toBe('unknown');
    expect(isBetter(measured({}), measured({}), changedAt)).toBe('unknown');
  });

  test('less load than while it was short proves nothing, however quiet it was before that', () => {
    // Short for the last 20 of 100 minutes, and quiet as before since.
    const busy = (index: number) => index >= CHANGED - 20 && index < CHANGED;
    const of = (high: number, low: number) => (index: number) => (busy(index) ? high : low);
    const one = measured({
      ...CALM,
      ...load(of(2_990, 100), of(25, 1)),
      iopsExceeded: of(1, 0),
      queueLength: of(12, 0.1),
      idleTime: of(0, 55),
    });
    expect(isBetter(one, one, changedAt)).toBe('unknown');
  });

  test('a check that is gone while operations wait longer is unknown: the signals disagree', () => {
    expect(compared({ iops: 2_990, queue: 20 })).toBe('unknown');
  });

  test('a volume that was not short before cannot be better', () => {
    expect(compared({ iops: 5_000, more: { iopsExceeded: 0 } })).toBe('unknown');
  });

  test.each([
    { queue: 4, expected: 'yes' },
    { queue: 11, expected: 'no' },
  ])(
    'without checks the time operations wait tells: a queue of $queue is $expected',
    ({ queue, expected }) => {
      expect(compared({ iops: 2_990, queue, more: { iopsExceeded: undefined } })).toBe(expected);
    },
  );

  test('two reads are compared, each by its own side of the change', () => {
    const before = measured({ ...CALM, ...SHORT_OF_IOPS, iopsExceeded: 1 });
    const after = measured({ ...CALM, ...load(4_000, 40) });
    expect(isBetter(before, after, changedAt)).toBe('yes');
    expect(isBetter(after, before, changedAt)).toBe('no');
  });
});
