import { beforeAll, describe, expect, test } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { dispersion, type FleetRun, LENGTH_MS, perSlot, playFleet, TROUBLE, within } from './fleet.ts';

const PROCESSES = 20;
const TICK_MS = 200;
const { from, to } = TROUBLE;

/** The last moment, after the trouble, at which a call was kept from AWS. */
function lastRefusal({ asked }: FleetRun): number {
  return asked.reduce((last, { at, refused }) => (refused ? Math.max(last, at - to) : last), 0);
}

/**
 * "Needed" is what the callers wanted while the trouble lasted, each call once: a request for each of them could not be
 * called too many. Everything beyond is a retry.
 */
describe.each([
  { share: 1, most: 0.3 },
  { share: 0.5, most: 1.1 },
])('T24: AWS throttles $share of all calls for 15 minutes, then none', ({ share, most }) => {
  let run: FleetRun;
  beforeAll(async () => {
    run = await playFleet(PROCESSES, TICK_MS, { ...TROUBLE, share });
  }, 60_000);

  test(`at most ${most} requests for each call that is needed, 1.1 in every minute of it`, () => {
    const needed = within(run.asked, from, to).length;
    expect(needed).toBeGreaterThan(75_000);
    expect(within(run.requests, from, to).length).toBeLessThanOrEqual(most * needed);
    const asked = perSlot(run.asked, from, to, MINUTE_MS);
    const requests = perSlot(run.requests, from, to, MINUTE_MS);
    requests.forEach((sent, minute) => {
      expect(sent).toBeLessThanOrEqual(1.1 * (asked[minute] ?? 0));
    });
  });

  test('processes that are throttled together do not come back together', () => {
    const refusing = run.asked.filter(({ refused }) => refused).length;
    expect(refusing).toBeGreaterThan(0);
    // Where everybody is refused only probes are left, and no moment draws more than chance does.
    if (share < 1) return;
    const slots = perSlot(run.requests, from + MINUTE_MS, to, TICK_MS);
    expect(Math.max(...slots)).toBeLessThan(0.75 * PROCESSES);
    expect(dispersion(slots)).toBeLessThan(1.5);
  });

  test('less than two minutes later everything goes through again, and stays so', () => {
    expect(lastRefusal(run)).toBeLessThan(2 * MINUTE_MS);
    const after = within(run.asked, to + 2 * MINUTE_MS, LENGTH_MS);
    expect(after.length).toBeGreaterThan(10_000);
    expect(after.every(({ sent }) => sent === 1)).toBe(true);
  });

  test('before it nothing was held back', () => {
    expect(within(run.asked, 0, from).every(({ sent }) => sent === 1)).toBe(true);
  });
});

describe('T23: our own calls are throttled for ten minutes', () => {
  test('of twenty calls a second at most a tenth are made, and in each second at least one', async () => {
    const end = from + 10 * MINUTE_MS;
    const run = await playFleet(1, 50, { from, to: end, share: 1 });
    const needed = within(run.asked, from, end).length;
    const made = within(run.requests, from, end).length;
    expect(needed).toBeGreaterThan(11_500);
    expect(made).toBeLessThanOrEqual(needed / 10);
    // Two seconds always hold a probe, wherever they begin.
    const pairs = perSlot(run.requests, from, end, 2 * SECOND_MS);
    expect(Math.min(...pairs)).toBeGreaterThanOrEqual(1);
    expect(lastRefusal(run)).toBeLessThan(2 * MINUTE_MS);
  }, 60_000);
});
