import { describe, expect, test } from 'vitest';
import { runChild } from '../../bench/children.ts';
import { asJson, asTable, type Figure, numberText, verdictOf } from '../../bench/report.ts';
import { median, percentile, Tally } from '../../bench/statistics.ts';
import type { StormReport } from '../../bench/storm.ts';
import { trafficOf } from '../../bench/traffic.ts';

describe('statistics', () => {
  test('a percentile is a value that was measured, the smallest that covers its share', () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect([0, 0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([1, 100, 198, 200]);
    expect(percentile([7], 0.99)).toBe(7);
    expect(median([9, 1, 5])).toBe(5);
  });

  test('of no values there is none', () => {
    expect(percentile([], 0.99)).toBeNaN();
  });

  test('a tally adds up by prefix', () => {
    const tally = new Tally();
    for (const name of ['ec2.describeInstances', 'ec2.describeInstances', 'eks.listClusters'])
      tally.add(name);
    expect([tally.total('ec2.'), tally.total('table.'), tally.total()]).toEqual([2, 0, 3]);
  });
});

describe('traffic', () => {
  test('has the foreign share asked for, and repeats some of our own events word for word', () => {
    const { bodies, ours, duplicates } = trafficOf(1_000, 0.9);
    const isOurs = (body: string) => ours.some((id) => body.includes(`"instance-id":"${id}"`));
    expect(bodies).toHaveLength(1_000);
    expect(bodies.filter(isOurs)).toHaveLength(100);
    expect(duplicates).toBe(40);
  });
});

const fast: Figure = { name: 'speed', value: 6_000, unit: '', aim: { at: 'least', value: 5_000 } };
const large: Figure = { name: 'memory', value: 600.4, unit: 'MB', aim: { at: 'most', value: 512 } };
const free: Figure = { name: 'ratio', value: 1.234, unit: 'x' };

describe('report', () => {
  test('an aim is kept at its very value, missed beyond it, and missed by what was never measured', () => {
    expect([fast, large, free].map(verdictOf)).toEqual(['ok', 'misses', '-']);
    expect(verdictOf({ ...fast, value: 5_000 })).toBe('ok');
    expect(verdictOf({ ...large, value: 512 })).toBe('ok');
    expect([fast, large].map((figure) => verdictOf({ ...figure, value: Number.NaN }))).toEqual([
      'misses',
      'misses',
    ]);
  });

  test('three digits are shown, more only before the point', () => {
    expect(numberText(105_260.4, '')).toBe('105,260');
    expect(numberText(30.46, 'ms')).toBe('30.5 ms');
    expect(numberText(1.234, 'x')).toBe('1.23 x');
    expect(numberText(100, '%')).toBe('100 %');
    expect(numberText(1, 'x')).toBe('1.00 x');
  });

  test('the table names setting, aims and misses, and says when a run does not count', () => {
    const table = asTable({
      setting: ['on paper'],
      figures: [fast, large, free],
      broken: ['a warning was lost'],
    });
    expect(table.split('\n')).toEqual([
      'on paper',
      '',
      'figure  measured       aim',
      'speed      6,000   ≥ 5,000  ok',
      'memory    600 MB  ≤ 512 MB  misses',
      'ratio     1.23 x         -  -',
      'BROKEN: a warning was lost',
    ]);
  });

  test('JSON carries the verdicts', () => {
    const { figures } = JSON.parse(asJson({ setting: [], figures: [large], broken: [] })) as {
      figures: { verdict: string }[];
    };
    expect(figures.map(({ verdict }) => verdict)).toEqual(['misses']);
  });
});

describe('children', () => {
  const limits = { limitMs: 25_000, pinned: false };

  test('a small storm ends, cordons every warned node once and moves its pods', async () => {
    const size = ['--nodes', '20', '--pods', '100', '--warnings', '5', '--foreign', '50'];
    const result = await runChild<StormReport>('storm.ts', size, limits);
    expect(result).toMatchObject({ ok: true, report: { cordonedPercent: 100, broken: [] } });
    expect(result).toMatchObject({ report: { pods: { moved: 25, cutOff: 0 } } });
  });

  test('a run that counts wrongly says so and still reports', async () => {
    const size = ['--nodes', '4', '--pods', '8', '--warnings', '5'];
    const result = await runChild<StormReport>('storm.ts', size, limits);
    expect(result).toMatchObject({
      ok: true,
      report: { broken: [expect.stringMatching(/4 warnings sent, expected 5/), expect.any(String)] },
    });
  });

  test('a benchmark that takes too long is ended', async () => {
    const result = await runChild('storm.ts', [], { limitMs: 300, pinned: false });
    expect(result).toEqual({ ok: false, why: 'storm.ts was ended: it took too long' });
  });
});
