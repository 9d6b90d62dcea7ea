import { describe, expect, test } from 'vitest';
import { LOOK_BACK_MS, readMeasured } from '../../functions/ebs-saturation/measure/read.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { PortError } from '../../shared/errors.ts';
import type { MetricQuery, Usage } from '../../shared/ports/usage.ts';
import { DEFAULT_START, VirtualClock } from '../../simulator/clock.ts';
import { SimUsage } from '../../simulator/usage.ts';

const VOLUME = 'vol-0a1b2c3d4e5f60718';
const INSTANCE = 'i-0aa11bb22cc33dd44';
const ask = { volumeId: VOLUME, instanceId: INSTANCE };
const ofVolume = { VolumeId: VOLUME };
const ofBoth = { ...ofVolume, InstanceId: INSTANCE };

function put(sim: SimUsage, name: string, value: number, dimensions: Record<string, string> = ofVolume) {
  sim.put(
    {
      namespace: 'InstanceId' in dimensions && !('VolumeId' in dimensions) ? 'AWS/EC2' : 'AWS/EBS',
      name,
      dimensions,
    },
    value,
  );
}

function counted(usage: Usage) {
  const calls: { lists: unknown[]; reads: MetricQuery[][]; windows: unknown[] } = {
    lists: [],
    reads: [],
    windows: [],
  };
  const port: Usage = {
    listMetrics: (...args) => {
      calls.lists.push(args);
      return usage.listMetrics(...args);
    },
    readMetrics: (queries, window) => {
      calls.reads.push([...queries]);
      calls.windows.push(window);
      return usage.readMetrics(queries, window);
    },
  };
  return { calls, port };
}

const refuse = (operation: string) => () =>
  Promise.reject(new PortError('throttled', 'slow down', { operation }));

describe('what is read of a volume', () => {
  test('costs two listings and one read, of what is published and of nothing else', async () => {
    const clock = new VirtualClock();
    const sim = new SimUsage(clock);
    put(sim, 'VolumeReadOps', 600);
    put(sim, 'VolumeIOPSExceededCheck', 1, ofBoth);
    put(sim, 'InstanceEBSIOPSExceededCheck', 0, { InstanceId: INSTANCE });
    put(sim, 'CPUUtilization', 80, { InstanceId: INSTANCE });
    put(sim, 'VolumeReadOps', 9_999, { VolumeId: 'vol-0ffffffffffffffff' });
    await clock.advance(MINUTE_MS);
    const { calls, port } = counted(sim.port());
    const { series } = await readMeasured(port, { ...ask, at: clock.now() });
    expect(calls.lists).toEqual([
      ['AWS/EBS', { dimensions: { VolumeId: VOLUME } }],
      ['AWS/EC2', { dimensions: { InstanceId: INSTANCE } }],
    ]);
    expect(calls.reads.map((queries) => queries.map(({ name }) => name))).toEqual([
      ['VolumeReadOps', 'VolumeIOPSExceededCheck', 'InstanceEBSIOPSExceededCheck'],
    ]);
    const point = (value: number) => ({ points: [{ at: DEFAULT_START, value }], periodMs: MINUTE_MS });
    expect(series.readOps).toMatchObject({ value: point(600), source: 'CloudWatch VolumeReadOps' });
    expect(series.iopsExceeded).toMatchObject({ value: point(1) });
    expect(series.instanceIopsExceeded).toMatchObject({ value: point(0) });
    expect(series.writeOps).toMatchObject({ known: false, why: 'not published in the last three hours' });
  });

  test('is read with the statistic and period that fit each metric', async () => {
    const sim = new SimUsage(new VirtualClock());
    for (const name of ['VolumeWriteBytes', 'VolumeQueueLength', 'BurstBalance', 'VolumeStalledIOCheck'])
      put(sim, name, 1);
    put(sim, 'EBSIOBalance%', 80, { InstanceId: INSTANCE });
    const { calls, port } = counted(sim.port());
    await readMeasured(port, { ...ask, at: DEFAULT_START + MINUTE_MS });
    const asked = calls.reads
      .flat()
      .map(({ name, statistic, periodMs }) => `${name} ${statistic} ${periodMs / SECOND_MS}`);
    expect(asked).toEqual([
      'VolumeWriteBytes Sum 60',
      'VolumeQueueLength Average 60',
      'BurstBalance Minimum 300',
      'VolumeStalledIOCheck Maximum 60',
      'EBSIOBalance% Minimum 300',
    ]);
  });

  test.each([
    { what: 'with its instance', published: [ofVolume, ofBoth], taken: 2 },
    { what: 'alone', published: [ofVolume], taken: 1 },
    {
      what: 'with an instance it was attached to before',
      published: [{ ...ofVolume, InstanceId: 'i-0bb11bb22cc33dd44' }],
      taken: undefined,
    },
  ])('a check that is published by volume $what', async ({ published, taken }) => {
    const sim = new SimUsage(new VirtualClock());
    published.forEach((dimensions, index) => {
      put(sim, 'VolumeThroughputExceededCheck', index + 1, dimensions);
    });
    const { series } = await readMeasured(sim.port(), { ...ask, at: DEFAULT_START + MINUTE_MS });
    const { throughputExceeded: found } = series;
    expect(found.known ? found.value.points.map(({ value }) => value) : undefined).toEqual(taken && [taken]);
  });

  test('goes three hours back, leaves the running minute out, and keeps gaps', async () => {
    const clock = new VirtualClock();
    const sim = new SimUsage(clock);
    for (const value of [100, 200]) {
      put(sim, 'VolumeReadOps', value);
      await clock.advance(3 * MINUTE_MS);
    }
    put(sim, 'VolumeReadOps', 5);
    await clock.advance(20 * SECOND_MS);
    const { calls, port } = counted(sim.port());
    const { window, series } = await readMeasured(port, { ...ask, at: clock.now() });
    const to = DEFAULT_START + 6 * MINUTE_MS;
    expect(window).toEqual({ from: to - LOOK_BACK_MS, to });
    expect(calls.windows).toEqual([window]);
    expect(series.readOps.known && series.readOps.value.points).toEqual([
      { at: DEFAULT_START, value: 100 },
      { at: DEFAULT_START + 3 * MINUTE_MS, value: 200 },
    ]);
    expect(LOOK_BACK_MS).toBe(3 * HOUR_MS);
  });

  test('without an instance asks for the volume alone', async () => {
    const sim = new SimUsage(new VirtualClock());
    put(sim, 'VolumeReadOps', 600);
    const { calls, port } = counted(sim.port());
    const { series } = await readMeasured(port, {
      volumeId: VOLUME,
      instanceId: undefined,
      at: DEFAULT_START + MINUTE_MS,
    });
    expect(calls.lists).toHaveLength(1);
    expect(series.readOps.known).toBe(true);
    expect(series.instanceIopsBalance).toMatchObject({
      why: 'no one instance is known that the volume is attached to',
    });
  });
});

