import { expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { DEFAULT_START, VirtualClock } from '../../simulator/clock.ts';
import { SimUsage } from '../../simulator/usage.ts';

const CALLS = { namespace: 'AWS/Usage', name: 'CallCount', dimensions: { Resource: 'CreateTags' } };
const WINDOW = { from: DEFAULT_START, to: DEFAULT_START + HOUR_MS };

test('data of a minute are added up, or their maximum taken, by the period asked for', async () => {
  const clock = new VirtualClock();
  const sim = new SimUsage(clock);
  for (const value of [1, 2, 3]) {
    sim.put(CALLS, value);
    await clock.advance(40_000);
  }
  const usage = sim.port();
  const read = (periodMs: number, statistic: 'Sum' | 'Maximum' | 'Average') =>
    usage.readMetrics([{ ...CALLS, statistic, periodMs }], WINDOW);
  const [sums] = await read(MINUTE_MS, 'Sum');
  expect(sums?.points).toEqual([
    { at: DEFAULT_START, value: 3 },
    { at: DEFAULT_START + MINUTE_MS, value: 3 },
  ]);
  const [highest] = await read(5 * MINUTE_MS, 'Maximum');
  expect(highest?.points).toEqual([{ at: DEFAULT_START, value: 3 }]);
  const [mean] = await read(5 * MINUTE_MS, 'Average');
  expect(mean?.points).toEqual([{ at: DEFAULT_START, value: 2 }]);
});

test('a metric is listed for three hours after its last datum, and one that was never put is not', async () => {
  const clock = new VirtualClock();
  const sim = new SimUsage(clock);
  for (let index = 0; index < 120; index++) sim.put({ ...CALLS, dimensions: { Resource: `Api${index}` } }, 1);
  const usage = sim.port();
  expect(await usage.listMetrics('AWS/Usage')).toHaveLength(120);
  expect(await usage.listMetrics('AWS/Usage', { dimensions: { Resource: 'Api7' } })).toHaveLength(1);
  expect(await usage.listMetrics('AWS/Usage', { name: 'ThrottleCount' })).toEqual([]);
  await clock.advance(3 * HOUR_MS + MINUTE_MS);
  expect(await usage.listMetrics('AWS/Usage')).toEqual([]);
});

test('other dimensions are another metric, and read as no data', async () => {
  const sim = new SimUsage(new VirtualClock());
  sim.put(CALLS, 1);
  const other = { ...CALLS, dimensions: {}, statistic: 'Sum' as const, periodMs: MINUTE_MS };
  expect(await sim.port().readMetrics([other], WINDOW)).toEqual([{ points: [], complete: true }]);
});
