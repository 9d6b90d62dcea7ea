import { describe, expect, test } from 'vitest';
import { TROUBLE } from '../../functions/ebs-saturation/events.ts';
import { MINUTE_MS } from '../../shared/clock.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import { GUARDED } from '../../simulator/breaker.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { requestsIn, type Stage, saturate, stageWith } from './stage.ts';

const THROTTLED_MS = 15 * MINUTE_MS;

/** A volume is looked after for a quarter of an hour, in which AWS throttles this share of the calls. */
async function playThrottled(percent: number): Promise<{ during: Map<string, number>; stage: Stage }> {
  const stage = stageWith(new FaultPlan(), 3, { database: true });
  const { world, simulation, faults } = stage;
  await world.clock.advance(10 * MINUTE_MS);
  saturate(stage);
  await world.clock.advance(MINUTE_MS);
  const from = world.clock.now();
  for (const port of percent === 0 ? [] : GUARDED)
    world.clock.after(THROTTLED_MS, faults.add({ port, percent, fault: { kind: 'throttle' } }));
  for (let passed = 0; passed < THROTTLED_MS; passed += 5 * MINUTE_MS) {
    await world.clock.advance(5 * MINUTE_MS);
    await simulation.sweep();
  }
  const during = Map.groupBy(
    requestsIn(stage).filter(({ at }) => at >= from),
    ({ port }) => port,
  );
  await world.clock.advance(10 * MINUTE_MS);
  return { during: new Map([...during].map(([port, calls]) => [port, calls.length])), stage };
}

async function incidentOf({ simulation }: Stage): Promise<Incident | undefined> {
  return (await simulation.incidents()).find(({ trouble }) => trouble === TROUBLE);
}

describe('T24: every AWS call is throttled for 15 minutes while a volume is looked after', () => {
  test.each([100, 50])(
    '%s percent: no port is asked more than 1.1 times as often as in a calm run',
    async (percent) => {
      const [calm, { during }] = [await playThrottled(0), await playThrottled(percent)];
      expect(calm.during.get('volumes')).toBeGreaterThan(5);
      expect(calm.during.get('usage')).toBeGreaterThan(5);
      for (const [port, sent] of during) expect(sent).toBeLessThanOrEqual(1.1 * (calm.during.get(port) ?? 0));
    },
  );

  test.each([100, 50])(
    '%s percent: the incident stays open, nothing is lost, and afterwards it knows the cause again',
    async (percent) => {
      const { stage } = await playThrottled(percent);
      const incident = await incidentOf(stage);
      expect(incident).toMatchObject({ status: 'open' });
      expect(incident?.plan?.findings[0]?.cause).toBe(
        (await incidentOf((await playThrottled(0)).stage))?.plan?.findings[0]?.cause,
      );
      expect(stage.simulation.lane(TROUBLE, 'lifecycle').deadLetters).toEqual([]);
      expect([...stage.simulation.guards.values()].flatMap((guard) => guard.open())).toEqual([]);
    },
  );
});
