import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import type { World } from '../../simulator/world.ts';
import type { WorldInput } from '../../simulator/world-file.ts';
import { defaultPolicy } from '../support/policy.ts';
import { mutations, type Simulated, simulate } from '../support/simulate.ts';

const ZONES = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'];
const cordon = { ...defaultPolicy, rebalance: { ...defaultPolicy.rebalance, action: 'cordon' as const } };
const ROOMY = { share: 0.5, floor: 9, perHour: 100 };

/** A group of twenty nodes in each zone, and one of three nodes that are about to be moved on purpose. */
function zones(): WorldInput {
  const group = (name: string, zone: string, count: number) => ({
    name,
    kind: 'self-managed' as const,
    lifecycle: 'spot' as const,
    count,
    zones: [zone],
  });
  const [first = ''] = ZONES;
  const groups = [...ZONES.map((zone, index) => group(`pool-${index}`, zone, 20)), group('aside', first, 3)];
  return {
    clusters: [{ name: 'prod', groups, workloads: [{ name: 'api', namespace: 'web', replicas: 4 }] }],
  };
}

/** So many nodes of the first zone are warned within a minute; then one node is recommended to be moved. */
async function afterWarnings(count: number): Promise<Simulated> {
  const run = simulate({ world: zones(), policy: cordon, budget: ROOMY });
  await run.world.clock.advance(MINUTE_MS);
  for (let index = 0; index < count; index++) run.world.interrupt(`pool-0/${index}`);
  await run.world.clock.advance(MINUTE_MS);
  run.world.rebalance('aside/0');
  await run.world.clock.advance(MINUTE_MS);
  return run;
}

async function brakeOf({ world, simulation }: Simulated) {
  const { id } = world.instance('aside/0');
  const incident = (await simulation.incidents()).find(({ subject }) => subject.id === id);
  const guards = incident?.verdicts?.flatMap((verdict) => verdict.guards) ?? [];
  return guards.find(({ guard }) => guard === 'correlated-failure');
}

function cordoned(world: World): number {
  return mutations(world).filter((line) => line.startsWith('patchNode')).length;
}

describe('T17: a zone of twenty loses nodes, one more node would be moved on purpose', () => {
  // Every node that AWS takes is treated, whatever the brake says of the other.
  test.each([1, 3])('%i warned: they and the other are treated', async (count) => {
    const run = await afterWarnings(count);
    expect(cordoned(run.world)).toBe(count + 1);
  });

  test.each([
    [4, '4 went bad within 10 m 00 s, more than 3; the cluster has 63 nodes'],
    [13, 'zone event, hands off: 13 of 23 nodes of eu-west-1a went bad within 10 m 00 s'],
    [20, 'zone event, hands off: 20 of 23 nodes'],
  ])('%i warned: they are treated, the other waits: %s', async (count, reason) => {
    const run = await afterWarnings(count);
    expect(await brakeOf(run)).toMatchObject({ verdict: 'refuse', reason: expect.stringContaining(reason) });
    expect(cordoned(run.world)).toBe(count);
  });

  test('when ten minutes have passed what was held back is done', async () => {
    const run = await afterWarnings(4);
    expect(cordoned(run.world)).toBe(4);
    await run.world.clock.advance(10 * MINUTE_MS);
    expect(cordoned(run.world)).toBe(5);
  });

  test('held back until it was too late, it ends as refused with the counts', async () => {
    const run = await afterWarnings(4);
    for (let warned = 4; warned < 20; warned++) {
      await run.world.clock.advance(4 * MINUTE_MS);
      run.world.interrupt(`pool-0/${warned}`);
      run.world.interrupt(`pool-1/${warned}`);
    }
    await run.world.clock.advance(HOUR_MS);
    const { id } = run.world.instance('aside/0');
    const incident = (await run.simulation.incidents()).find(({ subject }) => subject.id === id);
    expect(incident?.outcome).toMatchObject({
      kind: 'refused',
      summary: expect.stringContaining('held back until it was too late: correlated-failure: '),
    });
  });
});

describe('what counts as having gone bad', () => {
  function rows({ world }: Simulated): string[] {
    return world.table
      .items()
      .filter(({ pk }) => pk.startsWith('WENT-BAD#'))
      .map((item) => `${String(item['subject'])} ${String(item['zone'])}`);
  }

  test('a warning and its end are one, a recommendation is none, a foreign event costs nothing', async () => {
    const run = simulate({ world: zones(), policy: cordon });
    await run.world.clock.advance(MINUTE_MS);
    run.world.rebalance('pool-1/0');
    run.world.interrupt('pool-0/0');
    await run.world.clock.advance(10 * MINUTE_MS);
    expect(rows(run)).toEqual([`${run.world.instance('pool-0/0').id} eu-west-1a`]);
  });

  test('a machine that ends unannounced counts once, however many states it goes through', async () => {
    const run = simulate({ world: zones() });
    await run.world.clock.advance(MINUTE_MS);
    run.world.stop('pool-2/0');
    await run.world.clock.advance(10 * MINUTE_MS);
    expect(new Set(rows(run)).size).toBe(1);
  });
});
