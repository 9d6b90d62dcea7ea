import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { minutesOf, peakHour, totalOf } from '../../../functions/api-throttling/quota/minutes.ts';
import {
  MAX_APIS,
  readApiUsage,
  readClusterUsage,
  readQuotaUsage,
} from '../../../functions/api-throttling/quota/usage.ts';
import { HOUR_MS, MINUTE_MS } from '../../../shared/clock.ts';
import { PortError } from '../../../shared/errors.ts';
import type { Usage } from '../../../shared/ports/usage.ts';
import { DEFAULT_START, VirtualClock } from '../../../simulator/clock.ts';
import { SimUsage } from '../../../simulator/usage.ts';
import { quota } from './input.ts';

const AT = DEFAULT_START + HOUR_MS;
const window = { from: DEFAULT_START, to: AT };
const API = 'AssignPrivateIpAddresses';

function metric(name: string, dimensions: Record<string, string>, namespace = 'AWS/Usage') {
  return { namespace, name, dimensions };
}

function apiMetric(name: string, Service: string, Resource = API) {
  return metric(name, { Service, Type: 'API', Resource, Class: 'None' });
}

function counted(usage: Usage) {
  const calls = { list: 0, read: 0 };
  const port: Usage = {
    listMetrics: (...args) => {
      calls.list += 1;
      return usage.listMetrics(...args);
    },
    readMetrics: (...args) => {
      calls.read += 1;
      return usage.readMetrics(...args);
    },
  };
  return { calls, port };
}

const failing: Usage = {
  listMetrics: () =>
    Promise.reject(new PortError('throttled', 'slow down', { operation: 'cloudwatch:ListMetrics' })),
  readMetrics: () =>
    Promise.reject(new PortError('throttled', 'slow down', { operation: 'cloudwatch:GetMetricData' })),
};

describe('how much an API is used', () => {
  test('is read by the minute for the right service, and what is not published is unknown', async () => {
    const clock = new VirtualClock();
    const sim = new SimUsage(clock);
    for (const value of [100, 300]) {
      sim.put(apiMetric('CallCount', 'EC2'), value);
      sim.put(apiMetric('CallCount', 'AutoScaling'), 9_999);
      await clock.advance(MINUTE_MS);
    }
    const read = await readApiUsage(sim.port(), { service: 'ec2', apis: [API], window }, AT);
    const found = read.get(API);
    expect(found?.calls).toMatchObject({
      known: true,
      value: { total: 400, peak: { at: DEFAULT_START + MINUTE_MS, value: 300 } },
      source: 'CloudWatch AWS/Usage CallCount',
    });
    for (const fact of [found?.throttled, found?.awsTriggered]) {
      expect(fact).toMatchObject({ known: false, why: 'not published in the last three hours' });
    }
  });

  test('takes throttles from the metrics of EC2 itself where AWS/Usage has none', async () => {
    const sim = new SimUsage(new VirtualClock());
    sim.put(metric('RequestLimitExceeded', { Action: API }, 'AWS/EC2/API'), 12);
    sim.put(metric('AwsTriggeredRequestLimitExceeded', { Action: API }, 'AWS/EC2/API'), 3);
    sim.put(metric('AwsTriggeredRequestLimitExceeded', { Action: 'CreateTags' }, 'AWS/EC2/API'), 50);
    const read = await readApiUsage(sim.port(), { service: 'ec2', apis: [API], window }, AT);
    const found = read.get(API);
    expect(found?.throttled).toMatchObject({
      value: { total: 12 },
      source: 'CloudWatch AWS/EC2/API RequestLimitExceeded',
    });
    expect(found && totalOf(found.awsTriggered)).toMatchObject({ known: true, value: 3 });
  });

  test('costs one listing per API, one more for EC2 and one read, however many APIs there are', async () => {
    const sim = new SimUsage(new VirtualClock());
    const apis = Array.from({ length: 40 }, (_, index) => `Api${index % 30}`);
    for (const api of apis) sim.put(apiMetric('CallCount', 'EC2', api), 1);
    const { calls, port } = counted(sim.port());
    const read = await readApiUsage(port, { service: 'ec2', apis, window }, AT);
    expect(calls).toEqual({ list: MAX_APIS + 1, read: 1 });
    expect([...read.values()].map(({ calls: fact }) => fact.known)).toEqual(Array(MAX_APIS).fill(true));
  });

  test('is unknown, not zero, when CloudWatch does not answer', async () => {
    const read = await readApiUsage(failing, { service: 'ec2', apis: [API], window }, AT);
    expect(Object.values(read.get(API) ?? {}).map(({ known }) => known)).toEqual([false, false, false]);
    const sim = new SimUsage(new VirtualClock());
    sim.put(apiMetric('CallCount', 'EC2'), 1);
    const half = { ...sim.port(), readMetrics: failing.readMetrics };
    const listed = await readApiUsage(half, { service: 'ec2', apis: [API], window }, AT);
    expect(listed.get(API)?.calls).toMatchObject({ known: false, why: expect.stringContaining('throttled') });
  });
});

