import { describe, expect, test } from 'vitest';
import type { NodeInterruptionPolicy } from '../../functions/node-interruption/policy.ts';
import { HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { assertNoMutations } from '../../simulator/invariants.ts';
import type { World } from '../../simulator/world.ts';
import type { WorldInput } from '../../simulator/world-file.ts';
import { defaultPolicy } from '../support/policy.ts';
import { type SimulateOptions, simulate } from '../support/simulate.ts';

type Group = WorldInput['clusters'][number]['groups'][number];

const cordon: NodeInterruptionPolicy = {
  ...defaultPolicy,
  rebalance: { ...defaultPolicy.rebalance, action: 'cordon' },
};

function pools(...groups: Group[]): WorldInput {
  return {
    clusters: [{ name: 'prod', groups, workloads: [{ name: 'api', namespace: 'web', replicas: 4 }] }],
  };
}

function pool(name: string, count: number, over: Partial<Group> = {}): Group {
  return { name, kind: 'self-managed', lifecycle: 'spot', count, ...over };
}

/** Every node of the world gets its recommendation in the same instant. */
function recommendAll(world: World): void {
  for (const node of world.nodes()) world.rebalance(node.id);
}

/** Follows how many nodes are out at once, after every change, by group and zone. */
function watchOut(world: World) {
  const seen = { most: 0, groups: 0, zones: 0 };
  world.calls.onCall((call) => {
    if (call.method !== 'patchNode') return;
    const out = world.nodes().filter((node) => node.unschedulable);
    const perGroup = Map.groupBy(out, ({ group }) => group);
    seen.most = Math.max(seen.most, out.length);
    seen.groups = Math.max(seen.groups, ...[...perGroup.values()].map((nodes) => nodes.length));
    seen.zones = Math.max(seen.zones, new Set(out.map(({ zone }) => zone)).size);
  });
  return seen;
}

function cordonTimes(world: World): number[] {
  const patches = world.calls.calls.filter(({ method, applied }) => method === 'patchNode' && applied);
  return patches
    .filter(({ args }) => JSON.stringify(args).includes('"unschedulable":true'))
    .map(({ at }) => at);
}

async function storm(world: WorldInput, options: SimulateOptions = {}, forMs = 5 * MINUTE_MS) {
  const run = simulate({ world, policy: cordon, ...options });
  const out = watchOut(run.world);
  await run.world.clock.advance(60_000);
  recommendAll(run.world);
  await run.world.clock.advance(forMs);
  return { ...run, out, incidents: await run.simulation.incidents() };
}

function reasonsOf(incident: Incident): string {
  return (incident.verdicts ?? []).map(({ reason }) => reason).join();
}

describe('T19: pools of different size', () => {
  test('the only node of a pool is a person’s decision', async () => {
    const { world, incidents } = await storm(pools(pool('one', 1)));
    assertNoMutations(world);
    const [incident] = incidents;
    expect(incident?.questions.map(({ step }) => step.action)).toEqual(['cordon']);
    expect(reasonsOf(incident as Incident)).toContain('the only node of group');
  });

  test.each([2, 3, 5])('of %i nodes exactly one is taken, and the others say why not', async (count) => {
    const { world, incidents } = await storm(pools(pool('several', count)));
    expect(cordonTimes(world)).toHaveLength(1);
    const held = incidents.filter(({ records }) => records.length === 0);
    expect(held).toHaveLength(count - 1);
    for (const incident of held) expect(reasonsOf(incident)).toContain('disruption-budget: ');
  });

  test('a pool with a node that is down already gives up none, however small', async () => {
    const run = simulate({ world: pools(pool('pair', 2)), policy: cordon });
    run.world.runtime('prod').machineDied(run.world.instance('pair/1').privateDnsName);
    await run.world.clock.advance(2 * MINUTE_MS);
    run.world.rebalance('pair/0');
    await run.world.clock.advance(5 * MINUTE_MS);
    assertNoMutations(run.world);
    const [incident] = await run.simulation.incidents();
    expect(reasonsOf(incident as Incident)).toContain('1 of 2 nodes of the cluster are out, 1 may be');
  });

  test('when its time is over the incident closes as refused, with the budget’s reason', async () => {
    const { incidents, simulation } = await storm(pools(pool('several', 3)), {}, 2 * HOUR_MS);
    await simulation.settle();
    const refused = (await simulation.incidents()).filter(({ outcome }) => outcome?.kind === 'refused');
    expect(refused.length).toBe(incidents.length - 1);
    for (const { outcome } of refused) expect(outcome?.details.join()).toContain('disruption-budget: ');
  });
});

describe('a budget that cannot be read', () => {
  test('is no budget with room: nothing is begun, and the reason is shown', async () => {
    const faults = new FaultPlan();
    const run = simulate({ world: pools(pool('several', 3)), policy: cordon, faults });
    run.world.calls.onCall((call) => {
      const [key] = call.args as [{ pk?: string }];
      if (call.method === 'get' && key.pk?.startsWith('DISRUPTIONS#') === true)
        faults.add({ call: call.n, fault: { kind: 'throttle' } });
    });
    await run.world.clock.advance(MINUTE_MS);
    run.world.rebalance('several/0');
    await run.world.clock.advance(5 * MINUTE_MS);
    assertNoMutations(run.world);
    const [incident] = await run.simulation.incidents();
    expect(reasonsOf(incident as Incident)).toContain('disruption-budget: the budget could not be read');
  });
});

describe('T20: 500 candidates at once', () => {
  const groups = Array.from({ length: 10 }, (_, index) =>
    pool(`pool-${index}`, 50, { zones: [`eu-west-1${'abc'[index % 3]}`] }),
  );

  test('at most three are begun within an hour, one a group, one zone at a time', async () => {
    const { world, out, incidents } = await storm(pools(...groups), {}, 30 * MINUTE_MS);
    expect(incidents).toHaveLength(500);
    expect(cordonTimes(world)).toHaveLength(3);
    expect(out).toMatchObject({ groups: 1, zones: 1 });
  }, 120_000);

  test('with a larger rate the share of the cluster holds at every moment', async () => {
    const budget = { share: 0.01, floor: 1, perHour: 100 };
    const { world, out } = await storm(
      pools(...groups.map((group) => ({ ...group, zones: ['eu-west-1a'] }))),
      {
        budget,
      },
    );
    expect(cordonTimes(world).length).toBe(5);
    expect(out.most).toBeLessThanOrEqual(5);
    expect(out.groups).toBe(1);
  }, 120_000);

  test('warnings are never held back by the budget, but use it up', async () => {
    const run = simulate({ world: pools(pool('spot', 12)), policy: cordon });
    await run.world.clock.advance(60_000);
    for (let index = 0; index < 11; index++) run.world.interrupt(`spot/${index}`);
    await run.world.clock.advance(10_000);
    expect(run.world.nodes().filter(({ unschedulable }) => unschedulable)).toHaveLength(11);
    run.world.rebalance('spot/11');
    await run.world.clock.advance(30_000);
    expect(cordonTimes(run.world)).toHaveLength(11);
  });
});
