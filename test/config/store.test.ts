import { describe, expect, test } from 'vitest';
import { DAY_MS } from '../../shared/clock.ts';
import { configHash, configStore, type NewConfig } from '../../shared/config/store.ts';
import type { Table } from '../../shared/ports/table.ts';
import { MemoryTable } from '../../simulator/table.ts';

function setUp(table: Table = new MemoryTable()) {
  const clock = { time: 1_000_000, now: () => clock.time, sleep: async () => {} };
  return { store: configStore(table, clock), table, clock };
}

function config(text: string, by = 'arn:a'): NewConfig {
  return { text, hash: configHash(text), by, reason: `because ${text.slice(0, 20)}` };
}

describe('the pushed config', () => {
  test('is none before the first push', async () => {
    const { store } = setUp();
    expect(await store.head()).toBeUndefined();
    expect(await store.history(10)).toEqual([]);
  });

  test('is the newest version, and every older one is kept', async () => {
    const { store } = setUp();
    for (const [base, text] of ['a', 'b', 'c'].entries()) await store.push(config(text), base);
    expect(await store.head()).toMatchObject({ version: 3, text: 'c', by: 'arn:a', at: 1_000_000 });
    expect((await store.history(10)).map(({ version, text }) => `${version}${text}`)).toEqual([
      '3c',
      '2b',
      '1a',
    ]);
    expect((await store.history(2)).map(({ version }) => version)).toEqual([3, 2]);
    expect(await store.version(1)).toMatchObject({ text: 'a', reason: 'because a' });
    expect(await store.version(4)).toBeUndefined();
  });

  test('of two pushes on one version only one holds', async () => {
    const { store } = setUp();
    await store.push(config('a'), 0);
    const both = await Promise.all([store.push(config('b'), 1), store.push(config('c'), 1)]);
    expect(both.filter((each) => each !== undefined)).toHaveLength(1);
    expect((await store.head())?.version).toBe(2);
    expect(await store.push(config('late'), 0)).toBeUndefined();
  });

  test('a crash after the version was put in force loses no version', async () => {
    const inner = new MemoryTable();
    const dying: Table = {
      get: (key) => inner.get(key),
      query: (pk) => inner.query(pk),
      queryOpen: (openPk) => inner.queryOpen(openPk),
      update: (key, change, conditions) => inner.update(key, change, conditions),
      addToSet: (key, sets, options) => inner.addToSet(key, sets, options),
      putNew: async () => {
        throw new Error('crash');
      },
    };
    await expect(setUp(dying).store.push(config('a'), 0)).rejects.toThrow('crash');
    const { store } = setUp(inner);
    await store.push(config('b'), 1);
    expect((await store.history(10)).map(({ text }) => text)).toEqual(['b', 'a']);
  });

  test('a push whose reply was lost, and which the SDK then tried again, has happened', async () => {
    class RetriedTable extends MemoryTable {
      override async update(...args: Parameters<Table['update']>): Promise<boolean> {
        await super.update(...args);
        return await super.update(...args);
      }
    }
    const { store } = setUp(new RetriedTable());
    expect(await store.push(config('a'), 0)).toMatchObject({ version: 1, text: 'a' });
    expect(await store.push(config('b'), 1)).toMatchObject({ version: 2, text: 'b' });
    expect(await store.push(config('late'), 0)).toBeUndefined();
    expect((await store.history(10)).map(({ text }) => text)).toEqual(['b', 'a']);
  });

  test('who accepted a version is not carried into the next', async () => {
    const { store } = setUp();
    await store.push({ ...config('a'), acceptedBy: 'arn:b' }, 0);
    await store.push(config('b'), 1);
    expect(await store.head()).not.toHaveProperty('acceptedBy');
    expect(await store.version(1)).toMatchObject({ acceptedBy: 'arn:b' });
  });

  test('a row that was not written by a push is a failure, not a config', async () => {
    const { store, table } = setUp();
    await store.push(config('version: 1'), 0);
    await table.update({ pk: 'CONFIG', sk: 'HEAD' }, { set: { text: 'global: { mode: auto }' } }, []);
    await expect(store.head()).rejects.toMatchObject({ kind: 'invalid' });
    await table.update({ pk: 'CONFIG', sk: 'HEAD' }, { remove: ['version'] }, []);
    await expect(store.head()).rejects.toMatchObject({ kind: 'invalid' });
  });

  test('a text over 256 KiB is refused before the table is asked', async () => {
    const { store } = setUp();
    await expect(store.push(config('x'.repeat(262_145)), 0)).rejects.toThrow('256 KiB');
    await expect(store.propose(config('ä'.repeat(131_073)), 0)).rejects.toThrow('256 KiB');
    await store.push(config('x'.repeat(262_144)), 0);
    expect((await store.head())?.version).toBe(1);
  });
});

describe('a proposal', () => {
  test('waits for a week and knows what it would replace', async () => {
    const { store, clock, table } = setUp();
    const { hash } = await store.propose(config('b'), 4);
    expect(await store.proposal(hash)).toMatchObject({ text: 'b', base: 4, by: 'arn:a' });
    const row = await table.get({ pk: 'CONFIG', sk: `P#${hash}` });
    expect(row?.expiresAt).toBe((1_000_000 + 7 * DAY_MS) / 1000);
    clock.time += 7 * DAY_MS;
    expect(await store.proposal(hash)).toBeUndefined();
    expect(await store.head()).toBeUndefined();
  });

  test('made again belongs to whoever made it last', async () => {
    const { store } = setUp();
    await store.propose(config('b', 'arn:a'), 0);
    const { hash } = await store.propose(config('b', 'arn:b'), 0);
    expect(await store.proposal(hash)).toMatchObject({ by: 'arn:b' });
    expect(await store.proposal('000000000000')).toBeUndefined();
  });
});
