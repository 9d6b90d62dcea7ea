import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { claimPage, noteTreated, readTreated } from '../../shared/incident/quarantine.ts';
import { noteWentBad, readWentBad } from '../../shared/incident/went-bad.ts';
import { MemoryTable } from '../../simulator/table.ts';

const NOW = Date.parse('2026-11-03T14:00:00Z');
const CLUSTER = { name: 'prod', account: '210987654321', region: 'eu-west-1' };
const WITHIN = { withinMs: DAY_MS };

describe('treatments', () => {
  test('a step counts once per generation, however often it is repeated', async () => {
    const table = new MemoryTable();
    const step = { generation: 1, action: 'drain', key: 'k', at: NOW };
    await noteTreated(table, 'inc-1', step, DAY_MS);
    await noteTreated(table, 'inc-1', { ...step, at: NOW + MINUTE_MS }, DAY_MS);
    await noteTreated(table, 'inc-1', { ...step, generation: 2, at: NOW + HOUR_MS }, DAY_MS);
    await noteTreated(table, 'inc-2', step, DAY_MS);
    expect(await readTreated(table, 'inc-1')).toEqual([step, { ...step, generation: 2, at: NOW + HOUR_MS }]);
  });

  test('one generation tells people within the window, and tells the same when it asks again', async () => {
    const table = new MemoryTable();
    const page = (generation: number, now: number) =>
      claimPage(table, 'inc-1', { generation, ...WITHIN, now });
    expect(await page(4, NOW)).toBe(true);
    expect(await page(4, NOW + 1)).toBe(true);
    expect(await page(5, NOW + HOUR_MS)).toBe(false);
    expect(await page(6, NOW + DAY_MS - 1)).toBe(false);
    expect(await page(7, NOW + DAY_MS)).toBe(true);
    expect(await page(8, NOW + DAY_MS + 1)).toBe(false);
  });
});

describe('subjects that went bad', () => {
  test('the same news is one row, a subject counts once, the oldest stands first', async () => {
    const table = new MemoryTable();
    const news = { subject: 'i-1', at: NOW - 3 * MINUTE_MS, zone: 'eu-west-1a' };
    for (let copy = 0; copy < 3; copy++) await noteWentBad(table, CLUSTER, news);
    await noteWentBad(table, CLUSTER, { subject: 'i-1', at: NOW - MINUTE_MS });
    await noteWentBad(table, CLUSTER, { subject: 'i-2', at: NOW - 2 * MINUTE_MS });
    await noteWentBad(table, { ...CLUSTER, name: 'other' }, { subject: 'i-3', at: NOW });
    expect(await readWentBad(table, CLUSTER, { withinMs: 10 * MINUTE_MS, now: NOW })).toEqual([
      { subject: 'i-2', at: NOW - 2 * MINUTE_MS },
      { subject: 'i-1', at: NOW - MINUTE_MS },
    ]);
  });

  test('any window gives exactly the subjects in it, wherever its ends lie', async () => {
    const ages = fc.array(fc.integer({ min: 0, max: 2 * HOUR_MS }), { maxLength: 20 });
    const windows = fc.integer({ min: MINUTE_MS, max: HOUR_MS });
    await fc.assert(
      fc.asyncProperty(ages, windows, async (given, withinMs) => {
        const table = new MemoryTable();
        for (const [index, age] of given.entries())
          await noteWentBad(table, CLUSTER, { subject: `i-${index}`, at: NOW - age });
        const found = await readWentBad(table, CLUSTER, { withinMs, now: NOW });
        const expected = given.filter((age) => age < withinMs).length;
        expect(found).toHaveLength(expected);
      }),
      { numRuns: 200 },
    );
  });
});
