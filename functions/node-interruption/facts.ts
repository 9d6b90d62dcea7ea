import type { EpochMs } from '../../shared/clock.ts';
import { instanceIdOf, nodeOfInstance } from '../../shared/cluster/node-match.ts';
import { clustersOf } from '../../shared/cluster/ownership.ts';
import { type Fact, known, readFact, unknown } from '../../shared/fact.ts';
import type { GatherInput } from '../../shared/pipeline/trouble.ts';
import type { Instance } from '../../shared/ports/ec2.ts';
import type { Kubernetes, Node } from '../../shared/ports/kubernetes.ts';
import { type Controllers, readControllers } from './controllers.ts';
import { type GroupActivity, readActivity } from './departure.ts';
import { type Elsewhere, readElsewhere } from './elsewhere.ts';
import { type GroupFacts, hasSignal, needsGroup, readGroup, readGroupAndOthers } from './group.ts';
import { type FleetNode, type NodeSummary, summariseFleet, summariseNode } from './node-summary.ts';
import { type BudgetSummary, leftAlone, type PodSummary, summariseBudget, summarisePod } from './pods.ts';
import type { NodeInterruptionPolicy } from './policy.ts';

/** Everything the playbook may know; plain JSON, each part with its source and time. */
export interface NodeInterruptionFacts {
  instance: Fact<Instance | null>;
  /** Tags and Node agree on the cluster. */
  clusterTags: string[];
  node: Fact<NodeSummary | null>;
  pods: Fact<PodsOnNode>;
  budgets: Fact<BudgetSummary[]>;
  controllers: Fact<Controllers>;
  group: Fact<GroupFacts | null>;
  /** What the group says about an instance that is ending. */
  activity: Fact<GroupActivity>;
  elsewhere: Fact<Elsewhere>;
  /** Volumes attached to the node; null while the instance runs: then it is not asked. */
  attached: Fact<number | null>;
  /** Every node of the cluster, for what is done on purpose; null when nothing is. */
  fleet: Fact<FleetNode[] | null>;
}

export interface PodsOnNode {
  /** Pods a drain must move, terminating ones included. */
  evictable: PodSummary[];
  /** Movable, but left because of their emptyDir data and drain.emptyDir: names. */
  keptForData: string[];
  leftAlone: { name: string; why: string }[];
}

/** Reads through ports; a failed read is an unknown fact and the others still stand. */
export async function gather(input: GatherInput<NodeInterruptionPolicy>): Promise<NodeInterruptionFacts> {
  const { ports, incident } = input;
  const at = ports.clock.now();
  const instanceId = incident.subject.id;
  const instance = readFact('ec2:DescribeInstances', at, async () => {
    const [found] = await ports.ec2.describeInstances([instanceId]);
    return found ?? null;
  });
  const [ofEc2, ofGroup, ofCluster] = await Promise.all([
    instance.then(async (read) => ({ instance: read, activity: await readActivity(ports, read, at) })),
    readGroupIfNeeded(input, at),
    readCluster(input, instance, at),
  ]);
  const { value } = ofEc2.instance.known ? ofEc2.instance : { value: null };
  const clusterTags = value === null ? [] : clustersOf(value);
  return { ...ofEc2, clusterTags, group: ofGroup, ...ofCluster };
}

async function readGroupIfNeeded(
  { ports, incident, policy }: GatherInput<NodeInterruptionPolicy>,
  at: EpochMs,
): Promise<Fact<GroupFacts | null>> {
  const { id } = incident.subject;
  if (hasSignal(incident, 'rebalance')) return await readGroupAndOthers(ports, id, incident.cluster, at);
  if (needsGroup(incident, policy)) return await readGroup(ports, id, at);
  return known(null, 'not read: nothing depends on it', at);
}

type ClusterFacts = Omit<NodeInterruptionFacts, 'instance' | 'clusterTags' | 'group' | 'activity'>;

