import { expect, test } from 'vitest';
import { failureKind } from '../../shared/errors.ts';
import type { Change, Condition, Item, Table } from '../../shared/ports/table.ts';

export interface Context {
  table(): Table;
  freshPk(): string;
}

export const NO_CONDITION: readonly Condition[] = [];

export async function stored(
  { table, freshPk }: Context,
  attributes: Omit<Item, 'pk' | 'sk'>,
): Promise<Item> {
  const item = { ...attributes, pk: freshPk(), sk: 'a' };
  expect(await table().putNew(item)).toBe(true);
  return item;
}

export function changeCases(context: Context): void {
  const { table, freshPk } = context;
  const changes: [string, Change, Partial<Item>][] = [
    [
      'set replaces and creates',
      { set: { count: 'x', fresh: { a: [1] } } },
      { count: 'x', fresh: { a: [1] } },
    ],
    [
      'remove takes away, and what is missing stays so',
      { remove: ['count', 'absent'] },
      { count: undefined },
    ],
    ['add adds to what is there', { add: { count: 5 } }, { count: 8 }],
    ['add starts from 0', { add: { fresh: -2 } }, { fresh: -2 }],
    ['append adds in order', { append: { list: ['b', 'c'] } }, { list: ['a', 'b', 'c'] }],
    ['append starts from []', { append: { fresh: [{ n: 1 }] } }, { fresh: [{ n: 1 }] }],
    ['append of nothing creates an empty list', { append: { fresh: [] } }, { fresh: [] }],
    [
      'all four at once',
      { set: { name: 'n' }, remove: ['size'], add: { count: 1 }, append: { list: ['z'] } },
      { name: 'n', size: undefined, count: 4, list: ['a', 'z'] },
    ],
    ['an empty change changes nothing', {}, {}],
    ['names with dots, dashes and hashes are plain names', { set: { 'a.b-c#d': 1 } }, { 'a.b-c#d': 1 }],
  ];

  test.each(changes)('update: %s', async (_name, change, difference) => {
    const item = await stored(context, { count: 3, list: ['a'], size: 1 });
    expect(await table().update(item, change, NO_CONDITION)).toBe(true);
    const expected = Object.entries({ ...item, ...difference }).filter(([, value]) => value !== undefined);
    expect(await table().get(item)).toEqual(Object.fromEntries(expected));
  });

  test('update creates an item that is missing, even with an empty change', async () => {
    const pk = freshPk();
    expect(await table().update({ pk, sk: 'a' }, { set: { x: 1 }, add: { n: 1 } }, NO_CONDITION)).toBe(true);
    expect(await table().update({ pk, sk: 'b' }, {}, [{ attribute: 'x', is: 'missing' }])).toBe(true);
    expect(await table().query(pk)).toEqual([
      { pk, sk: 'a', x: 1, n: 1 },
      { pk, sk: 'b' },
    ]);
  });

  test('a refused update of a missing item creates nothing', async () => {
    const key = { pk: freshPk(), sk: 'a' };
    const conditions: Condition[] = [{ attribute: 'x', is: 'present' }];
    expect(await table().update(key, { set: { y: 1 } }, conditions)).toBe(false);
    expect(await table().get(key)).toBeUndefined();
  });
}

