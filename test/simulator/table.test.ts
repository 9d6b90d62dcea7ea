import { describe, expect, it } from 'vitest';
import { failureKind } from '../../shared/errors.ts';
import { MemoryTable } from '../../simulator/table.ts';

const key = { pk: 'p', sk: 's' };

async function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'none',
    (error: unknown) => failureKind(error),
  );
}

describe('table in memory', () => {
  it('creates once', async () => {
    const table = new MemoryTable();
    expect(await table.putNew({ ...key, value: 1 })).toBe(true);
    expect(await table.putNew({ ...key, value: 2 })).toBe(false);
    expect(await table.get(key)).toEqual({ ...key, value: 1 });
  });

  it('hands out and takes in copies', async () => {
    const table = new MemoryTable();
    const list = ['a'];
    await table.putNew({ ...key, list });
    list.push('b');
    const read = await table.get(key);
    if (Array.isArray(read?.['list'])) read['list'].push('c');
    expect(await table.get(key)).toEqual({ ...key, list: ['a'] });
  });

  it('sets, removes, adds from zero and appends from nothing in one change', async () => {
    const table = new MemoryTable();
    await table.putNew({ ...key, old: true });
    const change = {
      set: { name: 'n' },
      remove: ['old', 'absent'],
      add: { count: 2 },
      append: { list: ['x'] },
    };
    expect(await table.update(key, change, [])).toBe(true);
    expect(await table.get(key)).toEqual({ ...key, name: 'n', count: 2, list: ['x'] });
    await table.update(key, { add: { count: -5 }, append: { list: ['y'] } }, []);
    expect(await table.get(key)).toMatchObject({ count: -3, list: ['x', 'y'] });
  });

  it('creates a missing item on update, unless a condition forbids it', async () => {
    const table = new MemoryTable();
    expect(await table.update(key, { set: { a: 1 } }, [{ attribute: 'pk', is: 'present' }])).toBe(false);
    expect(await table.get(key)).toBeUndefined();
    expect(await table.update(key, { set: { a: 1 } }, [{ attribute: 'pk', is: 'missing' }])).toBe(true);
    expect(await table.get(key)).toEqual({ ...key, a: 1 });
  });

  it.each([
    [{ attribute: 'n', is: 'equal', value: 5 } as const, true],
    [{ attribute: 'n', is: 'equal', value: '5' } as const, false],
    [{ attribute: 'absent', is: 'equal', value: 5 } as const, false],
    [{ attribute: 'n', is: 'different', value: 5 } as const, false],
    [{ attribute: 'absent', is: 'different', value: 5 } as const, true],
    [{ attribute: 'n', is: 'less', value: 6 } as const, true],
    [{ attribute: 'n', is: 'less', value: 5 } as const, false],
    [{ attribute: 'absent', is: 'less', value: 6 } as const, false],
    [{ attribute: 'text', is: 'less', value: 6 } as const, false],
    [{ attribute: 'text', is: 'greater', value: 'a' } as const, true],
    [{ attribute: 'list', is: 'without', value: 'x' } as const, false],
    [{ attribute: 'list', is: 'without', value: 'y' } as const, true],
    [{ attribute: 'absent', is: 'without', value: 'x' } as const, true],
    [{ attribute: 'nothing', is: 'present' } as const, true],
  ])('holds a condition as DynamoDB does: %o is %s', async (condition, expected) => {
    const table = new MemoryTable();
    await table.putNew({ ...key, n: 5, text: 'b', list: ['x'], nothing: null });
    expect(await table.update(key, { set: { done: true } }, [condition])).toBe(expected);
    expect((await table.get(key))?.['done']).toBe(expected ? true : undefined);
  });

  it('queries one partition by prefix, ascending', async () => {
    const table = new MemoryTable();
    for (const sk of ['b2', 'a1', 'b10', 'c']) await table.putNew({ pk: 'p', sk });
    await table.putNew({ pk: 'q', sk: 'b3' });
    expect((await table.query('p')).map((item) => item.sk)).toEqual(['a1', 'b10', 'b2', 'c']);
    expect((await table.query('p', 'b')).map((item) => item.sk)).toEqual(['b10', 'b2']);
  });

  it('lists open work up to a bound, and only items that are in the index', async () => {
    const table = new MemoryTable();
    await table.putNew({ pk: '1', sk: 's', openPk: 'OPEN', openSk: '3' });
    await table.putNew({ pk: '2', sk: 's', openPk: 'OPEN', openSk: '1' });
    await table.putNew({ pk: '3', sk: 's', openPk: 'OTHER', openSk: '0' });
    await table.putNew({ pk: '4', sk: 's' });
    expect((await table.queryOpen('OPEN')).map((item) => item.pk)).toEqual(['2', '1']);
    expect((await table.queryOpen('OPEN', '1')).map((item) => item.pk)).toEqual(['2']);
    await table.update({ pk: '2', sk: 's' }, { remove: ['openPk', 'openSk'] }, []);
    expect((await table.queryOpen('OPEN')).map((item) => item.pk)).toEqual(['1']);
  });

  it('refuses what DynamoDB refuses, and keeps the item as it was', async () => {
    const table = new MemoryTable();
    await table.putNew({ ...key, text: 'x' });
    expect(await refusal(table.update(key, { set: { a: 1 }, add: { a: 1 } }, []))).toBe('invalid');
    expect(await refusal(table.update(key, { set: { sk: 'other' } }, []))).toBe('invalid');
    expect(await refusal(table.update(key, { add: { text: 1 } }, []))).toBe('invalid');
    expect(await refusal(table.update(key, { append: { text: ['y'] } }, []))).toBe('invalid');
    expect(await refusal(table.update(key, { set: { openPk: '' } }, []))).toBe('invalid');
    expect(await refusal(table.update(key, { set: { n: Number.NaN } }, []))).toBe('invalid');
    expect(await refusal(table.update(key, { set: { big: 'x'.repeat(410 * 1024) } }, []))).toBe('invalid');
    expect(await table.get(key)).toEqual({ ...key, text: 'x' });
  });
});
