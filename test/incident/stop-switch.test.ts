import { describe, expect, test } from 'vitest';
import { PortError } from '../../shared/errors.ts';
import { readStop, writeStop } from '../../shared/incident/stop-switch.ts';
import type { Table } from '../../shared/ports/table.ts';
import { MemoryTable } from '../../simulator/table.ts';
import { START } from './requests.ts';

const KEY = { pk: 'SWITCH', sk: 'STOP' };
const clock = { now: () => START, sleep: async () => {} };

async function reading(error: unknown) {
  const table: Table = new MemoryTable();
  table.get = async () => {
    throw error;
  };
  return await readStop(table);
}

describe('T32: the stop switch as it reads', () => {
  test('a row that was never written is clear', async () => {
    expect(await readStop(new MemoryTable())).toEqual({ state: 'clear' });
  });

  test.each([
    ['no attribute', {}],
    ['a word', { engaged: 'false' }],
    ['a number', { engaged: 0 }],
  ])('a row with %s is unreadable, not clear', async (_, set) => {
    const table = new MemoryTable();
    await table.update(KEY, { set: { ...set, by: 'x' } }, []);
    expect(await readStop(table)).toMatchObject({ state: 'unreadable' });
  });

  test.each([
    ['unauthorised', 'denied'],
    ['throttled', 'unreadable'],
    ['unreachable', 'unreadable'],
  ] as const)('a read that fails as %s is %s', async (code, state) => {
    const error = new PortError(code, 'no', { operation: 'dynamodb:GetItem' });
    expect(await reading(error)).toMatchObject({ state });
  });

  test('whatever is thrown, it reads as unreadable', async () => {
    expect(await reading(new Error('boom'))).toMatchObject({ state: 'unreadable' });
    expect(await reading('boom')).toMatchObject({ state: 'unreadable' });
  });
});

describe('writing the stop switch', () => {
  const stop = { engaged: true, by: 'ana', reason: 'storm' };

  function withoutHistory(table: MemoryTable): MemoryTable {
    table.putNew = async () => {
      throw new Error('throttled');
    };
    return table;
  }

  test('engaging does not wait for its line in the history', async () => {
    const table = withoutHistory(new MemoryTable());
    await expect(writeStop(table, clock, stop)).rejects.toThrow('throttled');
    expect((await readStop(table)).state).toBe('engaged');
  });

  test('nothing is released that the history does not tell of', async () => {
    const table = new MemoryTable();
    await writeStop(table, clock, stop);
    const release = { engaged: false, by: 'ana', reason: 'over' };
    await expect(writeStop(withoutHistory(table), clock, release)).rejects.toThrow('throttled');
    expect((await readStop(table)).state).toBe('engaged');
  });
});
