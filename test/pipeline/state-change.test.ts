import { describe, expect, test } from 'vitest';
import { OUT_OF_SERVICE_TAINT } from '../../functions/node-interruption/markers.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { assertAppliedOnce, assertNoMutations, watchAuthorisation } from '../../simulator/invariants.ts';
import type { World } from '../../simulator/world.ts';
import { defaultPolicy } from '../support/policy.ts';
import { byItsAction, onlyIncident, type SimulateOptions, simulate, TROUBLE } from '../support/simulate.ts';
import { statefulWorld } from '../support/worlds.ts';

/** A stopped member stays stopped: nobody replaces and terminates it. */
const keepsStopped = statefulWorld({ replaceUnhealthy: false });
/** Nobody removes the Node of a terminated instance. */
const ghosts = statefulWorld({}, { cloudController: false });

async function play(happen: (world: World) => void, options: SimulateOptions = {}, forMs = 900_000) {
  const run = simulate({ world: statefulWorld(), ...options });
  const watch = watchAuthorisation(run.world, byItsAction);
  await run.world.clock.advance(60_000);
  happen(run.world);
  await run.world.clock.advance(forMs);
  await run.simulation.settle();
  watch.assert();
  assertAppliedOnce(run.world);
  return { ...run, incident: await onlyIncident(run.simulation) };
}

function methods(world: World): string[] {
  return world.calls.mutations().map(({ method }) => method);
}

function nodeOf(world: World) {
  return world.runtime('prod').cluster.nodes.get(world.instance('spot/0').privateDnsName);
}

function hasTaint(world: World): boolean {
  return (nodeOf(world)?.spec.taints ?? []).some(({ key }) => key === OUT_OF_SERVICE_TAINT);
}

function readyDatabases(world: World): number {
  const pods = [...world.runtime('prod').cluster.pods.values()];
  return pods.filter(
    ({ metadata, status }) =>
      metadata.namespace === 'data' &&
      metadata.deletionTimestamp === undefined &&
      status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true,
  ).length;
}

describe('an instance that is stopped under its node', () => {
  test('its pods and volumes are freed within a minute and a half, and the taint is taken off again', async () => {
    const { incident, world } = await play((of) => of.stop('spot/0'), { world: keepsStopped }, 120_000);
    expect(incident.outcome?.kind).toBe('fixed');
    expect(incident.records.map(({ step, state }) => `${step.action} ${state}`)).toEqual([
      'out-of-service done',
      'back-in-service done',
    ]);
    expect(readyDatabases(world)).toBe(3);
    expect(hasTaint(world)).toBe(false);
  });

  test('left to Kubernetes the same database waits for more than five minutes', async () => {
    const { world, incident } = await play(
      (of) => of.stop('spot/0'),
      { world: keepsStopped, mode: 'observe' },
      300_000,
    );
    assertNoMutations(world);
    expect(readyDatabases(world)).toBe(2);
    expect(incident.outcome).toMatchObject({ kind: 'observed' });
    expect(incident.outcome?.summary).toContain('out-of-service');
  });

  test('nothing is tainted before EC2 says stopped and the Node is not Ready any more', async () => {
    const { world, simulation } = await play((of) => of.stop('spot/0'), { world: keepsStopped });
    const [taint] = world.calls.mutations();
    const history = await world.clock.run(simulation.ledger.history((await onlyIncident(simulation)).id));
    const stopped = history.find(({ text }) => text.includes('state:stopped'));
    expect(taint?.at).toBeGreaterThan(stopped?.at ?? Number.POSITIVE_INFINITY);
    expect(nodeOf(world)?.metadata.uid).toBeDefined();
    expect(methods(world)).not.toContain('deleteNode');
  });

  test('a machine that runs again when the step is due is never tainted', async () => {
    const faults = new FaultPlan();
    const run = simulate({ world: keepsStopped, faults });
    await run.world.clock.advance(60_000);
    run.world.stop('spot/0');
    // The run sees a stopped instance for as long as this lasts; the action itself asks again.
    let reads = 0;
    run.world.calls.onCall((call) => {
      const isOwnRead = call.port === 'ec2' && call.process === 'remediate';
      if (isOwnRead && run.world.instance('spot/0').state === 'stopped' && ++reads === 3) {
        run.world.start('spot/0');
      }
    });
    await run.world.clock.advance(900_000);
    await run.simulation.settle();
    expect(hasTaint(run.world)).toBe(false);
    expect(run.world.endings().filter(({ how }) => how === 'killed')).toEqual([]);
    const { records } = await onlyIncident(run.simulation);
    expect(records[0]).toMatchObject({ state: 'failed', summary: expect.stringContaining('EC2 says') });
  });

  test('a hibernated machine keeps its volumes: its memory still owns them', async () => {
    const { world } = await play((of) => of.interrupt('spot/0', 'hibernate'), { world: keepsStopped });
    expect(methods(world)).not.toContain('deleteNode');
    const patches = world.calls.mutations().filter(({ method }) => method === 'patchNode');
    expect(JSON.stringify(patches.map(({ args }) => args))).not.toContain(OUT_OF_SERVICE_TAINT);
  });

  test('a taint that was left by a run that died is removed by the sweep', async () => {
    const faults = new FaultPlan([
      { port: 'kubernetes', method: 'patchNode', nth: 2, fault: { kind: 'crash-before' } },
    ]);
    const run = simulate({ world: keepsStopped, faults });
    await run.world.clock.advance(60_000);
    run.world.stop('spot/0');
    await run.world.clock.advance(120_000);
    for (const execution of run.simulation.workflows.executions())
      run.simulation.workflows.stop(execution.name);
    for (let sweep = 0; sweep < 4 && hasTaint(run.world); sweep++) {
      await run.world.clock.advance(300_000);
      await run.simulation.sweep();
      await run.simulation.settle();
    }
    expect(hasTaint(run.world)).toBe(false);
  });
});

