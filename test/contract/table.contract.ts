import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Table } from '../../shared/ports/table.ts';
import { reportsRun } from './report.ts';
import { setCases } from './table-sets.contract.ts';
import {
  type Context,
  changeCases,
  conditionCases,
  NO_CONDITION,
  refusalCases,
  stored,
} from './table-writes.contract.ts';

export interface TableUnderTest {
  table: Table;
  close(): Promise<void>;
}

/** What every Table must do. DynamoDB's adapter and the simulator's table pass the same cases. */
export function tableContract(name: string, makeTable: () => Promise<TableUnderTest>): void {
  describe(`${name} keeps the Table contract`, () => {
    reportsRun('table', name);
    let made: TableUnderTest;
    let partition = 0;
    const table = () => made.table;
    /** Cases share a table, never a partition. */
    const freshPk = () => `pk-${++partition}`;
    const context: Context = { table, freshPk };

    beforeAll(async () => {
      made = await makeTable();
    });
    afterAll(() => made.close());

    itemCases(context);
    queryCases(context);
    openCases(context);
    changeCases(context);
    conditionCases(context);
    raceCases(context);
    refusalCases(context);
    setCases(context);
  });
}

function itemCases(context: Context): void {
  const { table, freshPk } = context;

  test('an item that was never written is undefined', async () => {
    expect(await table().get({ pk: freshPk(), sk: 'a' })).toBeUndefined();
  });

  test('every kind of value comes back as it was', async () => {
    const item = await stored(context, {
      text: 'naïve — 🚑',
      empty: '',
      whole: 42,
      fraction: -0.125,
      big: 1_795_000_000_000,
      yes: true,
      no: false,
      nothing: null,
      list: [1, 'two', null, [false], { deep: [] }],
      map: { name: { 'with.dot': 'x', size: 1, constructor: 'y' } },
      emptyMap: {},
      name: 'a reserved word',
    });
    expect(await table().get(item)).toEqual(item);
  });

  test('what was read is a copy: changing it changes nothing stored', async () => {
    const item = await stored(context, { list: [1] });
    const read = await table().get(item);
    if (Array.isArray(read?.['list'])) read['list'].push(2);
    expect((await table().get(item))?.['list']).toEqual([1]);
  });

  test('putNew creates once; the second time the first item stays', async () => {
    const item = await stored(context, { by: 'first' });
    expect(await table().putNew({ ...item, by: 'second' })).toBe(false);
    expect((await table().get(item))?.['by']).toBe('first');
  });

  test('the same sk in another partition is another item', async () => {
    const item = await stored(context, { by: 'first' });
    expect(await table().putNew({ ...item, pk: freshPk() })).toBe(true);
  });
}

function queryCases({ table, freshPk }: Context): void {
  test('query gives the items of one partition under a prefix, ascending by the bytes of sk', async () => {
    const pk = freshPk();
    for (const sk of ['log#b', 'head', 'log#\u{1F691}', 'log#a', 'log#é', 'log#10', 'log#9', 'logs'])
      await table().putNew({ pk, sk });
    await table().putNew({ pk: `${pk}x`, sk: 'log#other' });
    const keys = async (prefix?: string) => (await table().query(pk, prefix)).map(({ sk }) => sk);
    expect(await keys('log#')).toEqual(['log#10', 'log#9', 'log#a', 'log#b', 'log#é', 'log#\u{1F691}']);
    expect(await keys()).toEqual(['head', ...(await keys('log#')), 'logs']);
    expect(await keys('')).toEqual(await keys());
    expect(await keys('none')).toEqual([]);
  });

  test('query sees a write at once, and more than one page of it', async () => {
    const pk = freshPk();
    const filler = 'x'.repeat(300_000);
    for (const sk of ['1', '2', '3', '4', '5']) {
      await table().putNew({ pk, sk, filler });
      expect((await table().query(pk)).at(-1)?.sk).toBe(sk);
    }
    expect((await table().query(pk)).map((item) => String(item['filler']).length)).toEqual(
      Array.from({ length: 5 }, () => 300_000),
    );
  });
}

function openCases({ table, freshPk }: Context): void {
  test('queryOpen gives only open items, ascending, up to and including the bound', async () => {
    const openPk = freshPk();
    const pk = freshPk();
    await table().putNew({ pk, sk: 'late', openPk, openSk: '2026-03' });
    await table().putNew({ pk, sk: 'early', openPk, openSk: '2026-01', map: { kept: true } });
    await table().putNew({ pk, sk: 'due', openPk, openSk: '2026-02' });
    await table().putNew({ pk, sk: 'closed' });
    await table().putNew({ pk, sk: 'other', openPk: `${openPk}x`, openSk: '2026-01' });
    const keys = async (upTo?: string) => (await table().queryOpen(openPk, upTo)).map(({ sk }) => sk);
    expect(await keys()).toEqual(['early', 'due', 'late']);
    expect(await keys('2026-02')).toEqual(['early', 'due']);
    expect(await keys('2026-00')).toEqual([]);
    expect(await keys('')).toEqual([]);
    expect((await table().queryOpen(openPk, '2026-01'))[0]?.['map']).toEqual({ kept: true });
  });

  test('an item leaves the index with its openPk', async () => {
    const openPk = freshPk();
    const key = { pk: freshPk(), sk: 'a' };
    await table().putNew({ ...key, openPk, openSk: '1' });
    await table().update(key, { remove: ['openPk', 'openSk'] }, NO_CONDITION);
    expect(await table().queryOpen(openPk)).toEqual([]);
    expect(await table().get(key)).toEqual(key);
  });
}

function raceCases(context: Context): void {
  const { table, freshPk } = context;
  const racers = Array.from({ length: 20 }, (_, index) => index);

  test('of many that create one item at once exactly one wins, and its item stays', async () => {
    const key = { pk: freshPk(), sk: 'a' };
    const won = await Promise.all(racers.map((by) => table().putNew({ ...key, by })));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect((await table().get(key))?.['by']).toBe(won.indexOf(true));
  });

  test('of many conditional updates of one revision exactly one wins', async () => {
    const item = await stored(context, { revision: 1 });
    const won = await Promise.all(
      racers.map((by) =>
        table().update(item, { set: { revision: 2, by } }, [
          { attribute: 'revision', is: 'equal', value: 1 },
        ]),
      ),
    );
    expect(won.filter(Boolean)).toHaveLength(1);
    expect((await table().get(item))?.['by']).toBe(won.indexOf(true));
  });

  test('unconditional adds and appends at once lose nothing', async () => {
    const item = await stored(context, {});
    await Promise.all(
      racers.map((by) => table().update(item, { add: { count: 1 }, append: { list: [by] } }, NO_CONDITION)),
    );
    const read = await table().get(item);
    expect(read?.['count']).toBe(racers.length);
    expect(new Set(read?.['list'] as number[])).toEqual(new Set(racers));
  });

  test('an append guarded by `without` happens once however often it is tried', async () => {
    const item = await stored(context, {});
    const once = () =>
      table().update(item, { append: { seen: ['event-1'] } }, [
        { attribute: 'seen', is: 'without', value: 'event-1' },
      ]);
    const won = await Promise.all(racers.map(once));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect((await table().get(item))?.['seen']).toEqual(['event-1']);
  });
}
