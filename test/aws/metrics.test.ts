import { describe, expect, test } from 'vitest';
import { lambdaMetrics } from '../../shared/aws/metrics.ts';
import { type Metrics, recordingMetrics } from '../../shared/metrics.ts';
import { linesOf } from './captured.ts';

interface EmbeddedMetric {
  _aws: { CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: object[] }[] };
  [key: string]: unknown;
}

function emitted(work: (metrics: Metrics) => void): EmbeddedMetric[] {
  return linesOf(() => work(lambdaMetrics())).map((line) => JSON.parse(line) as EmbeddedMetric);
}

const only = (data: EmbeddedMetric[]): EmbeddedMetric => {
  const [datum] = data;
  if (datum === undefined || data.length > 1) throw new Error(`expected one line, got ${data.length}`);
  return datum;
};

describe('embedded metrics', () => {
  test('a count is one line in the namespace, with its dimensions and the service', () => {
    const dimensions = { trouble: 'node-interruption', kind: 'spot-interruption', disposition: 'opened' };
    const datum = only(emitted((metrics) => metrics.count('Signals', dimensions)));
    expect(datum._aws.CloudWatchMetrics).toEqual([
      {
        Namespace: 'Paramedic',
        Dimensions: [['service', 'trouble', 'kind', 'disposition']],
        Metrics: [{ Name: 'Signals', Unit: 'Count' }],
      },
    ]);
    expect(datum).toMatchObject({ ...dimensions, Signals: 1 });
  });

  test('the heartbeat has no dimension but the service', () => {
    const datum = only(emitted((metrics) => metrics.count('Heartbeat', {})));
    expect(datum._aws.CloudWatchMetrics[0]?.Dimensions).toEqual([['service']]);
  });

  test('a latency is in milliseconds and never negative', () => {
    const data = emitted((metrics) => {
      metrics.latency('EventToDone', { trouble: 'node-interruption', outcome: 'fixed' }, 1_234);
      metrics.latency('EventToDone', { trouble: 'node-interruption', outcome: 'fixed' }, -5);
    });
    expect(data.map((datum) => datum['EventToDone'])).toEqual([1_234, 0]);
    expect(data[0]?._aws.CloudWatchMetrics[0]?.Metrics).toEqual([
      { Name: 'EventToDone', Unit: 'Milliseconds' },
    ]);
  });

  test('data with different dimensions do not run into each other', () => {
    const data = emitted((metrics) => {
      metrics.count('Incidents', { trouble: 'a', outcome: 'fixed' }, 2);
      metrics.count('Heartbeat', {});
      metrics.count('Incidents', { trouble: 'b', outcome: 'expired' });
    });
    expect(data).toHaveLength(3);
    expect(data[0]).toMatchObject({ trouble: 'a', outcome: 'fixed', Incidents: 2 });
    expect(data[1]).not.toHaveProperty('trouble');
    expect(data[2]).toMatchObject({ trouble: 'b', outcome: 'expired', Incidents: 1 });
  });

  test('a datum is written at once: a suspended function keeps nothing back', () => {
    let before = 0;
    const after = linesOf(() => {
      const metrics = lambdaMetrics();
      before = linesOf(() => metrics.count('Heartbeat', {})).length;
      metrics.flush();
    });
    expect(before).toBe(1);
    expect(after).toEqual([]);
  });

  test.each([
    'i-0123456789abcdef0',
    'vol-0aa11bb22',
    '1f0c9d7e-2222-4a4a-8b8b-000011112222',
    'a b',
    '',
    'x'.repeat(65),
  ])('the value %j is no word and counts as other', (kind) => {
    const datum = only(emitted((metrics) => metrics.count('Signals', { trouble: 'node-join', kind })));
    expect(datum).toMatchObject({ trouble: 'node-join', kind: 'other' });
  });

  test('a dimension the metric does not have is dropped', () => {
    const datum = only(
      emitted((metrics) => metrics.count('Incidents', { trouble: 'node-join', instance: 'one' })),
    );
    expect(datum).not.toHaveProperty('instance');
  });

  test('too many different values count as other, known ones keep their name', () => {
    const data = emitted((metrics) => {
      for (let index = 0; index < 200; index++) metrics.count('Signals', { kind: `k-${index}` });
      metrics.count('Signals', { kind: 'k-1' });
    });
    expect(new Set(data.map((datum) => datum['kind'])).size).toBe(51);
    expect(data.at(-1)).toMatchObject({ kind: 'k-1' });
  });

  test('a value that is no number is not emitted and throws nothing', () => {
    expect(
      emitted((metrics) => {
        metrics.count('Heartbeat', {}, Number.NaN);
        metrics.latency('EventToDone', {}, Number.POSITIVE_INFINITY);
      }),
    ).toEqual([]);
  });
});

describe('recording', () => {
  test('keeps every datum and sums by the dimensions asked for', () => {
    const metrics = recordingMetrics();
    const dimensions = { trouble: 'a', outcome: 'fixed' };
    metrics.count('Incidents', dimensions);
    metrics.count('Incidents', { trouble: 'b', outcome: 'fixed' }, 2);
    metrics.latency('EventToDone', dimensions, 40);
    dimensions.trouble = 'changed later';
    expect(metrics.total('Incidents')).toBe(3);
    expect(metrics.total('Incidents', { trouble: 'a' })).toBe(1);
    expect(metrics.data.at(-1)).toEqual({
      name: 'EventToDone',
      dimensions: { trouble: 'a', outcome: 'fixed' },
      value: 40,
      unit: 'Milliseconds',
    });
  });
});