describe('an instance that is terminated under its node', () => {
  test('the cloud controller removes the Node: nothing is done, the pods are followed until they are Ready', async () => {
    const { incident, world } = await play((of) => of.terminate('spot/0'));
    assertNoMutations(world);
    expect(incident.outcome).toMatchObject({ kind: 'ignored' });
    expect(incident.outcome?.summary).toMatch(/^5 of 5 pods that went down with their instance are Ready/);
  });

  test('a ghost Node is removed after its grace, never before EC2 says terminated', async () => {
    const { incident, world } = await play((of) => of.terminate('spot/0'), { world: ghosts });
    expect(incident.outcome?.kind).toBe('fixed');
    expect(nodeOf(world)).toBeUndefined();
    const deletion = world.calls.mutations().find(({ method }) => method === 'deleteNode');
    const terminatedAt = world.instance('spot/0').terminatedAt ?? 0;
    expect(deletion?.at).toBeGreaterThanOrEqual(terminatedAt + defaultPolicy.stateChange.nodeGrace);
  });

  test('a Node that is NotReady while EC2 says running is not touched', async () => {
    const run = simulate({ world: ghosts });
    await run.world.clock.advance(60_000);
    run.world.runtime('prod').machineDied(run.world.instance('spot/0').privateDnsName);
    await run.world.clock.advance(1_200_000);
    await run.simulation.sweep();
    await run.simulation.settle();
    assertNoMutations(run.world);
    expect(await run.simulation.incidents()).toEqual([]);
  });

  test('an event that EC2 does not confirm changes nothing and tells nobody', async () => {
    const run = simulate();
    await run.world.clock.advance(60_000);
    const detail = { 'instance-id': run.world.instance('spot/0').id, state: 'terminated' };
    run.world.send({ source: 'aws.ec2', 'detail-type': 'EC2 Instance State-change Notification', detail });
    await run.simulation.settle();
    assertNoMutations(run.world);
    const incident = await onlyIncident(run.simulation);
    expect(incident.outcome).toMatchObject({ kind: 'ignored' });
    expect(incident.outcome?.summary).toContain('EC2 says that the instance is running');
    expect(run.world.topic.messages).toEqual([]);
  });

  test('EC2 cannot be read: nothing is done, it is tried again, then people are told', async () => {
    const faults = new FaultPlan([{ port: 'ec2', process: 'remediate', fault: { kind: 'unauthorised' } }]);
    const { incident, world } = await play((of) => of.terminate('spot/0'), { world: ghosts, faults });
    assertNoMutations(world);
    expect(incident.outcome).toMatchObject({ kind: 'escalated' });
    expect(incident.outcome?.details.join()).toContain('ec2:DescribeInstances');
  });

  test('mode approve asks before it removes a Node or taints one', async () => {
    const run = simulate({ world: ghosts, mode: 'approve' });
    await run.world.clock.advance(60_000);
    run.world.terminate('spot/0');
    await run.world.clock.advance(600_000);
    assertNoMutations(run.world);
    const incident = await onlyIncident(run.simulation);
    expect(incident.questions.map(({ step }) => step.action)).toEqual(['out-of-service', 'delete-node']);
  });
});

