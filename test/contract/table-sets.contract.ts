import { expect, test } from 'vitest';
import { failureKind } from '../../shared/errors.ts';
import { type Context, NO_CONDITION, stored } from './table-writes.contract.ts';

const ROOM = { bound: 1_000 };

/** Sets of texts: each member once, however often and by however many it is added. */
export function setCases(context: Context): void {
  memberCases(context);
  boundCases(context);
  setRefusalCases(context);
}

function memberCases({ table, freshPk }: Context): void {
  test('a set holds each member once and reads as a list, ascending', async () => {
    const key = { pk: freshPk(), sk: 'a' };
    expect(await table().addToSet(key, { ids: ['c', 'a', 'c'] }, ROOM)).toEqual({ ...key, ids: ['a', 'c'] });
    expect(await table().addToSet(key, { ids: ['b', 'a'] }, ROOM)).toEqual({ ...key, ids: ['a', 'b', 'c'] });
    expect(await table().get(key)).toEqual({ ...key, ids: ['a', 'b', 'c'] });
    expect(await table().query(key.pk)).toEqual([{ ...key, ids: ['a', 'b', 'c'] }]);
  });

  test('several sets and plain attributes are written at once, and what else is there stays', async () => {
    const item = await stored({ table, freshPk }, { kept: [1], text: 'old' });
    const options = { ...ROOM, set: { text: 'new', map: { deep: true } } };
    const after = await table().addToSet(item, { 'by#prod': ['a'], 'by#-': ['b'] }, options);
    expect(after).toEqual({ ...item, 'by#prod': ['a'], 'by#-': ['b'], text: 'new', map: { deep: true } });
    expect(await table().get(item)).toEqual(after);
  });

  test('members added by many at once are all there, each once', async () => {
    const key = { pk: freshPk(), sk: 'a' };
    const members = Array.from({ length: 20 }, (_, index) => `m${String(index).padStart(2, '0')}`);
    await Promise.all(
      [...members, ...members].map((member) => table().addToSet(key, { ids: [member] }, ROOM)),
    );
    expect((await table().get(key))?.['ids']).toEqual(members);
  });

  test('a condition finds a member, and an update may take the whole set away', async () => {
    const key = { pk: freshPk(), sk: 'a' };
    await table().addToSet(key, { ids: ['a'] }, ROOM);
    const without = { attribute: 'ids', is: 'without', value: 'a' } as const;
    expect(await table().update(key, { remove: ['ids'] }, [without])).toBe(false);
    expect(await table().update(key, { remove: ['ids'] }, NO_CONDITION)).toBe(true);
    expect(await table().addToSet(key, { ids: ['b'] }, ROOM)).toEqual({ ...key, ids: ['b'] });
  });
}

function boundCases({ table, freshPk }: Context): void {
  test('a set below its bound takes all members of a call; at the bound nothing of a call is written', async () => {
    const key = { pk: freshPk(), sk: 'a' };
    const bounded = (members: string[], text: string) =>
      table().addToSet(key, { ids: members }, { bound: 2, set: { text } });
    expect(await bounded(['a'], 'first')).toMatchObject({ ids: ['a'], text: 'first' });
    expect(await bounded(['b', 'c'], 'second')).toMatchObject({ ids: ['a', 'b', 'c'], text: 'second' });
    expect(await bounded(['d'], 'third')).toEqual({ ...key, ids: ['a', 'b', 'c'], text: 'second' });
    expect(await table().get(key)).toEqual({ ...key, ids: ['a', 'b', 'c'], text: 'second' });
  });

  test('one full set is enough: the others of the call stay as they are', async () => {
    const key = { pk: freshPk(), sk: 'a' };
    await table().addToSet(key, { full: ['a', 'b'] }, { bound: 2 });
    expect(await table().addToSet(key, { full: ['c'], other: ['x'] }, { bound: 2 })).toEqual({
      ...key,
      full: ['a', 'b'],
    });
  });
}

function setRefusalCases({ table, freshPk }: Context): void {
  const refusals: [string, (key: { pk: string; sk: string }) => Promise<unknown>][] = [
    ['no set at all', (key) => table().addToSet(key, {}, ROOM)],
    ['a set of nothing', (key) => table().addToSet(key, { fresh: [] }, ROOM)],
    ['members for a list', (key) => table().addToSet(key, { list: ['a'] }, ROOM)],
    ['members for text', (key) => table().addToSet(key, { text: ['a'] }, ROOM)],
    [
      'a set that is written as well',
      (key) => table().addToSet(key, { x: ['a'] }, { ...ROOM, set: { x: 1 } }),
    ],
    ['a set for a key', (key) => table().addToSet(key, { sk: ['a'] }, ROOM)],
    ['appending to a set', (key) => table().update(key, { append: { ids: ['a'] } }, NO_CONDITION)],
    ['adding a number to a set', (key) => table().update(key, { add: { ids: 1 } }, NO_CONDITION)],
  ];

  test.each(refusals)('%s is refused as invalid and changes nothing', async (_name, attempt) => {
    const key = { pk: freshPk(), sk: 'there' };
    await table().putNew({ ...key, text: 'x', list: ['y'] });
    const existing = await table().addToSet(key, { ids: ['z'] }, ROOM);
    const kind = await attempt(key).then(() => 'accepted', failureKind);
    expect(kind).toBe('invalid');
    expect(await table().query(key.pk)).toEqual([existing]);
  });
}
