import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../shared/clock.ts';
import { claimCooldown, readCooldown, releaseCooldown } from '../../shared/incident/cooldowns.ts';
import type { Step } from '../../shared/incident/plan.ts';
import { MemoryTable } from '../../simulator/table.ts';
import { scheduled } from '../support/scheduled.ts';

const NOW = Date.parse('2026-11-03T14:00:00Z');
const CLUSTER = { name: 'prod', account: '210987654321', region: 'eu-west-1' };
const HALF_HOUR = 30 * MINUTE_MS;

type Work = Pick<Step, 'action' | 'targets'>;
type Target = Step['targets'][number];

const node = (id: string): Target => ({ kind: 'node', id, name: id });
const drain: Work = { action: 'drain', targets: [node('n-1')] };
const by = (incidentId: string, now = NOW) => ({
  incidentId,
  generation: 1,
  key: `key-${incidentId}`,
  now,
  cooldownMs: HALF_HOUR,
});

describe('T10: two workers begin the same action on the same target', () => {
  test('one of them has it, in 10,000 interleavings', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.boolean(), async (scheduler, hasEarlier) => {
        const memory = new MemoryTable();
        if (hasEarlier) await claimCooldown(memory, CLUSTER, drain, by('before', NOW - HALF_HOUR));
        const table = scheduled(memory, scheduler);
        const claims = Promise.all(['a', 'b'].map((id) => claimCooldown(table, CLUSTER, drain, by(id))));
        const [a, b] = await scheduler.waitFor(claims);
        expect([a, b].filter((other) => other === undefined)).toHaveLength(1);
        const row = await readCooldown(memory, CLUSTER, drain);
        expect(row?.incidentId).toBe(a === undefined ? 'a' : 'b');
      }),
      { numRuns: 10_000 },
    );
  }, 60_000);

  test('with targets in common at most one has them, and the other leaves nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const memory = new MemoryTable();
        const table = scheduled(memory, scheduler);
        const left = { action: 'drain', targets: [node('n-1'), node('n-2')] } satisfies Work;
        const right = { action: 'drain', targets: [node('n-2'), node('n-3')] } satisfies Work;
        const claims = Promise.all([
          claimCooldown(table, CLUSTER, left, by('left')),
          claimCooldown(table, CLUSTER, right, by('right')),
        ]);
        const [ofLeft, ofRight] = await scheduler.waitFor(claims);
        expect([ofLeft, ofRight].filter((other) => other === undefined)).toHaveLength(1);
        const lone = {
          action: 'drain',
          targets: [node(ofLeft === undefined ? 'n-3' : 'n-1')],
        } satisfies Work;
        expect((await readCooldown(memory, CLUSTER, lone))?.until ?? 0).toBeLessThanOrEqual(NOW);
      }),
      { numRuns: 1_000 },
    );
  }, 60_000);
});

describe('cool-downs', () => {
  test('taking it again is taking it once; another action, target or cluster has its own', async () => {
    const table = new MemoryTable();
    expect(await claimCooldown(table, CLUSTER, drain, by('a'))).toBeUndefined();
    expect(await claimCooldown(table, CLUSTER, drain, by('a', NOW + MINUTE_MS))).toBeUndefined();
    expect((await readCooldown(table, CLUSTER, drain))?.until).toBe(NOW + HALF_HOUR);
    expect(await claimCooldown(table, CLUSTER, { ...drain, action: 'cordon' }, by('b'))).toBeUndefined();
    expect(
      await claimCooldown(table, CLUSTER, { ...drain, targets: [node('n-9')] }, by('b')),
    ).toBeUndefined();
    expect(await claimCooldown(table, { ...CLUSTER, name: 'other' }, drain, by('b'))).toBeUndefined();
    expect(await claimCooldown(table, CLUSTER, drain, by('b'))).toMatchObject({ incidentId: 'a' });
  });

  test('a later generation of the same incident waits like anybody else', async () => {
    const table = new MemoryTable();
    await claimCooldown(table, CLUSTER, drain, by('a'));
    const later = { ...by('a'), generation: 2 };
    expect(await claimCooldown(table, CLUSTER, drain, later)).toMatchObject({ generation: 1 });
    expect(await claimCooldown(table, CLUSTER, drain, { ...later, now: NOW + HALF_HOUR })).toBeUndefined();
  });

  test('only its holder gives it back, and then it is free', async () => {
    const table = new MemoryTable();
    await claimCooldown(table, CLUSTER, drain, by('a'));
    await releaseCooldown(table, CLUSTER, drain, by('b'));
    expect(await claimCooldown(table, CLUSTER, drain, by('b'))).toBeDefined();
    await releaseCooldown(table, CLUSTER, drain, by('a'));
    expect(await claimCooldown(table, CLUSTER, drain, by('b', NOW + 1))).toBeUndefined();
  });

  test('DynamoDB may delete the row when it is over, not before', async () => {
    const table = new MemoryTable();
    await claimCooldown(table, CLUSTER, drain, by('a'));
    const [item] = table.items();
    expect(Number(item?.expiresAt) * 1_000).toBeGreaterThanOrEqual(NOW + HALF_HOUR);
  });
});
