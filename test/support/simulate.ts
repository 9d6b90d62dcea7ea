import { nodeInterruption } from '../../functions/node-interruption/index.ts';
import type { NodeInterruptionPolicy } from '../../functions/node-interruption/policy.ts';
import { isoTime } from '../../shared/clock.ts';
import type { ApproverGroup, People } from '../../shared/config/people.ts';
import type { Mode } from '../../shared/config/policy.ts';
import type { DisruptionLimits } from '../../shared/incident/disruptions.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { Trouble } from '../../shared/pipeline/trouble.ts';
import type { CloudEvent } from '../../simulator/events.ts';
import type { FaultPlan } from '../../simulator/faults.ts';
import type { Allows } from '../../simulator/invariants.ts';
import { Simulation } from '../../simulator/simulation.ts';
import { type World, worldOf } from '../../simulator/world.ts';
import type { WorldInput } from '../../simulator/world-file.ts';
import { defaultBudget, defaultPolicy, defaultRules } from './policy.ts';

export const TROUBLE = nodeInterruption.name;

/** Three Spot nodes in a self-managed group, twelve pods that need a moment to move, and a budget over them. */
export const smallWorld: WorldInput = {
  clusters: [
    {
      name: 'prod',
      groups: [{ name: 'spot', kind: 'self-managed', lifecycle: 'spot', count: 3 }],
      workloads: [
        { name: 'api', namespace: 'web', replicas: 9, shutdown: '3s', ready: '5s' },
        { name: 'worker', namespace: 'web', replicas: 3, grace: '60s', shutdown: '8s' },
        { name: 'logs', namespace: 'kube-system', kind: 'DaemonSet' },
      ],
      budgets: [{ name: 'api', namespace: 'web', selector: { app: 'api' }, maxUnavailable: 2 }],
    },
  ],
};

export interface SimulateOptions {
  world?: WorldInput;
  mode?: Mode;
  policy?: NodeInterruptionPolicy;
  faults?: FaultPlan;
  budget?: DisruptionLimits;
  /** Who is told in Slack; default nobody. */
  people?: People;
  /** Who may answer; default nobody. */
  approvers?: readonly ApproverGroup[];
  /** Events for which it answers true never arrive. */
  loses?: (event: CloudEvent) => boolean;
}

export interface Simulated {
  world: World;
  simulation: Simulation;
  /** Makes the next decisions see another mode. */
  setMode(mode: Mode): void;
}

export function simulate({
  world: input,
  mode = 'auto',
  policy,
  faults,
  budget,
  people,
  approvers = [],
  loses,
}: SimulateOptions = {}): Simulated {
  const world = worldOf(input ?? smallWorld);
  const current = { mode, config: 'test' };
  const simulation = new Simulation({
    world,
    troubles: [nodeInterruption as unknown as Trouble],
    policyFor: () => ({
      mode: current.mode,
      modeRule: 'test',
      configHash: current.config,
      ...defaultRules,
      approvers,
      disruptionBudget: budget ?? defaultBudget,
      section: { ...(policy ?? defaultPolicy) },
    }),
    ...(faults === undefined ? {} : { faults }),
    ...(people === undefined ? {} : { people: () => people }),
    ...(loses === undefined ? {} : { loses }),
  });
  return {
    world,
    simulation,
    setMode: (next) => {
      current.mode = next;
      current.config = `test-${next}`;
    },
  };
}

/** Interrupts the first node of group `spot` and lets everything come to rest. */
export async function interrupt(
  options: SimulateOptions = {},
  action: 'terminate' | 'stop' | 'hibernate' = 'terminate',
): Promise<Simulated & { incident: Incident }> {
  const run = simulate(options);
  await run.world.clock.advance(60_000);
  run.world.interrupt('spot/0', action);
  await run.simulation.settle();
  return { ...run, incident: await onlyIncident(run.simulation) };
}

export async function onlyIncident(simulation: Simulation): Promise<Incident> {
  const [incident, ...others] = await simulation.incidents();
  if (incident === undefined || others.length > 0)
    throw new Error(`expected one incident, have ${others.length + (incident ? 1 : 0)}`);
  return incident;
}

/** What changed the cluster or AWS, in order, as `method argument`. */
export function mutations(world: World): string[] {
  return world.calls.mutations().map((call) => `${call.method} ${JSON.stringify(call.args[0])}`);
}

/** Pods, other than those every node has, that their instance took with it. */
export function cutOff(world: World): string[] {
  return world.endings().flatMap(({ how, pod }) => (how === 'cut-off' && !pod.includes('logs') ? [pod] : []));
}

/** A budget that never allows anything: what is under it can only be forced. */
export const blockedWorld: WorldInput = {
  clusters: [
    {
      name: 'prod',
      groups: [{ name: 'spot', kind: 'self-managed', count: 3 }],
      workloads: [{ name: 'api', namespace: 'web', replicas: 6 }],
      budgets: [{ name: 'api', namespace: 'web', selector: { app: 'api' }, maxUnavailable: 0 }],
    },
  ],
};

/** The body of a warning about the first Spot node, dated now. Nothing happens to the instance by it. */
export function warningBody(world: World, eventId: string, action = 'terminate'): string {
  const { account, region } = world.spec;
  return JSON.stringify({
    id: eventId,
    source: 'aws.ec2',
    'detail-type': 'EC2 Spot Instance Interruption Warning',
    account,
    region,
    time: isoTime(world.clock.now()),
    detail: { 'instance-id': world.instance('spot/0').id, 'instance-action': action },
  });
}

const ACTIONS_OF: Readonly<Record<string, readonly string[]>> = {
  patchNode: ['cordon', 'uncordon', 'out-of-service', 'back-in-service'],
  deleteNode: ['delete-node'],
  evictPod: ['drain', 'delete-not-ready'],
  deletePod: ['delete-not-ready', 'force-delete'],
  detachInstance: ['detach'],
  recordHeartbeat: ['hold-hook'],
  completeAction: ['complete-hook'],
  setDesiredCapacity: ['add-capacity'],
  terminateInGroup: ['release'],
};

/** V1 in full: the record must be of an action that makes this very call, not just of the same target. */
export const byItsAction: Allows = (record, call) =>
  ACTIONS_OF[call.method]?.includes(record.step.action) === true;