describe('who ended the instance', () => {
  async function cause(happen: (world: World) => void): Promise<string> {
    const { incident } = await play(happen);
    return incident.plan?.findings.map((finding) => `${finding.cause} (${finding.confidence})`).join() ?? '';
  }

  test('a scale-in, a user and EC2 itself are told apart, though EC2 calls the first two alike', async () => {
    expect(await cause((world) => world.scaleIn('spot/0'))).toBe('its Auto Scaling group scaled in (likely)');
    expect(await cause((world) => world.terminate('spot/0', undefined, 'Client.UserInitiatedShutdown'))).toBe(
      'a user or a tool ended it through the EC2 API (likely)',
    );
    expect(await cause((world) => world.terminate('spot/0'))).toBe(
      'EC2 ended it after an internal error (certain)',
    );
  });

  test('a Spot reclaim whose warning was lost is named as one', async () => {
    const text = await cause((world) => world.interrupt('spot/0', 'terminate', world.clock.now(), false));
    expect(text).toBe('AWS took the Spot capacity back (certain)');
  });

  test('when the group cannot be asked, the difference is left open', async () => {
    const faults = new FaultPlan([{ port: 'autoscaling', fault: { kind: 'throttle' } }]);
    const { incident } = await play((world) => world.scaleIn('spot/0'), { faults });
    const [finding] = incident.plan?.findings ?? [];
    expect(finding).toMatchObject({ confidence: 'possible' });
    expect(finding?.evidence.join()).toContain('Auto Scaling: unknown');
  });

  test('the everyday scale-in of an empty node is recorded and announced to nobody', async () => {
    const run = simulate({
      world: { clusters: [{ name: 'prod', groups: [{ name: 'spot', kind: 'self-managed', count: 2 }] }] },
    });
    await run.world.clock.advance(60_000);
    run.world.scaleIn('spot/0');
    await run.world.clock.advance(600_000);
    await run.simulation.settle();
    expect((await onlyIncident(run.simulation)).status).toBe('closed');
    expect(run.world.topic.messages).toEqual([]);
  });
});

describe('state changes of instances in no cluster', () => {
  test('are counted and dropped without a read of the ledger', async () => {
    const run = simulate();
    const reads = () => run.world.calls.calls.filter(({ port }) => port === 'table').length;
    const before = reads();
    const detail = { 'instance-id': 'i-0aa11bb22cc33dd44', state: 'terminated' };
    run.world.fleet.instances.set('i-0aa11bb22cc33dd44', {
      ...run.world.instance('spot/0'),
      id: 'i-0aa11bb22cc33dd44',
      tags: {},
    });
    run.world.send({ source: 'aws.ec2', 'detail-type': 'EC2 Instance State-change Notification', detail });
    await run.simulation.settle();
    expect(reads()).toBe(before);
    expect(run.simulation.lane(TROUBLE, 'lifecycle').pending).toBe(0);
  });
});
