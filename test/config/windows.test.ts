import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { policyFor } from '../../shared/config/effective.ts';
import { isOpen, type MaintenanceWindow, neverCloses } from '../../shared/config/window.ts';
import { loaded } from './bad.ts';

function daily(cron: string, hours: number, timezone?: string): MaintenanceWindow {
  return { name: 'w', cron, duration: hours * HOUR_MS, mode: 'observe', ...(timezone && { timezone }) };
}

/** The times, to the minute, at which the window opens and closes within so many hours of `from`. */
function edges(window: MaintenanceWindow, from: string, hours: number): string[] {
  const start = Date.parse(from);
  const minutes = Array.from({ length: hours * 60 }, (_, minute) => start + minute * MINUTE_MS);
  return minutes
    .filter((at) => isOpen(window, 'UTC', at) !== isOpen(window, 'UTC', at - 1))
    .map((at) => new Date(at).toISOString().slice(0, 16));
}

describe('a window', () => {
  test('is open from its begin to its end, to the millisecond', () => {
    const window = daily('0 22 * * *', 2);
    const begin = Date.parse('2026-11-03T22:00:00Z');
    expect(isOpen(window, 'UTC', begin - 1)).toBe(false);
    expect(isOpen(window, 'UTC', begin)).toBe(true);
    expect(isOpen(window, 'UTC', begin + 2 * HOUR_MS - 1)).toBe(true);
    expect(isOpen(window, 'UTC', begin + 2 * HOUR_MS)).toBe(false);
  });

  test('is meant in its own time zone, else in the global one', () => {
    const at = Date.parse('2026-11-03T21:30:00Z');
    expect(isOpen(daily('0 22 * * *', 1, 'Europe/Berlin'), 'UTC', at)).toBe(true);
    expect(isOpen(daily('0 22 * * *', 1), 'UTC', at)).toBe(false);
    expect(isOpen(daily('0 22 * * *', 1), 'Europe/Berlin', at)).toBe(true);
  });

  test('follows the wall clock over both switches in Berlin', () => {
    const night = daily('0 22 * * *', 8, 'Europe/Berlin');
    // 29 March 2026: the night has seven hours on the wall, the window still eight.
    expect(edges(night, '2026-03-27T12:00:00Z', 72)).toEqual([
      '2026-03-27T21:00',
      '2026-03-28T05:00',
      '2026-03-28T21:00',
      '2026-03-29T05:00',
      '2026-03-29T20:00',
      '2026-03-30T04:00',
    ]);
    // 25 October 2026: nine hours on the wall.
    expect(edges(night, '2026-10-24T12:00:00Z', 48)).toEqual([
      '2026-10-24T20:00',
      '2026-10-25T04:00',
      '2026-10-25T21:00',
      '2026-10-26T05:00',
    ]);
  });

  test.each([
    ['Berlin', 'Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-29T01:00', '2026-03-29T02:00'],
    ['Sydney', 'Australia/Sydney', '2026-10-03T12:00:00Z', '2026-10-03T16:00', '2026-10-03T17:00'],
  ])('whose begin the clocks jump over in %s begins when the gap ends', (_, zone, from, opens, closes) => {
    expect(edges(daily('30 2 * * *', 1, zone), from, 24)).toEqual([opens, closes]);
  });

  test.each([
    ['Berlin', 'Europe/Berlin', '2026-10-24T12:00:00Z', '2026-10-25T00:30', '2026-10-25T01:30'],
    ['Sydney', 'Australia/Sydney', '2026-04-04T12:00:00Z', '2026-04-04T15:30', '2026-04-04T16:30'],
  ])('whose begin comes twice in %s begins once, the first time', (_, zone, from, opens, closes) => {
    expect(edges(daily('30 2 * * *', 1, zone), from, 18)).toEqual([opens, closes]);
  });

  test('on a leap day opens in leap years alone', () => {
    const leap = daily('0 0 29 2 *', 24);
    expect(isOpen(leap, 'UTC', Date.parse('2028-02-29T12:00:00Z'))).toBe(true);
    expect(isOpen(leap, 'UTC', Date.parse('2027-03-01T12:00:00Z'))).toBe(false);
    expect(isOpen(leap, 'UTC', Date.parse('2028-03-01T00:00:00Z'))).toBe(false);
  });

  test('at the end of a month runs into the next', () => {
    const month = daily('0 18 28-31 * *', 14);
    expect(isOpen(month, 'UTC', Date.parse('2027-03-01T07:59:59Z'))).toBe(true);
    expect(isOpen(month, 'UTC', Date.parse('2027-03-01T08:00:00Z'))).toBe(false);
    expect(neverCloses(month)).toBe(false);
  });

  test('is open exactly when one of its begins lies less than its length back', () => {
    const minute = fc.integer({ min: 0, max: 59 });
    const hour = fc.integer({ min: 0, max: 23 });
    const length = fc.integer({ min: 1, max: 23 * 60 }).map((minutes) => minutes * MINUTE_MS);
    const after = fc.integer({ min: 0, max: 400 * DAY_MS });
    fc.assert(
      fc.property(minute, hour, length, after, (m, h, duration, offset) => {
        const now = Date.UTC(2027, 0, 1) + offset;
        const midnight = now - (now % DAY_MS);
        const begins = [midnight - DAY_MS, midnight].map((day) => day + h * HOUR_MS + m * MINUTE_MS);
        const expected = begins.some((begin) => begin <= now && now < begin + duration);
        expect(isOpen({ ...daily(`${m} ${h} * * *`, 1), duration }, 'UTC', now)).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });
});

const TEXT = `version: 1
global:
  mode: auto
  windows:
    - { name: freeze, cron: "0 18 * * 5", duration: 2d, mode: approve }
clusters:
  - name: prod
    windows:
      - name: release
        cron: "0 20 * * 5"
        duration: 1h
        mode: off
  - name: quiet
    mode: observe
`;

describe('the mode under windows', () => {
  const config = loaded(TEXT);
  const at = (time: string, name = 'prod') =>
    policyFor(
      config,
      { name, account: '111122223333', region: 'eu-west-1' },
      'node-interruption',
      Date.parse(time),
    );

  test('is the lowest of those that are open, which is named as the rule', () => {
    expect(at('2026-11-06T17:59:00Z')).toMatchObject({
      mode: 'auto',
      modeRule: 'paramedic.yaml:3 global.mode',
    });
    expect(at('2026-11-06T18:00:00Z')).toMatchObject({
      mode: 'approve',
      modeRule: 'paramedic.yaml:5 global.windows[0] (freeze)',
    });
    expect(at('2026-11-06T20:30:00Z')).toMatchObject({
      mode: 'off',
      modeRule: 'paramedic.yaml:9 clusters[0].windows[0] (release)',
    });
    expect(at('2026-11-06T20:30:00Z', 'other')).toMatchObject({ mode: 'approve' });
  });

  test('a window raises nothing', () => {
    expect(at('2026-11-06T18:30:00Z', 'quiet')).toMatchObject({
      mode: 'observe',
      modeRule: 'paramedic.yaml:14 clusters[1].mode',
    });
  });

  test('another mode is another config hash, so that what was decided before is decided again', () => {
    const before = at('2026-11-06T17:59:00Z').configHash;
    const during = at('2026-11-06T18:00:00Z').configHash;
    const inner = at('2026-11-06T20:30:00Z').configHash;
    expect(new Set([before, during, inner]).size).toBe(3);
    expect(at('2026-11-08T18:00:00Z').configHash).toBe(before);
    expect(at('2026-11-06T18:30:00Z', 'quiet').configHash).toBe(before);
  });
});
