import type { EpochMs } from '../../shared/clock.ts';
import { type Fact, readFact } from '../../shared/fact.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { Group, TerminateHook } from '../../shared/ports/autoscaling.ts';
import type { Ports } from '../../shared/ports/index.ts';
import type { ClusterRef } from '../../shared/ports/kubernetes.ts';
import type { NodeInterruptionPolicy } from './policy.ts';

/** The instance's Auto Scaling group. */
export interface GroupFacts {
  name: string;
  lifecycleState: string;
  terminateHooks: TerminateHook[];
  /** Name of the EKS managed node group it belongs to: those must keep their instances. */
  nodegroup: string | null;
  capacityRebalance: boolean;
  desired: number;
  max: number;
  /** Ids of the members in service, and of all. */
  inService: string[];
  members: string[];
  /** Others that replace its nodes of their own accord; null: not asked, because it does not matter here. */
  refreshing: boolean | null;
  autoRepair: boolean | null;
}

const NODEGROUP_TAG = 'eks:nodegroup-name';
const EKS_TAGS = [NODEGROUP_TAG, 'eks:cluster-name'];

/** Three to five reads, so only where the answer can change what is done. */
export function needsGroup(incident: Incident, policy: NodeInterruptionPolicy): boolean {
  return (
    policy.replacement.detach || hasSignal(incident, 'termination-hook') || hasSignal(incident, 'rebalance')
  );
}

export function hasSignal(incident: Incident, kind: string): boolean {
  return incident.signals.some((signal) => signal.kind === kind);
}

export async function readGroup(
  ports: Ports,
  instanceId: string,
  at: EpochMs,
): Promise<Fact<GroupFacts | null>> {
  return await readFact('Auto Scaling group', at, async () => {
    const [member] = await ports.autoscaling.describeInstances([instanceId]);
    if (member === undefined) return null;
    const [group, terminateHooks] = await Promise.all([
      ports.autoscaling.describeGroup(member.group),
      ports.autoscaling.describeTerminateHooks(member.group),
    ]);
    return summarise(group, member.lifecycleState, terminateHooks);
  });
}

/** As `readGroup`, and who else replaces nodes of the group: for what is done on purpose. */
export async function readGroupAndOthers(
  ports: Ports,
  instanceId: string,
  cluster: ClusterRef,
  at: EpochMs,
): Promise<Fact<GroupFacts | null>> {
  const group = await readGroup(ports, instanceId, at);
  if (!group.known || group.value === null) return group;
  const { name, nodegroup } = group.value;
  const others = await readFact('Auto Scaling group and EKS node group', at, async () => {
    const [refreshing, managed] = await Promise.all([
      ports.autoscaling.isRefreshing(name),
      nodegroup === null ? null : ports.eks.describeNodegroup(cluster.name, nodegroup),
    ]);
    return { refreshing, autoRepair: managed?.autoRepair ?? false };
  });
  return others.known ? { ...group, value: { ...group.value, ...others.value } } : others;
}

function summarise(group: Group, lifecycleState: string, terminateHooks: TerminateHook[]): GroupFacts {
  const isManaged = EKS_TAGS.some((tag) => group.tags[tag] !== undefined);
  return {
    name: group.name,
    lifecycleState,
    terminateHooks,
    nodegroup: isManaged ? (group.tags[NODEGROUP_TAG] ?? group.name) : null,
    capacityRebalance: group.capacityRebalance,
    desired: group.desired,
    max: group.max,
    inService: group.instances.filter((each) => each.lifecycleState === 'InService').map(({ id }) => id),
    members: group.instances.map(({ id }) => id),
    refreshing: null,
    autoRepair: null,
  };
}

/** Undefined when detaching is right; else why not. Detached instances run no hooks and leave their node group. */
export function whyNotDetach(group: Fact<GroupFacts | null>): string | undefined {
  if (!group.known) return `group unknown: ${group.why}`;
  if (group.value === null) return 'the instance is in no Auto Scaling group';
  const { lifecycleState, terminateHooks, nodegroup } = group.value;
  if (lifecycleState !== 'InService') return `lifecycle state is ${lifecycleState}, not InService`;
  if (nodegroup !== null) return 'an EKS managed node group replaces its own instances';
  if (terminateHooks.length > 0) {
    return `terminate hooks would be skipped: ${terminateHooks.map(({ name }) => name).join(', ')}`;
  }
  return undefined;
}
