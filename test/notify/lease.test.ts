import { describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../shared/clock.ts';
import { acquire, type Lease, leave, release, ring } from '../../shared/notify/outbox-lease.ts';
import { claimUpdate, UPDATES_PER_MINUTE } from '../../shared/notify/outbox-rate.ts';
import { changeValue } from '../../shared/notify/outbox-table.ts';
import { MemoryTable } from '../../simulator/table.ts';

const CHANNEL = 'C0OPS';

async function held(table: MemoryTable, seen?: number): Promise<Lease> {
  const acquired = await acquire(table, CHANNEL, seen);
  if (acquired.is !== 'mine') throw new Error('busy');
  return acquired.lease;
}

describe("a channel's lease", () => {
  test('one holds it at a time, and the next one learns what the last one knew', async () => {
    const table = new MemoryTable();
    const lease = await held(table);
    expect(await acquire(table, CHANNEL)).toEqual({ is: 'busy', version: lease.version });
    lease.channel.notBefore = 5_000;
    lease.channel.failures = 2;
    expect(await release(table, CHANNEL, lease)).toEqual({ is: 'released' });
    expect((await held(table)).channel).toEqual({ failures: 2, notBefore: 5_000 });
  });

  test('of many at once exactly one gets it', async () => {
    const table = new MemoryTable();
    const all = await Promise.all(Array.from({ length: 20 }, () => acquire(table, CHANNEL)));
    expect(all.filter(({ is }) => is === 'mine')).toHaveLength(1);
  });

  test('a dead holder is replaced only by who has seen the same version a lease ago', async () => {
    const table = new MemoryTable();
    const dead = await held(table);
    expect((await acquire(table, CHANNEL, dead.version - 1)).is).toBe('busy');
    const next = await held(table, dead.version);
    expect((await acquire(table, CHANNEL, dead.version)).is).toBe('busy');
    expect(await release(table, CHANNEL, dead)).toEqual({ is: 'lost' });
    await leave(table, CHANNEL, dead);
    expect((await acquire(table, CHANNEL)).is).toBe('busy');
    expect((await release(table, CHANNEL, next)).is).toBe('released');
  });

  test('whoever rings is heard before it is given back', async () => {
    const table = new MemoryTable();
    const lease = await held(table);
    await ring(table, CHANNEL);
    const rung = await release(table, CHANNEL, lease);
    expect(rung).toEqual({ is: 'rung', asked: 1 });
    expect((await acquire(table, CHANNEL)).is).toBe('busy');
    expect((await release(table, CHANNEL, { ...lease, asked: 1 })).is).toBe('released');
    const again = await held(table);
    expect((await release(table, CHANNEL, again)).is).toBe('released');
  });

  test('ringing at a free channel changes nothing', async () => {
    const table = new MemoryTable();
    await ring(table, CHANNEL);
    expect((await release(table, CHANNEL, await held(table))).is).toBe('released');
  });
});

describe("the app's edits", () => {
  test('45 in any minute, whoever asks; the answer says when the next is free', async () => {
    const table = new MemoryTable();
    const granted: number[] = [];
    for (let now = 0; now < 5 * MINUTE_MS; now += 500) {
      const full = await claimUpdate(table, now);
      if (full === undefined) granted.push(now);
      else expect(full.freeAt).toBeGreaterThan(now);
    }
    for (const from of granted) {
      const within = granted.filter((at) => at >= from && at < from + MINUTE_MS);
      expect(within.length).toBeLessThanOrEqual(UPDATES_PER_MINUTE);
    }
    expect(granted).toHaveLength(5 * UPDATES_PER_MINUTE);
  });

  test('a machine whose clock runs ahead holds nobody up for longer than a minute', async () => {
    const table = new MemoryTable();
    for (let count = 0; count < UPDATES_PER_MINUTE; count++) await claimUpdate(table, 60 * MINUTE_MS);
    expect(await claimUpdate(table, 0)).toEqual({ freeAt: MINUTE_MS });
  });
});

describe('a row of the outbox', () => {
  test('is in the index while it is due, and leaves with its time to live', async () => {
    const table = new MemoryTable();
    await changeValue(table, CHANNEL, 'M#1', () => ({ dueAt: 0, keepUntil: 1_500 }));
    expect(await table.queryOpen('OUTBOX')).toMatchObject([
      { pk: 'OUT#C0OPS', openSk: '1970-01-01T00:00:00Z#C0OPS#M#1', expiresAt: 2 },
    ]);
    await changeValue(table, CHANNEL, 'M#1', () => ({}));
    expect(await table.queryOpen('OUTBOX')).toEqual([]);
    expect((await table.get({ pk: 'OUT#C0OPS', sk: 'M#1' }))?.expiresAt).toBeUndefined();
  });

  test('lost races are tried again: no change of eight at once is lost', async () => {
    const table = new MemoryTable();
    const add = () =>
      changeValue<{ count: number; dueAt?: number }>(table, CHANNEL, 'M#1', (row) => ({
        count: (row?.count ?? 0) + 1,
      }));
    await Promise.all(Array.from({ length: 8 }, add));
    expect(await table.get({ pk: 'OUT#C0OPS', sk: 'M#1' })).toMatchObject({ value: { count: 8 } });
  });
});
