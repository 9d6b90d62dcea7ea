import { describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../shared/clock.ts';
import { assertNoMutations } from '../../simulator/invariants.ts';
import type { World } from '../../simulator/world.ts';
import type { WorldInput } from '../../simulator/world-file.ts';
import { defaultPolicy } from '../support/policy.ts';
import { cutOff, onlyIncident, simulate } from '../support/simulate.ts';
import { statefulWorld } from '../support/worlds.ts';

const policy = {
  ...defaultPolicy,
  rebalance: { ...defaultPolicy.rebalance, action: 'launch-then-drain' as const },
};

const nthLabels = { 'app.kubernetes.io/name': 'aws-node-termination-handler' };
const nth = { name: 'nth', namespace: 'kube-system', kind: 'DaemonSet' as const, labels: nthLabels };

const HAPPENINGS: readonly [string, (world: World) => void][] = [
  ['a Spot warning', (world) => world.interrupt('spot/0')],
  ['a capacity reservation’s end', (world) => world.capacityInterrupt('spot/0')],
  ['a rebalance recommendation', (world) => world.rebalance('spot/0')],
];

async function play(
  world: WorldInput,
  happen: (world: World) => void,
  prepare: (world: World) => void = () => {},
) {
  const run = simulate({ world, policy });
  prepare(run.world);
  await run.world.clock.advance(MINUTE_MS);
  happen(run.world);
  await run.world.clock.advance(45 * MINUTE_MS);
  await run.simulation.settle();
  return run;
}

/** What people are told: verdicts, or the outcome when no step was planned at all. */
async function reasons({ simulation }: Awaited<ReturnType<typeof play>>): Promise<string> {
  const { outcome, verdicts, plan } = await onlyIncident(simulation);
  return JSON.stringify([outcome, verdicts, plan?.reasons]);
}

describe('T29: nodes that somebody else looks after', () => {
  describe.each(HAPPENINGS)('%s', (_name, happen) => {
    test.each([
      ['a Karpenter node', statefulWorld({ kind: 'karpenter' }), /Karpenter owns this node/],
      ['a node of EKS Auto Mode', statefulWorld({ kind: 'auto-mode' }), /EKS Auto Mode owns this node/],
      [
        'a cluster with AWS Node Termination Handler',
        statefulWorld({}, { workloads: [nth, { name: 'api', namespace: 'web', replicas: 4 }] }),
        /AWS Node Termination Handler runs: kube-system\/nth/,
      ],
    ])('%s: nothing is changed, and the reason is shown', async (_kind, world, reason) => {
      const run = await play(world, happen);
      assertNoMutations(run.world);
      expect(await reasons(run)).toMatch(reason);
    });

    test.each([
      [
        'aws-node-termination-handler/spot-itn',
        /has the node in hand: taint aws-node-termination-handler\/spot-itn/,
      ],
      ['karpenter.sh/disrupted', /Karpenter owns this node/],
    ])('a node that carries the taint %s', async (key, reason) => {
      const run = await play(statefulWorld(), happen, (world) => {
        const { cluster } = world.runtime('prod');
        const node = cluster.nodes.get(world.instance('spot/0').privateDnsName);
        if (node === undefined) throw new Error('no node');
        cluster.putNode({ ...node, spec: { ...node.spec, taints: [{ key, effect: 'NoSchedule' }] } });
      });
      assertNoMutations(run.world);
      expect(await reasons(run)).toMatch(reason);
    });
  });

  test('a NodeClaim’s instance is Karpenter’s, even before its Node carries a label', async () => {
    const run = await play(statefulWorld({ tags: { 'karpenter.sh/nodeclaim': 'default-x7k2p' } }), (world) =>
      world.interrupt('spot/0'),
    );
    assertNoMutations(run.world);
    expect(await reasons(run)).toMatch(/Karpenter owns this node/);
  });

  test('during an instance refresh nothing is replaced on purpose, but a warning is still treated', async () => {
    const world = statefulWorld({ refreshing: true });
    const recommended = await play(world, (of) => of.rebalance('spot/0'));
    assertNoMutations(recommended.world);
    expect(await reasons(recommended)).toMatch(/an instance refresh is replacing the nodes of the group/);
    const warned = await play(world, (of) => of.interrupt('spot/0'));
    expect(cutOff(warned.world)).toEqual([]);
    expect((await onlyIncident(warned.simulation)).outcome?.kind).toBe('fixed');
  });

  test('a node group that EKS repairs is not touched on purpose either', async () => {
    const world = statefulWorld({ kind: 'managed', autoRepair: true });
    const run = await play(world, (of) => of.rebalance('spot/0'));
    assertNoMutations(run.world);
    expect((await onlyIncident(run.simulation)).outcome?.kind).toBe('ignored');
  });
});

describe('capacity reservations', () => {
  test.each(['block', 'interruptible'] as const)(
    'the end of a %s is treated like a Spot warning',
    async (variant) => {
      const run = await play(statefulWorld(), (world) => world.capacityInterrupt('spot/0', variant));
      const incident = await onlyIncident(run.simulation);
      expect(incident.outcome?.kind).toBe('fixed');
      expect(incident.plan?.headline).toContain('A capacity reservation takes back node');
      expect(cutOff(run.world)).toEqual([]);
    },
  );

  test('the event’s own termination time is the deadline', async () => {
    const run = simulate({ world: statefulWorld(), loses: () => true });
    await run.world.clock.advance(MINUTE_MS);
    const now = run.world.clock.now();
    const endsAt = now + 10 * MINUTE_MS;
    const { account, region } = run.world.spec;
    run.simulation.send(
      'node-interruption',
      JSON.stringify({
        id: 'block',
        source: 'aws.ec2',
        'detail-type': 'EC2 Capacity Reservation Instance Interruption Warning',
        account,
        region,
        time: new Date(now).toISOString(),
        resources: `arn:aws:ec2:${region}:${account}:instance/${run.world.instance('spot/0').id}`,
        detail: {
          'instance-id': run.world.instance('spot/0').id,
          'instance-action': 'terminate',
          'instance-termination-time': new Date(endsAt).toISOString(),
          'instance-lifecycle': 'capacity-block',
        },
      }),
    );
    await run.simulation.settle();
    const drain = (await onlyIncident(run.simulation)).records.find(({ step }) => step.action === 'drain');
    expect(drain?.step.goal['deadline']).toBe(endsAt);
  });
});
