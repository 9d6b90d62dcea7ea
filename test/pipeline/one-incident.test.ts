import { describe, expect, test } from 'vitest';
import { isoTime } from '../../shared/clock.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { CloudEvent } from '../../simulator/events.ts';
import { assertAppliedOnce, assertNoEmptyIds, watchAuthorisation } from '../../simulator/invariants.ts';
import type { World } from '../../simulator/world.ts';
import { defaultPolicy } from '../support/policy.ts';
import { byItsAction, cutOff, onlyIncident, type Simulated, simulate, TROUBLE } from '../support/simulate.ts';

/** What the world does, and what is told of it: the first four are events, the last is the Node itself. */
const STEPS = ['rebalance', 'warning', 'shutting-down', 'terminated', 'node-deleted'] as const;
type Step = (typeof STEPS)[number];

const policy = { ...defaultPolicy, rebalance: { ...defaultPolicy.rebalance, action: 'cordon' as const } };
const REBALANCED_AT = 60_000;
const WARNED_AT = 120_000;
/** Two minutes of notice, then half a minute to shut down. */
const TERMINATED_AT = WARNED_AT + 150_000;
const GAP_MS = 45_000;

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  );
}

/** The events as AWS would write them, whenever they arrive. */
function eventOf(world: World, step: Step, start: number): CloudEvent | undefined {
  const { id } = world.instance('spot/0');
  const { account, region } = world.spec;
  const words: Partial<Record<Step, [number, string, Record<string, string>]>> = {
    rebalance: [REBALANCED_AT, 'EC2 Instance Rebalance Recommendation', {}],
    warning: [WARNED_AT, 'EC2 Spot Instance Interruption Warning', { 'instance-action': 'terminate' }],
    'shutting-down': [
      WARNED_AT + 120_000,
      'EC2 Instance State-change Notification',
      { state: 'shutting-down' },
    ],
    terminated: [TERMINATED_AT, 'EC2 Instance State-change Notification', { state: 'terminated' }],
  };
  const [after, detailType, detail] = words[step] ?? [];
  if (after === undefined || detailType === undefined) return undefined;
  return {
    version: '0',
    id: `event-${step}`,
    source: 'aws.ec2',
    'detail-type': detailType,
    account,
    region,
    time: isoTime(start + after),
    resources: [],
    detail: { 'instance-id': id, ...detail },
  };
}

interface Played extends Simulated {
  incident: Incident;
  terminatedAt: number;
}

/**
 * The world goes its way (a recommendation, a warning, the end); its events arrive in the given order, the first
 * with the warning and the others 45 s apart, each `copies` times more. `node-deleted` removes the Node by hand at
 * its turn if the machine is off by then; otherwise the cloud controller does it.
 */
async function play(order: readonly Step[], copies: number): Promise<Played> {
  const run = simulate({ policy, loses: () => true });
  const { world, simulation } = run;
  const watch = watchAuthorisation(world, byItsAction);
  const start = world.clock.now();
  world.rebalance('spot/0', start + REBALANCED_AT);
  world.interrupt('spot/0', 'terminate', start + WARNED_AT);
  for (const [turn, step] of order.entries()) {
    world.clock.at(start + WARNED_AT + 1_000 + turn * GAP_MS, () => {
      const event = eventOf(world, step, start);
      if (event !== undefined) {
        simulation.send(TROUBLE, ...Array.from({ length: 1 + copies }, () => JSON.stringify(event)));
      } else if (world.instance('spot/0').state === 'terminated') {
        world.runtime('prod').removeNode(world.instance('spot/0').privateDnsName);
      }
    });
  }
  await world.clock.advance(WARNED_AT + 400_000);
  await simulation.settle(3 * 3_600_000);
  await simulation.sweep();
  await simulation.settle();
  watch.assert();
  assertAppliedOnce(world);
  assertNoEmptyIds(world);
  return { ...run, incident: await onlyIncident(simulation), terminatedAt: start + TERMINATED_AT };
}

/** What must be the same whatever the order. */
function endState({ world, incident }: Played) {
  const { id } = world.instance('spot/0');
  const views = world.nodes();
  return {
    status: incident.status,
    node: views.find((view) => view.id === id)?.node,
    ready: views.filter((view) => view.node === 'ready' && !view.unschedulable).length,
    pods: views
      .flatMap((view) => (view.node === 'ready' ? view.pods : []))
      .filter((pod) => !pod.includes('logs')).length,
    waiting: incident.waiting,
    unheard: incident.announce - incident.announced,
  };
}

describe('T04: everything about one instance is one incident, whatever the order', () => {
  test.each(permutations(STEPS).map((order, index) => ({ order, copies: index % 3 })))(
    '$order with $copies duplicates',
    async ({ order, copies }) => {
      const played = await play(order, copies);
      expect(endState(played)).toEqual({
        status: 'closed',
        node: 'absent',
        ready: 3,
        pods: 12,
        waiting: undefined,
        unheard: 0,
      });
      const history = await played.world.clock.run(played.simulation.ledger.history(played.incident.id));
      const drains = history.filter(({ kind, text }) => kind === 'intent' && text.startsWith('drain on'));
      // Told within 46 s of the warning, there is time for every pod.
      const isInTime = order.indexOf('warning') <= 1;
      expect(drains.length).toBeGreaterThanOrEqual(isInTime ? 1 : 0);
      expect(drains.length).toBeLessThanOrEqual(1);
      if (isInTime) expect(cutOff(played.world)).toEqual([]);
      const late = played.world.calls
        .mutations()
        .filter((call) => call.at > played.terminatedAt && call.method !== 'deleteNode');
      expect(late.map((call) => call.method)).toEqual([]);
    },
  );

  test('in the order of events the pods are drained before the end, and the end is no news', async () => {
    const { incident, world } = await play(STEPS, 2);
    expect(incident).toMatchObject({ generation: 1, outcome: { kind: 'fixed' } });
    expect(incident.seen).toHaveProperty('state:terminated');
    expect(cutOff(world)).toEqual([]);
  });
});