async function readCluster(
  { ports, incident, policy }: GatherInput<NodeInterruptionPolicy>,
  instance: Promise<Fact<Instance | null>>,
  at: EpochMs,
): Promise<ClusterFacts> {
  const isVoluntary = hasSignal(incident, 'rebalance');
  const found = await readFact('kubernetes nodes', at, async () => {
    const kubernetes = await ports.kubernetes.connect(incident.cluster);
    return { kubernetes, ...(await readNode(kubernetes, incident.subject.id, await instance, isVoluntary)) };
  });
  if (!found.known) return allUnknown(found.why, at);
  const { kubernetes, nodes, node } = found.value;
  const name = node?.metadata?.name;
  const [onNode, controllers, elsewhere, attached] = await Promise.all([
    readPods(kubernetes, name, policy, at),
    readControllers(kubernetes, at),
    readElsewhere(kubernetes, incident, at),
    readAttached(kubernetes, name, instance, at),
  ]);
  const fleet = nodes === null ? null : summariseFleet(nodes, kubernetes.serverAheadMs());
  return {
    node: known(node === undefined ? null : summariseNode(node), found.source, at),
    ...onNode,
    controllers,
    elsewhere,
    attached,
    fleet: known(fleet, found.source, at),
  };
}

/** All nodes only for what is done on purpose: then the whole fleet counts. */
async function readNode(
  kubernetes: Kubernetes,
  instanceId: string,
  instance: Fact<Instance | null>,
  isVoluntary: boolean,
): Promise<{ node: Node | undefined; nodes: Node[] | null }> {
  if (!isVoluntary) {
    const name = instance.known ? instance.value?.privateDnsName : undefined;
    return { node: await nodeOfInstance(kubernetes, instanceId, name), nodes: null };
  }
  const nodes = await kubernetes.listNodes();
  return { nodes, node: nodes.find((node) => instanceIdOf(node) === instanceId) };
}

function allUnknown(why: string, at: EpochMs): ClusterFacts {
  const missing = unknown(why, 'kubernetes', at);
  return {
    node: missing,
    pods: missing,
    budgets: missing,
    controllers: missing,
    elsewhere: missing,
    attached: missing,
    fleet: missing,
  };
}

/** The list has no filter by node, so it is read only when an instance is off and volumes may hang on it. */
async function readAttached(
  kubernetes: Kubernetes,
  nodeName: string | undefined,
  instance: Promise<Fact<Instance | null>>,
  at: EpochMs,
): Promise<Fact<number | null>> {
  const read = await instance;
  const state = read.known ? read.value?.state : undefined;
  const isOff = state === 'stopped' || state === 'terminated';
  if (nodeName === undefined || !isOff) return known(null, 'not read: the instance is not off', at);
  return await readFact('storage.k8s.io/volumeattachments', at, async () => {
    const attachments = await kubernetes.listVolumeAttachments();
    return attachments.filter(({ spec }) => spec?.nodeName === nodeName).length;
  });
}

async function readPods(
  kubernetes: Kubernetes,
  nodeName: string | undefined,
  policy: NodeInterruptionPolicy,
  at: EpochMs,
): Promise<Pick<NodeInterruptionFacts, 'pods' | 'budgets'>> {
  if (nodeName === undefined) {
    return {
      pods: known({ evictable: [], keptForData: [], leftAlone: [] }, 'no Node', at),
      budgets: known([], 'no Node', at),
    };
  }
  const budgets = await readFact('policy/poddisruptionbudgets', at, () =>
    kubernetes.listPodDisruptionBudgets(),
  );
  const pods = await readFact('pods of the node', at, async () => {
    const listed = await kubernetes.listPods({ nodeName });
    const evictable = listed.filter((pod) => leftAlone(pod, policy.drain.emptyDir) === null);
    const others = listed.flatMap((pod) => {
      const why = leftAlone(pod, policy.drain.emptyDir);
      return why === null ? [] : [{ name: `${pod.metadata?.namespace}/${pod.metadata?.name}`, why }];
    });
    const known = budgets.known ? budgets.value : [];
    const kept = listed.filter((pod) => !evictable.includes(pod) && leftAlone(pod, 'evict') === null);
    const keptForData = kept.map((pod) => `${pod.metadata?.namespace}/${pod.metadata?.name}`);
    return { evictable: evictable.map((pod) => summarisePod(pod, known)), keptForData, leftAlone: others };
  });
  return {
    pods,
    budgets: budgets.known ? { ...budgets, value: budgets.value.map(summariseBudget) } : budgets,
  };
}
