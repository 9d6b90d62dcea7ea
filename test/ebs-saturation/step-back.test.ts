import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { alarm, answer, changes, pass, theIncident } from './ebs-world.ts';
import {
  askedAt,
  BUSY,
  changedByHand,
  days,
  hours,
  provisioned,
  QUIET,
  raised,
  readsOf,
  use,
  wasRaised,
} from './step-back-world.ts';

describe('a volume that was raised and is quiet afterwards', () => {
  test('is stepped back to what it was after a quiet week, once, and the cost is told', async () => {
    const run = await raised();
    const [raisedAt = 0] = askedAt(run);
    await use(run);
    await days(run, 20);
    expect(await provisioned(run)).toEqual({ iops: 3_000, mib: 125 });
    const [, loweredAt = 0, ...more] = askedAt(run);
    expect(more).toEqual([]);
    expect(loweredAt - raisedAt).toBeGreaterThanOrEqual(7 * DAY_MS);
    expect(loweredAt - raisedAt).toBeLessThan(9 * DAY_MS);
    const incident = await theIncident(run);
    expect(incident).toMatchObject({ generation: 2, outcome: { kind: 'fixed' }, plan: { severity: 'info' } });
    expect(incident.plan?.headline).toMatch(/, cluster prod; it was stepped back$/);
    expect(incident.outcome?.summary).toMatch(/\$17\.05 → \$8\.80 a month, -\$8\.25; price list of 2026-11/);
  });

  test('keeps 1.3 times what it uses in its busiest minutes', async () => {
    const run = await raised();
    const start = run.world.clock.now();
    run.world.ebsLoad.set(
      run.volumeId,
      (minute) => ((minute - start) % HOUR_MS < 2 * MINUTE_MS ? { iops: 2_900, throughputMib: 20 } : QUIET),
      start,
    );
    await days(run, 9);
    expect(await provisioned(run)).toEqual({ iops: 3_770, mib: 125 });
  });

  test.each([
    ['it uses what it was given', BUSY],
    ['it is short again', { iops: 9_000, throughputMib: 60 }],
  ])('stays as it is where %s', async (_, demand) => {
    const run = await raised();
    await use(run, demand);
    await days(run, 9);
    expect(changes(run)).toHaveLength(1);
    expect(await theIncident(run)).toMatchObject({ generation: 1, outcome: { kind: 'fixed' } });
  });

  test('stays as somebody made it, also where that is more', async () => {
    const run = await raised();
    await use(run);
    await changedByHand(run, 6_000);
    await days(run, 9);
    expect(await provisioned(run)).toMatchObject({ iops: 6_000 });
    expect(await theIncident(run)).toMatchObject({ generation: 1 });
  });

  test('no data is not quiet', async () => {
    const run = await raised();
    run.world.ebsLoad.set(run.volumeId, QUIET, run.world.clock.now() + 4 * DAY_MS);
    await days(run, 9);
    expect(changes(run)).toHaveLength(1);
  });

  test('where the config does not step back, nothing is read', async () => {
    const run = await raised({ changes: { stepBack: { enabled: false } } });
    await use(run);
    const before = readsOf(run);
    await days(run, 9);
    expect(readsOf(run)).toBe(before);
  });

  test('is looked at once a day, and not before it can be quiet for a week', async () => {
    const run = await raised();
    await use(run, BUSY);
    const before = readsOf(run);
    await days(run, 6);
    expect(readsOf(run)).toBe(before);
    await days(run, 4);
    // Three days at most, each with the volume, its modification and its metrics.
    expect(readsOf(run) - before).toBeGreaterThanOrEqual(2 * 3);
    expect(readsOf(run) - before).toBeLessThanOrEqual(4 * 3);
  });
});

describe('with people and alarms', () => {
  test('in mode approve the question shows the cost; a no holds for another week', async () => {
    const run = await raised({ mode: 'approve' });
    await use(run);
    await days(run, 8);
    const [question] = (await theIncident(run)).questions;
    expect(question?.step.reason).toMatch(/4500 IOPS .* → gp3 with 3000 IOPS .*: \$17\.05 → \$8\.80/);
    await answer(run, 'denied');
    await hours(run, 24);
    expect(await theIncident(run)).toMatchObject({ generation: 2, outcome: { kind: 'denied' } });
    await days(run, 5);
    expect(await theIncident(run)).toMatchObject({ generation: 2 });
    await days(run, 4);
    expect(await theIncident(run)).toMatchObject({ generation: 3 });
    expect(changes(run)).toHaveLength(1);
  });

  test('a question stands while what it uses falls from hour to hour', async () => {
    const run = await wasRaised({ mode: 'approve' });
    const start = run.world.clock.now();
    run.world.ebsLoad.set(
      run.volumeId,
      (minute) => {
        const hour = Math.floor((minute - start) / HOUR_MS);
        const isPeak = hour < 20 && (minute - start) % HOUR_MS < 2 * MINUTE_MS;
        return isPeak ? { iops: 2_900 - 20 * hour, throughputMib: 20 } : QUIET;
      },
      start,
    );
    await hours(run, 7 * 24 + 3);
    const [asked] = (await theIncident(run)).questions;
    await hours(run, 10);
    expect((await theIncident(run)).questions).toEqual([asked]);
    await answer(run, 'approved');
    await hours(run, 2);
    const to = asked?.step.goal['to'] as { iops: number };
    expect(to.iops).toBeGreaterThan(3_500);
    expect(await provisioned(run)).toMatchObject({ iops: to.iops });
  });

  test('an alarm during the question wins: a yes lowers nothing any more', async () => {
    const run = await raised({ mode: 'approve' });
    await use(run);
    await days(run, 8);
    expect(await theIncident(run)).toMatchObject({ status: 'open', questions: [{}] });
    run.world.ebsLoad.set(run.volumeId, { iops: 6_000, throughputMib: 60 }, run.world.clock.now());
    await run.world.clock.advance(3 * MINUTE_MS);
    alarm(run, run.volumeId, 'ALARM');
    await run.world.clock.advance(MINUTE_MS);
    await answer(run, 'approved');
    await pass(run, 40 * MINUTE_MS);
    expect(changes(run)).toHaveLength(1);
    const { plan } = await theIncident(run);
    expect(plan?.steps).toMatchObject([{ goal: { from: { iops: 4_500 }, to: { iops: 6_750 } } }]);
  });

  test('after a step back an alarm raises it again, six hours after the last change at the earliest', async () => {
    const run = await raised();
    await use(run);
    await days(run, 8);
    expect(await provisioned(run)).toMatchObject({ iops: 3_000 });
    const [, loweredAt = 0] = askedAt(run);
    await use(run, BUSY);
    await run.world.clock.advance(30 * MINUTE_MS);
    alarm(run, run.volumeId, 'ALARM');
    await pass(run, 8 * HOUR_MS);
    expect(await provisioned(run)).toMatchObject({ iops: 4_500 });
    expect((askedAt(run)[2] ?? 0) - loweredAt).toBeGreaterThanOrEqual(6 * HOUR_MS);
  });

  test('in mode observe it is said once in that time, and nothing is changed', async () => {
    const run = await wasRaised({ mode: 'observe' });
    await use(run);
    await days(run, 10);
    expect(await theIncident(run)).toMatchObject({ generation: 1, outcome: { kind: 'observed' } });
    expect(await provisioned(run)).toMatchObject({ iops: 4_500 });
  });
});