export function conditionCases(context: Context): void {
  const { table } = context;
  const cases: [Condition, boolean][] = [
    [{ attribute: 'absent', is: 'missing' }, true],
    [{ attribute: 'number', is: 'missing' }, false],
    [{ attribute: 'nothing', is: 'missing' }, false],
    [{ attribute: 'number', is: 'present' }, true],
    [{ attribute: 'nothing', is: 'present' }, true],
    [{ attribute: 'absent', is: 'present' }, false],
    [{ attribute: 'number', is: 'equal', value: 5 }, true],
    [{ attribute: 'number', is: 'equal', value: '5' }, false],
    [{ attribute: 'absent', is: 'equal', value: 5 }, false],
    [{ attribute: 'flag', is: 'equal', value: false }, true],
    [{ attribute: 'flag', is: 'equal', value: true }, false],
    [{ attribute: 'text', is: 'equal', value: 'm' }, true],
    [{ attribute: 'number', is: 'different', value: 5 }, false],
    [{ attribute: 'number', is: 'different', value: 6 }, true],
    [{ attribute: 'number', is: 'different', value: '5' }, true],
    [{ attribute: 'absent', is: 'different', value: 5 }, true],
    [{ attribute: 'number', is: 'less', value: 6 }, true],
    [{ attribute: 'number', is: 'less', value: 5 }, false],
    [{ attribute: 'number', is: 'less', value: 10 }, true],
    [{ attribute: 'absent', is: 'less', value: 6 }, false],
    [{ attribute: 'text', is: 'less', value: 6 }, false],
    [{ attribute: 'text', is: 'less', value: 'n' }, true],
    [{ attribute: 'number', is: 'greater', value: 4 }, true],
    [{ attribute: 'number', is: 'greater', value: 5 }, false],
    [{ attribute: 'absent', is: 'greater', value: 4 }, false],
    [{ attribute: 'text', is: 'greater', value: 'l' }, true],
    [{ attribute: 'list', is: 'without', value: 'x' }, false],
    [{ attribute: 'list', is: 'without', value: 'y' }, true],
    [{ attribute: 'absent', is: 'without', value: 'x' }, true],
    [{ attribute: 'name', is: 'equal', value: 'reserved' }, true],
  ];

  test.each(cases)('condition %j is %s', async (condition, expected) => {
    const item = await stored(context, {
      number: 5,
      text: 'm',
      flag: false,
      nothing: null,
      list: ['x', 'xy'],
      name: 'reserved',
    });
    expect(await table().update(item, { set: { touched: true } }, [condition])).toBe(expected);
    expect((await table().get(item))?.['touched']).toBe(expected ? true : undefined);
  });

  test('every condition must hold', async () => {
    const item = await stored(context, { a: 1, b: 2 });
    const one: Condition = { attribute: 'a', is: 'equal', value: 1 };
    const two: Condition = { attribute: 'b', is: 'less', value: 2 };
    expect(await table().update(item, { add: { a: 1 } }, [one, two])).toBe(false);
    expect(await table().update(item, { add: { a: 1 } }, [one])).toBe(true);
  });

  test('a condition reads the item as it was, also where the change touches it', async () => {
    const item = await stored(context, { revision: 7 });
    const seen: Condition = { attribute: 'revision', is: 'equal', value: 7 };
    expect(await table().update(item, { add: { revision: 1 } }, [seen])).toBe(true);
    expect(await table().update(item, { add: { revision: 1 } }, [seen])).toBe(false);
    expect((await table().get(item))?.['revision']).toBe(8);
  });
}

export function refusalCases(context: Context): void {
  const { table, freshPk } = context;
  const refusals: [string, (key: { pk: string; sk: string }) => Promise<unknown>][] = [
    ['an empty key', ({ pk }) => table().putNew({ pk, sk: '' })],
    ['a number that is none', ({ pk }) => table().putNew({ pk, sk: 'new', n: Number.NaN })],
    ['an item over 400 KB', ({ pk }) => table().putNew({ pk, sk: 'new', text: 'x'.repeat(410 * 1024) })],
    ['adding to text', (key) => table().update(key, { add: { text: 1 } }, NO_CONDITION)],
    ['appending to text', (key) => table().update(key, { append: { text: [1] } }, NO_CONDITION)],
    [
      'two changes of one attribute',
      (key) => table().update(key, { set: { x: 1 }, remove: ['x'] }, NO_CONDITION),
    ],
    ['changing a key', (key) => table().update(key, { set: { sk: 'b' } }, NO_CONDITION)],
    ['an index key that is no text', (key) => table().update(key, { set: { openSk: 1 } }, NO_CONDITION)],
  ];

  test.each(refusals)('%s is refused as invalid and changes nothing', async (_name, attempt) => {
    const pk = freshPk();
    const existing = { pk, sk: 'there', text: 'x' };
    await table().putNew(existing);
    const kind = await attempt(existing).then(() => 'accepted', failureKind);
    expect(kind).toBe('invalid');
    expect(await table().query(pk)).toEqual([existing]);
  });
}