describe('T15: what CloudWatch does not give is unknown, not zero', () => {
  test('when it does not answer: no read is made of what nobody knows to exist', async () => {
    const { calls, port } = counted({
      listMetrics: refuse('cloudwatch:ListMetrics'),
      readMetrics: refuse('cloudwatch:GetMetricData'),
    });
    const { series } = await readMeasured(port, { ...ask, at: DEFAULT_START });
    expect(calls.reads).toEqual([]);
    for (const fact of Object.values(series)) {
      expect(fact).toMatchObject({ known: false, why: expect.stringContaining('throttled') });
    }
  });

  test('when one listing fails, the other series stand', async () => {
    const sim = new SimUsage(new VirtualClock());
    put(sim, 'VolumeReadOps', 600);
    const port = sim.port();
    const half: Usage = {
      ...port,
      listMetrics: (namespace, filter) =>
        namespace === 'AWS/EC2' ? refuse('cloudwatch:ListMetrics')() : port.listMetrics(namespace, filter),
    };
    const { series } = await readMeasured(half, { ...ask, at: DEFAULT_START + MINUTE_MS });
    expect(series.readOps.known).toBe(true);
    expect(series.instanceIopsExceeded).toMatchObject({
      known: false,
      why: expect.stringContaining('throttled'),
    });
  });

  test('when it gives a part, or what is no figure', async () => {
    const answers = [
      { points: [{ at: DEFAULT_START, value: 1 }], complete: false },
      {
        points: [
          { at: DEFAULT_START, value: Number.NaN },
          { at: DEFAULT_START, value: -1 },
        ],
        complete: true,
      },
    ];
    const names = ['VolumeReadOps', 'VolumeWriteOps'];
    const port: Usage = {
      listMetrics: async (namespace) =>
        namespace === 'AWS/EBS' ? names.map((name) => ({ namespace, name, dimensions: ofVolume })) : [],
      readMetrics: async () => answers,
    };
    const { series } = await readMeasured(port, { ...ask, at: DEFAULT_START + MINUTE_MS });
    expect(series.readOps).toMatchObject({ known: false, why: 'CloudWatch gave only a part' });
    expect(series.writeOps).toMatchObject({ known: false, why: 'no data in this window' });
  });
});
