import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR_MS } from '../../shared/clock.ts';
import { claimDisruption, releaseDisruption } from '../../shared/incident/disruptions.ts';
import { MemoryTable } from '../../simulator/table.ts';
import { scheduled } from '../support/scheduled.ts';
import { CLUSTER, requestOf, START } from './requests.ts';

describe('runs that race for the disruption budget', () => {
  test('any number of runs at once take what there is and no more, whatever the order of their calls', async () => {
    const limits = { share: 0.1, floor: 1, perHour: 2 };
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const memory = new MemoryTable();
        const table = scheduled(memory, scheduler);
        // Each in its own group of one zone: only the rate and the compare-and-set stand between them.
        const claims = [0, 2, 4].map((node) =>
          claimDisruption(table, CLUSTER, requestOf(node, new Set(), START + HOUR_MS), limits, START),
        );
        const states = await scheduler.waitFor(Promise.all(claims));
        expect(states.filter(({ is }) => is === 'held')).toHaveLength(2);
        expect(memory.items()[0]).toMatchObject({ starts: [START, START] });
      }),
      { numRuns: 1_000 },
    );
  }, 60_000);

  test('a place that is given back while others take theirs is one place', async () => {
    const limits = { share: 0.5, floor: 1, perHour: 9 };
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const memory = new MemoryTable();
        const table = scheduled(memory, scheduler);
        const claim = (node: number, of = table) =>
          claimDisruption(of, CLUSTER, requestOf(node, new Set(), START + HOUR_MS), limits, START);
        await claim(0, memory);
        const released = releaseDisruption(table, CLUSTER, 'inc-0', START);
        await scheduler.waitFor(Promise.all([released, claim(2), claim(4)]));
        const active = memory.items()[0]?.['active'];
        const holders = (active as unknown as { incidentId: string }[]).map(({ incidentId }) => incidentId);
        expect(new Set(holders)).toEqual(new Set(['inc-2', 'inc-4']));
      }),
      { numRuns: 1_000 },
    );
  }, 60_000);
});