describe('what the control plane refused', () => {
  test.each([
    ['apiserver_request_total_429', 'apiserver_flowcontrol_current_executing_seats'],
    ['APIServerRequestsHTTP429', 'APIServerFlowcontrolCurrentExecutingSeats'],
  ])('is found under the published name %s', async (rejected, seats) => {
    const sim = new SimUsage(new VirtualClock());
    sim.put(metric(rejected, { ClusterName: 'payments' }, 'AWS/EKS'), 7);
    sim.put(metric(rejected, { ClusterName: 'other' }, 'AWS/EKS'), 100);
    sim.put(metric(seats, { ClusterName: 'payments' }, 'AWS/EKS'), 240);
    const read = await readClusterUsage(sim.port(), { cluster: 'payments', window }, AT);
    expect(read).toMatchObject({
      rejected: { value: { total: 7 } },
      seats: { value: { peak: { value: 240 } } },
    });
  });

  test('is counted once when it is published as a whole and by parts, and added up when only by parts', async () => {
    const sim = new SimUsage(new VirtualClock());
    const name = 'apiserver_request_total_429';
    const put = (dimensions: Record<string, string>, value: number) =>
      sim.put(metric(name, { ClusterName: 'payments', ...dimensions }, 'AWS/EKS'), value);
    put({ Verb: 'LIST' }, 3);
    put({ Verb: 'WATCH' }, 4);
    const total = async () => {
      const { rejected } = await readClusterUsage(sim.port(), { cluster: 'payments', window }, AT);
      return rejected.known ? rejected.value.total : undefined;
    };
    expect(await total()).toBe(7);
    put({}, 8);
    expect(await total()).toBe(8);
  });

  test('is unknown on a cluster that publishes nothing', async () => {
    const read = await readClusterUsage(
      new SimUsage(new VirtualClock()).port(),
      { cluster: 'old', window },
      AT,
    );
    expect([read.rejected.known, read.seats.known]).toEqual([false, false]);
  });
});

describe('how much of a quota is used', () => {
  const vcpus = metric('ResourceCount', { Class: 'Standard/OnDemand', Resource: 'vCPU' });
  const calls = apiMetric('CallCount', 'EC2');

  test('is the peak of its own metric; a rate is brought to the time the quota holds for', async () => {
    const sim = new SimUsage(new VirtualClock());
    sim.put(vcpus, 600);
    sim.put(vcpus, 610);
    sim.put(calls, 240);
    const read = (usageMetric: typeof vcpus, statistic: 'Maximum' | 'Sum', periodMs?: number) => {
      const asked = { ...quota, usageMetric: { ...usageMetric, statistic }, ...(periodMs && { periodMs }) };
      return readQuotaUsage(sim.port(), { quota: asked, window }, AT);
    };
    expect(await read(vcpus, 'Maximum')).toMatchObject({ known: true, value: 610 });
    expect(await read(calls, 'Sum', 1_000)).toMatchObject({ known: true, value: 4 });
    expect(await read(calls, 'Sum')).toMatchObject({ known: false });
  });

  test('is unknown without a metric and without data', async () => {
    const { port } = { port: new SimUsage(new VirtualClock()).port() };
    expect(await readQuotaUsage(port, { quota, window }, AT)).toMatchObject({ known: false });
    const unused = { ...quota, usageMetric: { ...vcpus, statistic: 'Maximum' as const } };
    const read = await readQuotaUsage(port, { quota: unused, window }, AT);
    expect(read).toMatchObject({ known: false, why: 'no data in this window' });
  });
});

describe('minutes', () => {
  const points = fc.array(fc.record({ at: fc.integer({ min: 0, max: 300 }), value: fc.nat(50) }), {
    maxLength: 60,
  });

  test('the peak hour holds as much as any hour, by looking at all of them', async () => {
    await fc.assert(
      fc.property(points, (some) => {
        const all = some.map(({ at, value }) => ({ at: at * MINUTE_MS, value }));
        const within = (from: number) =>
          all
            .filter(({ at }) => at >= from && at < from + HOUR_MS)
            .reduce((sum, { value }) => sum + value, 0);
        const most = Math.max(0, ...all.map(({ at }) => within(at)));
        const found = peakHour(all);
        expect(found?.total ?? 0).toBe(most);
        if (found !== undefined) expect(within(found.from)).toBe(most);
      }),
      { numRuns: 1_000 },
    );
  });

  test('of an incomplete series are unknown, whatever the other series say', () => {
    const whole = { points: [{ at: AT, value: 1 }], complete: true };
    expect(minutesOf([whole, { points: [], complete: false }], 'test', AT).known).toBe(false);
    expect(minutesOf([whole, whole], 'test', AT)).toMatchObject({
      value: { total: 2, points: [{ value: 2 }] },
    });
  });
});
