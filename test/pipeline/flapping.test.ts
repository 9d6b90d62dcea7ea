import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import type { World } from '../../simulator/world.ts';
import { defaultPolicy } from '../support/policy.ts';
import { poke, setUpProbe } from '../support/probe.ts';
import { blockedWorld, mutations, onlyIncident, simulate } from '../support/simulate.ts';

const TOGGLE_MS = 30 * SECOND_MS;
/** The budget is not what holds anything back here. */
const ROOMY = { share: 0.5, floor: 3, perHour: 100 };

/** A drain that works each time, on a subject whose trouble comes back each time. */
function relapsing() {
  return setUpProbe((probe) => ({
    actions: [poke(probe, { name: 'poke', gentle: true })],
  }));
}

type Relapsing = ReturnType<typeof relapsing>;

async function toggle({ world, ids, send }: Relapsing, forMs: number, from = 0): Promise<void> {
  for (let at = 0; at < forMs; at += TOGGLE_MS) {
    send(`toggle-${from + at}`, ids[0] ?? '');
    await world.clock.advance(TOGGLE_MS);
  }
}

function paged(world: World) {
  return world.topic.messages.filter(({ body }) => body.includes('Needs a person'));
}

describe('T21: a signal that toggles every 30 s for 6 h', () => {
  test('three actions, then the quarantine and one page; nobody hears of the other 717', async () => {
    const run = relapsing();
    await toggle(run, 6 * HOUR_MS);
    expect(run.probe.applied).toHaveLength(3);
    const [page, ...more] = paged(run.world);
    expect(more).toEqual([]);
    expect(page?.attributes).toMatchObject({ stage: 'closed', severity: 'high' });
    expect(page?.body).toContain('treated 3 of 3 within 24 h 00 m and it came back');
    expect(run.world.topic.messages.at(-1)).toEqual(page);
    const incident = await onlyIncident(run.simulation);
    expect(incident.generation).toBe(720);
    expect(incident.outcome).toMatchObject({
      kind: 'refused',
      details: [expect.stringContaining('quarantine')],
    });
  }, 60_000);

  test('a day later it may be tried again, and told again', async () => {
    const run = relapsing();
    await toggle(run, 10 * MINUTE_MS);
    await run.world.clock.advance(DAY_MS);
    await toggle(run, 10 * MINUTE_MS, DAY_MS);
    expect(run.probe.applied).toHaveLength(6);
    expect(paged(run.world)).toHaveLength(2);
  });

  test('another subject has its own count', async () => {
    const run = relapsing();
    await toggle(run, 5 * MINUTE_MS);
    run.send('another', run.ids[1] ?? '');
    await run.simulation.settle();
    expect(run.probe.applied.filter((id) => id === run.ids[1])).toHaveLength(1);
  });

  test('where the mode forbids it anyway nobody is paged', async () => {
    const rebalance = { ...defaultPolicy.rebalance, action: 'cordon' as const, ttl: 5 * MINUTE_MS };
    const run = simulate({ policy: { ...defaultPolicy, rebalance }, budget: ROOMY });
    const recommend = async () => {
      run.world.rebalance('spot/0');
      await run.world.clock.advance(10 * MINUTE_MS);
    };
    for (let round = 0; round < 3; round++) await recommend();
    expect(mutations(run.world)).toHaveLength(6);
    run.setMode('observe');
    await recommend();
    expect(paged(run.world)).toHaveLength(0);
    run.setMode('auto');
    await recommend();
    expect(paged(run.world)).toHaveLength(1);
    expect(mutations(run.world)).toHaveLength(6);
  });
});

describe('T21: a drain that no pod can follow', () => {
  const rebalance = {
    ...defaultPolicy.rebalance,
    action: 'launch-then-drain' as const,
    drainWithin: MINUTE_MS,
  };
  const policy = { ...defaultPolicy, rebalance };
  // The group's own maximum is not what ends it.
  const blocked = {
    clusters: blockedWorld.clusters.map((cluster) => ({
      ...cluster,
      groups: cluster.groups.map((group) => ({ ...group, max: 100 })),
    })),
  };

  test.each([
    ['30 s', TOGGLE_MS],
    ['20 minutes', 20 * MINUTE_MS],
  ])(
    'is begun at most three times while recommendations come every %s for 6 h',
    async (_, everyMs) => {
      const run = simulate({ policy, world: blocked, budget: ROOMY });
      await run.world.clock.advance(MINUTE_MS);
      const end = run.world.clock.now() + 6 * HOUR_MS;
      while (run.world.clock.now() < end) {
        run.world.rebalance('spot/0');
        await run.world.clock.advance(everyMs);
      }
      const raises = mutations(run.world).filter((line) => line.startsWith('setDesiredCapacity'));
      expect(raises).toHaveLength(3);
      expect(paged(run.world)).toHaveLength(1);
      expect((await onlyIncident(run.simulation)).quarantine?.is).toBe('quiet');
    },
    60_000,
  );
});
