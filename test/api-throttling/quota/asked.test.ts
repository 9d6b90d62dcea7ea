import { describe, expect, test } from 'vitest';
import {
  adoptOpen,
  CERTAIN_MS,
  claimAsk,
  lastAskedAt,
  readAsked,
  settleAsk,
} from '../../../functions/api-throttling/quota/asked.ts';
import { DAY_MS, SECOND_MS } from '../../../shared/clock.ts';
import { MemoryTable } from '../../../simulator/table.ts';
import { ENIS, NOW } from './input.ts';

const place = { account: '210987654321', region: 'eu-west-1' };
const about = { place, quota: ENIS };
const EVERY = 7 * DAY_MS;

function claimOf(incidentId: string, now = NOW, generation = 1) {
  return { incidentId, generation, desired: 7_500, now, every: EVERY };
}

async function claimed(table: MemoryTable, incidentId: string, now = NOW) {
  const claim = await claimAsk(table, about, claimOf(incidentId, now));
  if (claim.is !== 'mine') throw new Error(`not claimed: ${claim.is}`);
  return claim.asked;
}

describe('who asks for a quota', () => {
  test('is one of any number of incidents that want it at once', async () => {
    const table = new MemoryTable();
    const ids = Array.from({ length: 20 }, (_, index) => `inc-${index}`);
    const all = await Promise.all(ids.map((id) => claimAsk(table, about, claimOf(id))));
    const kinds = all.map(({ is }) => is);
    expect(kinds.filter((is) => is === 'mine')).toHaveLength(1);
    expect(kinds.filter((is) => is === 'busy')).toHaveLength(19);
  });

  test('is not kept from another region, account or quota', async () => {
    const table = new MemoryTable();
    await claimed(table, 'inc-a');
    for (const other of [
      { place: { ...place, region: 'us-east-1' }, quota: ENIS },
      { place: { ...place, account: '111122223333' }, quota: ENIS },
      { place, quota: { ...ENIS, code: 'L-2AFB9258' } },
    ])
      expect((await claimAsk(table, other, claimOf('inc-b'))).is).toBe('mine');
  });

  test.each(['asked', 'refused'] as const)('asks once a period when it was %s', async (state) => {
    const table = new MemoryTable();
    const asked = await claimed(table, 'inc-a');
    await settleAsk(table, about, asked, state === 'asked' ? { state, requestId: 'r-1' } : { state });
    const again = (now: number) => claimAsk(table, about, claimOf('inc-b', now));
    expect(await again(NOW + EVERY - 1)).toMatchObject({ is: 'soon', asked: { incidentId: 'inc-a' } });
    expect((await again(NOW + EVERY)).is).toBe('mine');
    expect(lastAskedAt(await readAsked(table, place, ENIS))).toBe(NOW + EVERY);
  });

  test('is told its own request again, also when that has ended', async () => {
    const table = new MemoryTable();
    const asked = await claimed(table, 'inc-a');
    await settleAsk(table, about, asked, { state: 'asked', requestId: 'r-1' });
    const again = await claimAsk(table, about, claimOf('inc-a', NOW + DAY_MS));
    expect(again).toEqual({ is: 'made', requestId: 'r-1' });
    expect((await claimAsk(table, about, claimOf('inc-a', NOW + DAY_MS, 2))).is).toBe('soon');
  });

  test('is nobody after a call that was certainly not taken', async () => {
    const table = new MemoryTable();
    await settleAsk(table, about, await claimed(table, 'inc-a'), { state: 'withdrawn' });
    expect(lastAskedAt(await readAsked(table, place, ENIS))).toBeNull();
    expect((await claimAsk(table, about, claimOf('inc-b', NOW + 1))).is).toBe('mine');
  });
});

describe('a row without an answer', () => {
  test('lets its own incident ask again while a request that was made would still be open', async () => {
    const table = new MemoryTable();
    await claimed(table, 'inc-a');
    expect((await claimAsk(table, about, claimOf('inc-a', NOW + CERTAIN_MS - 1))).is).toBe('mine');
  });

  test('lets nobody ask after that, not even its own incident, until the period is over', async () => {
    const table = new MemoryTable();
    await claimed(table, 'inc-a');
    for (const id of ['inc-a', 'inc-b'])
      for (const later of [CERTAIN_MS, DAY_MS, EVERY - SECOND_MS])
        expect((await claimAsk(table, about, claimOf(id, NOW + later))).is).toBe('unsure');
    expect((await claimAsk(table, about, claimOf('inc-b', NOW + EVERY))).is).toBe('mine');
  });

  test('counts as asked for every decision', async () => {
    const table = new MemoryTable();
    await claimed(table, 'inc-a');
    expect(lastAskedAt(await readAsked(table, place, ENIS))).toBe(NOW);
  });

  test('gets the id of the open request for its value', async () => {
    const table = new MemoryTable();
    await claimed(table, 'inc-a');
    const open = { id: 'r-1', desired: 7_500 };
    const holder = { incidentId: 'inc-a', generation: 1 };
    expect(await adoptOpen(table, about, { ...holder, open })).toEqual({ isOurs: true });
    expect(await readAsked(table, place, ENIS)).toMatchObject({ state: 'asked', requestId: 'r-1' });
    const other = { ...holder, incidentId: 'inc-b', open };
    expect(await adoptOpen(table, about, other)).toEqual({ isOurs: true });
  });

  test('is withdrawn where a person’s request for another value is open', async () => {
    const table = new MemoryTable();
    await claimed(table, 'inc-a');
    const holder = { incidentId: 'inc-a', generation: 1 };
    const found = await adoptOpen(table, about, { ...holder, open: { id: 'r-9', desired: 9_000 } });
    expect(found).toEqual({ isOurs: false });
    expect(lastAskedAt(await readAsked(table, place, ENIS))).toBeNull();
  });

  test('of another incident is left as it is', async () => {
    const table = new MemoryTable();
    await claimed(table, 'inc-a');
    const holder = { incidentId: 'inc-b', generation: 1 };
    const found = await adoptOpen(table, about, { ...holder, open: { id: 'r-9', desired: 7_500 } });
    expect(found).toEqual({ isOurs: true });
    expect(await readAsked(table, place, ENIS)).toMatchObject({ state: 'asking', incidentId: 'inc-a' });
  });

  test('is not overwritten by a claim that is older than the newest', async () => {
    const table = new MemoryTable();
    const first = await claimed(table, 'inc-a');
    await claimed(table, 'inc-a', NOW + SECOND_MS);
    await settleAsk(table, about, first, { state: 'withdrawn' });
    expect(await readAsked(table, place, ENIS)).toMatchObject({ state: 'asking', at: NOW + SECOND_MS });
  });
});
