import { describe, expect, test } from 'vitest';
import { readLongUse } from '../../functions/ebs-saturation/measure/long-use.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import type { MetricPoint, MetricQuery, MetricWindow, Usage } from '../../shared/ports/usage.ts';
import type { Volume } from '../../shared/ports/volumes.ts';

const NOW = Date.parse('2026-11-20T12:34:56Z');
const FROM = Date.parse('2026-11-13T12:00:00Z');
const MIB = 1024 * 1024;
const INSTANCE = 'i-0aaaaaaaaaaaaaaa1';

const volume: Volume = {
  id: 'vol-0aaaaaaaaaaaaaaa1',
  type: 'gp3',
  sizeGib: 100,
  iops: 4_500,
  throughputMib: 250,
  state: 'in-use',
  multiAttach: false,
  zone: 'eu-west-1a',
  attachments: [{ instanceId: INSTANCE, device: '/dev/xvdaa', state: 'attached' }],
  tags: {},
};

/** What an hour gives of a query; undefined: no data. */
type Answer = (query: MetricQuery, hour: number) => number | undefined;

/** Reads and writes of 300 IOPS and 6 MiB/s together, half of that on average; never short. */
const quiet: Answer = ({ name, statistic, dimensions }) => {
  if (name.endsWith('Check')) return 'InstanceId' in dimensions ? 0 : undefined;
  const minute = name.endsWith('Ops') ? 150 * 60 : 3 * MIB * 60;
  return statistic === 'Maximum' ? minute : minute * 30;
};

async function read(answer: Answer, complete = true) {
  const seen: { queries: readonly MetricQuery[]; window: MetricWindow }[] = [];
  const readMetrics: Usage['readMetrics'] = async (queries, window) => {
    seen.push({ queries, window });
    return queries.map((query) => ({ complete, points: pointsOf(query, window, answer) }));
  };
  const usage: Usage = { readMetrics, listMetrics: () => Promise.reject(new Error('not asked')) };
  return { seen, ...(await readLongUse(usage, { volume, at: NOW, lookBackMs: 7 * DAY_MS })) };
}

function pointsOf(query: MetricQuery, { from, to }: MetricWindow, answer: Answer): MetricPoint[] {
  const hours = Array.from({ length: Math.ceil((to - from) / HOUR_MS) }, (_, index) => index);
  return hours.flatMap((hour) => {
    const value = answer(query, hour);
    return value === undefined ? [] : [{ at: from + hour * HOUR_MS, value }];
  });
}

describe('the use of a week', () => {
  test('is one read of twelve series by the hour, from the full hour a week ago', async () => {
    const { seen, quietSince, p99, quietWith } = await read(quiet);
    expect(seen).toHaveLength(1);
    expect(seen[0]?.queries).toHaveLength(12);
    expect(seen[0]?.queries.every(({ periodMs }) => periodMs === HOUR_MS)).toBe(true);
    expect(seen[0]?.window).toEqual({ from: FROM, to: NOW - (NOW % MINUTE_MS) });
    expect(quietSince).toMatchObject({ known: true, value: FROM });
    expect(p99).toMatchObject({ known: true, value: { iops: 300, throughputMib: 6 } });
    expect(quietWith).toMatchObject({ known: true, value: { iops: 334, throughputMib: 7 } });
  });

  test('counts an hour by its busiest minute, and leaves out one hour of a hundred', async () => {
    const busy = (hours: readonly number[]): Answer => {
      return (query, hour) => (quiet(query, hour) ?? 0) * (hours.includes(hour) ? 10 : 1);
    };
    const { p99, quietWith } = await read(busy([50]));
    expect(p99).toMatchObject({ value: { iops: 300 } });
    expect(quietWith).toMatchObject({ value: { iops: 3_334, throughputMib: 67 } });
    expect((await read(busy([50, 90]))).p99).toMatchObject({ value: { iops: 3_000, throughputMib: 60 } });
  });

  test.each<[string, Answer]>([
    ['a check says so', (query, hour) => (isCheck(query) && hour === 100 ? 1 : quiet(query, hour))],
    ['it used nearly all it has', (query, hour) => (quiet(query, hour) ?? 0) * (hour === 100 ? 14 : 1)],
  ])('is quiet only since the last hour in which %s', async (_, answer) => {
    expect((await read(answer)).quietSince).toMatchObject({ known: true, value: FROM + 101 * HOUR_MS });
  });

  test('of a volume that moved is judged by its use where no check of the new place is there', async () => {
    const moved: Answer = (query, hour) => (isCheck(query) && hour < 100 ? undefined : quiet(query, hour));
    expect((await read(moved)).quietSince).toMatchObject({ known: true, value: FROM });
  });

  test.each<[string, Answer, RegExp]>([
    ['hours are missing', (query, hour) => (hour < 9 ? undefined : quiet(query, hour)), /only 160 of 169/],
    [
      'one of four uses is',
      (query, hour) => (query.name === 'VolumeWriteBytes' ? undefined : quiet(query, hour)),
      /only 0 of/,
    ],
    [
      'no check was ever measured',
      (query, hour) => (isCheck(query) ? undefined : quiet(query, hour)),
      /whether it was short/,
    ],
    [
      'one of the two checks was never measured',
      (query, hour) => (query.name === 'VolumeThroughputExceededCheck' ? undefined : quiet(query, hour)),
      /VolumeThroughputExceededCheck/,
    ],
    [
      'a busiest minute is below the mean one',
      (query, hour) => (query.statistic === 'Sum' ? 61 : 1) * (quiet(query, hour) ?? 0),
      /contradict/,
    ],
  ])('is unknown, not low, where %s', async (_, answer, why) => {
    const { quietSince, p99, quietWith } = await read(answer);
    expect(quietWith).toMatchObject({ known: false });
    expect(quietSince).toMatchObject({ known: false, why: expect.stringMatching(why) });
    expect(p99).toMatchObject({ known: false });
  });

  test('is unknown where CloudWatch gives a part', async () => {
    expect((await read(quiet, false)).p99).toMatchObject({ known: false });
  });
});

function isCheck({ name }: MetricQuery): boolean {
  return name.endsWith('Check');
}
