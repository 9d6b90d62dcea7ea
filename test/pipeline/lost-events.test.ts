import { describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../shared/clock.ts';
import type { CloudEvent } from '../../simulator/events.ts';
import { assertAppliedOnce, assertNoEmptyIds, watchAuthorisation } from '../../simulator/invariants.ts';
import type { World } from '../../simulator/world.ts';
import type { WorldInput } from '../../simulator/world-file.ts';
import { defaultPolicy } from '../support/policy.ts';
import { byItsAction, type Simulated, simulate } from '../support/simulate.ts';

const policy = {
  ...defaultPolicy,
  terminationHooks: { names: ['drain'], drainWithin: 60 * MINUTE_MS },
};

/** Nobody but us cleans up: no cloud controller, no replacement of what was lost. */
const world: WorldInput = {
  clusters: [
    {
      name: 'prod',
      cloudController: false,
      groups: [
        { name: 'spot', kind: 'self-managed', lifecycle: 'spot', count: 20, replaceUnhealthy: false },
        {
          name: 'hooked',
          kind: 'self-managed',
          count: 10,
          terminateHooks: [{ name: 'drain', heartbeat: '2h' }],
        },
      ],
      workloads: [
        { name: 'api', namespace: 'web', replicas: 40 },
        { name: 'db', namespace: 'data', kind: 'StatefulSet', replicas: 6, volume: true },
      ],
    },
  ],
};

/** About 30 %, the same ones in every run of one seed. */
function losing(seed: number): (event: CloudEvent) => boolean {
  let state = seed * 7919 + 17;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state % 100 < 30;
  };
}

async function play(
  loses: ((event: CloudEvent) => boolean) | undefined,
  sweeps: number,
  of: WorldInput = world,
): Promise<Simulated> {
  const run = simulate({ world: of, policy, ...(loses && { loses }) });
  const watch = watchAuthorisation(run.world, byItsAction);
  await run.world.clock.advance(60_000);
  for (let index = 0; index < 4; index++) {
    run.world.interrupt(`spot/${index}`);
    run.world.interrupt(`spot/${index + 4}`, 'stop');
    run.world.terminate(`spot/${index + 8}`);
    run.world.stop(`spot/${index + 12}`);
    run.world.scaleIn(`hooked/${index}`);
  }
  // The last event is sent after three minutes; from then on only the sweep can know more.
  await run.world.clock.advance(4 * MINUTE_MS);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    await run.world.clock.advance(5 * MINUTE_MS);
    await run.simulation.sweep();
  }
  await run.world.clock.advance(15 * MINUTE_MS);
  await run.simulation.settle(180 * MINUTE_MS);
  watch.assert();
  assertAppliedOnce(run.world);
  assertNoEmptyIds(run.world);
  return run;
}

/** What is left undone: dead machines with a Node or pods, hooks that still wait. */
function leftovers(of: World): string[] {
  const dead = of.nodes().filter(({ state }) => state === 'terminated' || state === 'stopped');
  const ghosts = dead.filter(({ state, node }) => state === 'terminated' && node !== 'absent');
  const hung = dead.filter(({ state, pods }) => state === 'stopped' && pods.length > 0);
  const waiting = of.fleet.lifecycleActions.filter(({ endedAt }) => endedAt === undefined);
  return [
    ...ghosts.map(({ id }) => `ghost ${id}`),
    ...hung.map(({ id }) => `pods on ${id}`),
    ...waiting.map(({ instanceId }) => `hook of ${instanceId}`),
  ];
}

describe('T06: 30 % of the events are lost', () => {
  test.each([1, 2, 3, 4, 5])(
    'seed %i: two sweeps find everything, and nothing is done twice',
    async (seed) => {
      const run = await play(losing(seed), 2);
      expect(leftovers(run.world)).toEqual([]);
      const incidents = await run.simulation.incidents();
      expect(incidents).toHaveLength(20);
      expect(incidents.map(({ status }) => status)).toEqual(incidents.map(() => 'closed'));
      const completed = run.world.calls.calls.filter(
        ({ method, applied }) => method === 'completeAction' && applied,
      );
      expect(completed).toHaveLength(4);
    },
  );

  test('all of them: the sweep alone finds every dead machine and every hook', async () => {
    const run = await play(() => true, 2);
    expect(leftovers(run.world)).toEqual([]);
  });

  test('without a sweep they stay: it is the sweep that finds them', async () => {
    const run = await play(() => true, 0);
    expect(leftovers(run.world).length).toBeGreaterThan(8);
  });

  test('no event lost and a cloud controller at work: the sweeps open nothing of their own', async () => {
    const [cluster] = world.clusters;
    if (cluster === undefined) throw new Error('no cluster');
    const run = await play(undefined, 3, { clusters: [{ ...cluster, cloudController: true }] });
    expect(leftovers(run.world)).toEqual([]);
    const bySweep = (await run.simulation.incidents()).flatMap(({ signals }) =>
      signals.filter(({ data }) => data['foundBy'] === 'sweep'),
    );
    expect(bySweep).toEqual([]);
  });

  test('in observe every dead machine is opened once, however many sweeps see it', async () => {
    const run = simulate({ world, policy, mode: 'observe', loses: () => true });
    await run.world.clock.advance(60_000);
    run.world.terminate('spot/0');
    for (let sweep = 0; sweep < 12; sweep++) {
      await run.world.clock.advance(5 * MINUTE_MS);
      await run.simulation.sweep();
    }
    await run.simulation.settle();
    const [incident, ...others] = await run.simulation.incidents();
    expect(others).toEqual([]);
    expect(incident).toMatchObject({ generation: 1, outcome: { kind: 'observed' } });
  });
});
