import { describe, expect, test } from 'vitest';
import {
  type AttachedVolume,
  type MeasuredUse,
  shareOf,
  shortIn,
  worstFirst,
} from '../../functions/ebs-saturation/attached.ts';
import { readUse } from '../../functions/ebs-saturation/reading/neighbours-use.ts';
import { isDoubtful, volumeLines } from '../../functions/ebs-saturation/told/volumes.ts';
import { MINUTE_MS } from '../../shared/clock.ts';
import { type Fact, known, unknown } from '../../shared/fact.ts';
import type { MetricQuery, Usage } from '../../shared/ports/usage.ts';

const AT = Date.UTC(2026, 10, 3, 14);
const MIB = 1024 * 1024;
const NOTHING: MeasuredUse = { most: null, recent: null, short: { iops: null, throughput: null } };

function volume(id: string, iops: number, use: Partial<MeasuredUse> | 'unread'): AttachedVolume {
  return {
    id,
    performance: { type: 'gp3', sizeGib: 100, iops, throughputMib: 125 },
    use:
      use === 'unread'
        ? unknown('throttled', 'CloudWatch', AT)
        : known({ ...NOTHING, ...use }, 'CloudWatch', AT),
  };
}

const used = (iops: number, throughputMib = 10) => ({ recent: { iops, throughputMib } });
const short = { short: { iops: true, throughput: false } };

const on = (kind: 'volume' | 'instance', siblings: Fact<AttachedVolume[]>) => ({
  facts: { siblings },
  incident: { subject: { kind } },
});

describe('which volume of an instance is worst off', () => {
  test('the one that AWS’s check calls short, then the highest share, whatever it is provisioned for', () => {
    const all = [
      volume('large', 16_000, used(3_000)),
      volume('half', 3_000, used(1_500)),
      volume('short', 3_000, { ...used(900), ...short }),
    ];
    expect(worstFirst(all).map(({ id }) => id)).toEqual(['short', 'half', 'large']);
  });

  test('throughput counts as IOPS do', () => {
    const all = [volume('iops', 3_000, used(1_500)), volume('bytes', 3_000, used(100, 120))];
    expect(worstFirst(all)[0]?.id).toBe('bytes');
  });

  test('what is unknown has no share, not 0, and stands behind what was measured', () => {
    const all = [
      volume('unread', 16_000, 'unread'),
      volume('gap', 3_000, {}),
      volume('idle', 3_000, used(0, 0)),
    ];
    expect(all.map(shareOf)).toEqual([null, null, 0]);
    expect(worstFirst(all).map(({ id }) => id)).toEqual(['idle', 'unread', 'gap']);
    expect(shortIn(volume('gap', 3_000, {}))).toEqual([]);
  });

  test('with nothing measured, the one that is provisioned for most', () =>
    expect(worstFirst([volume('a', 3_000, {}), volume('b', 9_000, {})])[0]?.id).toBe('b'));
});

describe('what is told of the others', () => {
  const siblings = known(
    [
      volume('vol-idle', 3_000, used(30, 1)),
      volume('vol-short', 3_000, { ...used(2_990, 50), ...short }),
      volume('vol-gap', 3_000, {}),
      volume('vol-unread', 3_000, 'unread'),
    ],
    'EC2',
    AT,
  );

  test('each with its use where the instance is the limit, those that are short by name, unknown as unknown', () =>
    expect(volumeLines(on('volume', siblings), true)).toEqual([
      'also short by limits of their own, and not changed by this incident: vol-short (IOPS)',
      'on the same instance: vol-short: at most 2990 of 3000 IOPS, 50 of 125 MiB/s in the last 15 min',
      'on the same instance: vol-idle: at most 30 of 3000 IOPS, 1 of 125 MiB/s in the last 15 min',
      'on the same instance: vol-gap: use unknown: not measured in the last 15 min',
      'on the same instance: vol-unread: use unknown: CloudWatch: throttled',
    ]));

  test('of an alarm on one volume only those that are short as well', () => {
    expect(volumeLines(on('volume', siblings), false).join()).not.toContain('vol-idle');
    expect(volumeLines(on('volume', known([], 'EC2', AT)), false)).toEqual([]);
  });

  test('of many the worst ones and how many more', () => {
    const many = known(
      Array.from({ length: 30 }, (_, index) =>
        volume(`vol-${index}`, 3_000, { ...used(index * 100), ...short }),
      ),
      'EC2',
      AT,
    );
    const lines = volumeLines(on('instance', many), false);
    expect(lines).toHaveLength(7);
    expect(lines[0]).toContain('vol-29 (IOPS), vol-28 (IOPS)');
    expect(lines[0]).toContain(' and 25 more');
    expect(lines.at(-1)).toBe('on the same instance: 25 more volumes');
  });

  test('one volume that is well does not make its instance well', () => {
    const about = (volumes: AttachedVolume[]) => isDoubtful(on('instance', known(volumes, 'EC2', AT)));
    expect(about([volume('a', 3_000, used(30))])).toBe(false);
    expect(about([volume('a', 3_000, {})])).toBe(true);
    expect(about([volume('a', 3_000, { ...used(30), ...short })])).toBe(true);
    expect(isDoubtful(on('instance', unknown('throttled', 'EC2', AT)))).toBe(true);
    expect(isDoubtful(on('volume', unknown('throttled', 'EC2', AT)))).toBe(false);
  });
});

describe('what CloudWatch shows of them', () => {
  /** The last so many minutes before `AT`, with one value. */
  const minutes = (from: number, to: number, value: number) =>
    Array.from({ length: from - to }, (_, index) => ({ at: AT - (from - index) * MINUTE_MS, value }));
  const usage = (pointsOf: (query: MetricQuery) => { at: number; value: number }[]) =>
    ({
      readMetrics: async (queries: readonly MetricQuery[]) =>
        queries.map((query) => ({ points: pointsOf(query), complete: true })),
    }) as Partial<Usage> as Usage;
  const read = async (from: Usage) =>
    (await readUse(from, { instanceId: 'i-1', ids: ['vol-1'], at: AT })).get('vol-1');

  test('a burst hours ago is not the use of now', async () => {
    const value = (name: string) => (name.endsWith('Ops') ? 60 * 1_000 : 60 * MIB);
    const found = await read(
      usage(({ name }) =>
        name.endsWith('Check')
          ? []
          : [...minutes(160, 150, value(name)), ...minutes(30, 0, value(name) / 10)],
      ),
    );
    expect(found).toMatchObject({ most: { iops: 2_000 }, recent: { iops: 200 } });
  });

  test('a check counts by whichever dimensions it is published, and unpublished is unknown', async () => {
    const check = (dimensions: string[], value: number) =>
      usage(({ name, dimensions: given }) =>
        name === 'VolumeIOPSExceededCheck' && Object.keys(given).length === dimensions.length
          ? minutes(60, 0, value)
          : [],
      );
    const both = ['VolumeId', 'InstanceId'];
    expect((await read(check(both, 1)))?.short).toEqual({ iops: true, throughput: null });
    expect((await read(check(['VolumeId'], 1)))?.short.iops).toBe(true);
    expect((await read(check(both, 0)))?.short.iops).toBe(false);
  });

  test('minutes that are hours old say nothing of now', async () => {
    const found = await read(usage(() => minutes(160, 100, 1)));
    expect(found).toMatchObject({ recent: null, short: { iops: null, throughput: null } });
  });
});
