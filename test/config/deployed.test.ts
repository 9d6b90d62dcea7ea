import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { troubles } from '../../functions/index.ts';
import { deployedConfig } from '../../shared/aws/environment.ts';
import { MINUTE_MS } from '../../shared/clock.ts';
import { configHash, configStore } from '../../shared/config/store.ts';
import { PortError } from '../../shared/errors.ts';
import { recordingMetrics } from '../../shared/metrics.ts';
import { MemoryTable } from '../../simulator/table.ts';

const PATH = fileURLToPath(new URL('../../paramedic.yaml', import.meta.url));

/** What a function instance sees, and the table behind it, which can fail. */
function setUp() {
  const inner = new MemoryTable();
  const world = { now: 1_000_000, failure: undefined as Error | undefined, reads: 0 };
  const table = Object.assign(Object.create(inner) as MemoryTable, {
    get: async (key: { pk: string; sk: string }) => {
      world.reads++;
      if (world.failure !== undefined) throw world.failure;
      return await inner.get(key);
    },
  });
  const clock = { now: () => world.now, sleep: async () => {} };
  const errors: unknown[] = [];
  const log = { info: () => {}, warn: () => {}, error: (_: string, about?: object) => errors.push(about) };
  const metrics = recordingMetrics();
  const instance = (path = PATH) => deployedConfig({ path, troubles, table, clock, log, metrics });
  const store = configStore(inner, clock);
  const push = async (text: string) => {
    const base = (await store.head())?.version ?? 0;
    await store.push({ text, hash: configHash(text), by: 'arn:a', reason: 'test' }, base);
  };
  return { world, instance, push, errors, metrics };
}

const mode = (text: string) => `version: 1\nglobal: { mode: ${text} }\n`;
const unreadable = new PortError('throttled', 'slow down', { operation: 'dynamodb:GetItem' });

describe('the config of a deployment', () => {
  test('is the packaged file until the first push, and what is pushed within a minute', async () => {
    const { world, instance, push } = setUp();
    const config = instance();
    expect((await config.get()).config).toMatchObject({
      fileName: 'paramedic.yaml',
      global: { mode: 'observe' },
    });
    await push(mode('approve'));
    world.now += MINUTE_MS - 1;
    expect((await config.get()).config.global.mode).toBe('observe');
    world.now += 1;
    expect((await config.get()).config).toMatchObject({
      fileName: 'paramedic.yaml@v1',
      global: { mode: 'approve' },
    });
    expect(world.reads).toBe(2);
  });

  test('T43: an unreadable ledger at cold start is observe, even where the packaged file would be readable', async () => {
    const { world, instance, errors, metrics } = setUp();
    world.failure = unreadable;
    const current = await instance().get();
    expect(current).toMatchObject({ hash: 'built-in', config: { global: { mode: 'observe' } } });
    expect(current.problem).toContain('dynamodb:GetItem: throttled');
    expect(errors).toEqual([{ problem: current.problem, hash: 'built-in' }]);
    expect(metrics.total('ConfigProblems')).toBe(1);
  });

  test('T43: an unreadable ledger mid-run leaves the last good config, and its age is told', async () => {
    const { world, instance, push, errors, metrics } = setUp();
    await push(mode('auto'));
    const config = instance();
    const { hash } = await config.get();
    world.failure = unreadable;
    world.now += 5 * MINUTE_MS;
    expect(await config.get()).toMatchObject({ hash, config: { global: { mode: 'auto' } } });
    expect(errors).toMatchObject([{ hash, ageMs: 5 * MINUTE_MS }]);
    expect(metrics.data).toContainEqual(
      expect.objectContaining({ name: 'ConfigAge', value: 5 * MINUTE_MS, unit: 'Milliseconds' }),
    );
    world.failure = undefined;
    world.now += MINUTE_MS;
    expect(await config.get()).not.toHaveProperty('problem');
  });

  test('T43: a bad push leaves the last good config; a cold start on it only observes', async () => {
    const { world, instance, push } = setUp();
    await push(mode('auto'));
    const warm = instance();
    await warm.get();
    await push(mode('always'));
    world.now += MINUTE_MS;
    expect(await warm.get()).toMatchObject({ config: { global: { mode: 'auto' } } });
    const cold = await instance().get();
    expect(cold.config.global.mode).toBe('observe');
    expect(cold.problem).toMatch(/^paramedic\.yaml@v2:2 global\.mode must be one of/);
  });

  test('a problem is told once per look, not once per question', async () => {
    const { world, instance, metrics } = setUp();
    world.failure = unreadable;
    const config = instance();
    for (let question = 0; question < 10; question++) await config.get();
    expect(metrics.total('ConfigProblems')).toBe(1);
  });

  test('without a packaged file and without a push it only observes', async () => {
    const { instance } = setUp();
    expect(await instance('/no/such/file').get()).toMatchObject({ hash: 'built-in' });
  });
});
