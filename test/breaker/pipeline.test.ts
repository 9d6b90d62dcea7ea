import { describe, expect, test } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { GUARDED } from '../../simulator/breaker.ts';
import { FaultPlan, type FaultRuleInput } from '../../simulator/faults.ts';
import { endings, lanesOf, playDay, requestsIn, type Stage, stageWith, toolIncidents } from './stage.ts';

const THROTTLED_MS = 15 * MINUTE_MS;
const WARNINGS = 60;
const GRACE_MS = 2 * MINUTE_MS;

/** A warning every 15 s for a quarter of an hour, in which AWS throttles this share of the calls. */
async function playThrottled(percent: number): Promise<{ during: number; stage: Stage }> {
  const stage = stageWith(new FaultPlan(), WARNINGS);
  const { world, faults } = stage;
  await world.clock.advance(10 * MINUTE_MS);
  const from = world.clock.now();
  for (const port of percent === 0 ? [] : GUARDED)
    world.clock.after(THROTTLED_MS, faults.add({ port, percent, fault: { kind: 'throttle' } }));
  for (let warning = 0; warning < WARNINGS; warning++) {
    world.interrupt(`spot/${warning}`, 'terminate');
    await world.clock.advance(THROTTLED_MS / WARNINGS);
  }
  await world.clock.advance(5 * MINUTE_MS);
  const during = requestsIn(stage).filter(({ at }) => at >= from && at < from + THROTTLED_MS).length;
  return { during, stage };
}

/** Here "needed" is what the same quarter of an hour sends to AWS when nothing is throttled. */
describe('T24: every AWS call of the whole pipeline is throttled for 15 minutes, then none', () => {
  test('100 % and 50 %: at most 1.1 times the requests of a calm run, and every warned node is treated', async () => {
    const calm = await playThrottled(0);
    expect(calm.during).toBeGreaterThan(500);
    for (const percent of [100, 50]) {
      const { during, stage } = await playThrottled(percent);
      expect(during).toBeLessThanOrEqual(1.1 * calm.during);
      const ended = await endings(stage);
      expect(ended).toHaveLength(WARNINGS);
      for (const each of ended) {
        expect(each).toMatchObject({ outcome: 'fixed' });
        expect(each.drainedMs).toBeLessThan(30 * SECOND_MS);
      }
      expect(stage.simulation.lane('node-interruption').deadLetters).toEqual([]);
      const open = [...stage.simulation.guards.values()].flatMap((guard) => guard.open());
      expect(open).toEqual([]);
    }
  }, 120_000);
});

/** What the notice lane and the lane of throttled calls came to, with one API gone bad. */
async function playWith(rule?: FaultRuleInput) {
  const stage = stageWith(new FaultPlan(rule === undefined ? [] : [rule]), 12);
  await stage.world.clock.advance(10 * MINUTE_MS);
  await playDay(stage, 10, 5);
  await stage.world.clock.advance(5 * MINUTE_MS);
  return { spot: await endings(stage), tool: await toolIncidents(stage), lanes: lanesOf(stage) };
}

const slow = { kind: 'slow', for: '30s' } as const;

describe('T25: one API answers after 30 seconds', () => {
  test.each([
    ['EKS', { port: 'eks', fault: slow }],
    ['Auto Scaling', { port: 'autoscaling', fault: slow }],
  ] as const)(
    '%s: the Spot lane to the millisecond as without, nothing is lost in any lane',
    async (_name, rule) => {
      const [calm, bad] = [await playWith(), await playWith(rule)];
      expect(calm.spot).toHaveLength(5);
      expect(bad.spot).toEqual(calm.spot);
      expect(bad.tool).toEqual(calm.tool);
      expect(bad.lanes).toEqual(calm.lanes);
    },
    60_000,
  );

  // The client gives up after four seconds and does not try again (test/aws/ports.test.ts).
  test('EC2, which the Spot lane itself asks: every node is drained within its two minutes', async () => {
    const silent = { kind: 'hang', for: '4s' } as const;
    const [calm, bad] = [
      await playWith(),
      await playWith({ port: 'ec2', method: 'describeInstances', fault: silent }),
    ];
    expect(bad.spot.map(({ id }) => id)).toEqual(calm.spot.map(({ id }) => id));
    for (const { outcome, drainedMs, endedMs } of bad.spot) {
      expect(outcome).toBe('fixed');
      expect(drainedMs).toBeLessThan(30 * SECOND_MS);
      expect(endedMs).toBeLessThan(GRACE_MS);
    }
    expect(bad.tool).toEqual(calm.tool);
    expect(bad.lanes).toEqual(calm.lanes);
  }, 60_000);
});
