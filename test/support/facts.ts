import type { NodeInterruptionFacts } from '../../functions/node-interruption/facts.ts';
import type { GroupFacts } from '../../functions/node-interruption/group.ts';
import type { PodSummary } from '../../functions/node-interruption/pods.ts';
import { known } from '../../shared/fact.ts';
import { acceptSignal } from '../../shared/incident/accept.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { Signal } from '../../shared/incident/signal.ts';

export const WARNED_AT = Date.parse('2026-11-03T14:00:00Z');
export const CLUSTER = { name: 'prod', account: '111122223333', region: 'eu-west-1' };
export const INSTANCE = 'i-0f3c9a1d2e4b56789';

export function warning(over: Partial<Signal> = {}): Signal {
  return {
    kind: 'spot-interruption',
    subject: { kind: 'instance', id: INSTANCE },
    occurredAt: WARNED_AT,
    eventId: 'e-1',
    account: CLUSTER.account,
    region: CLUSTER.region,
    meaning: 'spot-interruption:terminate',
    data: { action: 'terminate' },
    ...over,
  };
}

export function incident(over: Partial<Incident> = {}, signal: Signal = warning()): Incident {
  const about = { trouble: 'node-interruption', cluster: CLUSTER, now: WARNED_AT };
  return { ...acceptSignal(undefined, signal, about).incident, ...over };
}

export function pod(name: string, over: Partial<PodSummary> = {}): PodSummary {
  return {
    namespace: 'web',
    name,
    uid: `uid-${name}`,
    owner: { kind: 'ReplicaSet', name: 'api', uid: 'rs-api' },
    graceSeconds: 30,
    ready: true,
    terminating: false,
    systemCritical: false,
    emptyDir: false,
    kin: null,
    budgets: [],
    ...over,
  };
}

/** A healthy Spot node with the given pods; every source answered. */
export function factsWith(
  pods: readonly PodSummary[],
  over: Partial<NodeInterruptionFacts> = {},
): NodeInterruptionFacts {
  const at = WARNED_AT;
  return {
    instance: known(
      { id: INSTANCE, state: 'running', type: 'm6i.large', zone: 'eu-west-1a', lifecycle: 'spot', tags: {} },
      'ec2',
      at,
    ),
    clusterTags: [CLUSTER.name],
    node: known(
      {
        name: 'node-1',
        uid: 'node-uid',
        ready: true,
        zone: 'eu-west-1a',
        cordoned: false,
        cordonedFor: null,
        excluded: false,
        outOfServiceFor: null,
        foreignTaint: null,
        labels: {},
      },
      'kubernetes',
      at,
    ),
    pods: known({ evictable: [...pods], keptForData: [], leftAlone: [] }, 'kubernetes', at),
    budgets: known([], 'kubernetes', at),
    controllers: known({ nth: [] }, 'kubernetes', at),
    group: known(null, 'not read', at),
    activity: known(null, 'not read', at),
    attached: known(null, 'not read', at),
    fleet: known(null, 'not read', at),
    elsewhere: known({ expected: 0, ready: 0, pending: [] }, 'no drain yet', at),
    ...over,
  };
}

/** A self-managed group of three in which everything is in order. */
export function groupFacts(over: Partial<GroupFacts> = {}): GroupFacts {
  return {
    name: 'asg',
    lifecycleState: 'InService',
    terminateHooks: [],
    nodegroup: null,
    capacityRebalance: false,
    desired: 3,
    max: 6,
    inService: [INSTANCE],
    members: [INSTANCE],
    refreshing: null,
    autoRepair: null,
    ...over,
  };
}
