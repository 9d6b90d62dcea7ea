import type { EpochMs } from '../../shared/clock.ts';
import { findNode } from '../../shared/cluster/node-match.ts';
import { clustersOf } from '../../shared/cluster/ownership.ts';
import { type Fact, known, readFact, unknown } from '../../shared/fact.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { GatherInput } from '../../shared/pipeline/trouble.ts';
import type { Instance } from '../../shared/ports/ec2.ts';
import type { Ports } from '../../shared/ports/index.ts';
import type { Kubernetes, Node } from '../../shared/ports/kubernetes.ts';
import { type Controllers, readControllers } from './controllers.ts';
import { type Elsewhere, readElsewhere } from './elsewhere.ts';
import { type GroupFacts, readGroup } from './group.ts';
import { cordonedFor, isCordoned, isExcluded } from './markers.ts';
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
  elsewhere: Fact<Elsewhere>;
}

export interface NodeSummary {
  name: string;
  uid: string;
  cordoned: boolean;
  /** The incident our own marker names. */
  cordonedFor: string | null;
  excluded: boolean;
  labels: Record<string, string>;
}

export interface PodsOnNode {
  /** Pods a drain must move, terminating ones included. */
  evictable: PodSummary[];
  leftAlone: { name: string; why: string }[];
}

/** Reads through ports; a failed read is an unknown fact and the others still stand. */
export async function gather(input: GatherInput<NodeInterruptionPolicy>): Promise<NodeInterruptionFacts> {
  const { ports, incident, policy } = input;
  const at = ports.clock.now();
  const instanceId = incident.subject.id;
  const [instance, inCluster] = await Promise.all([
    readFact('ec2:DescribeInstances', at, async () => {
      const [found] = await ports.ec2.describeInstances([instanceId]);
      return found ?? null;
    }),
    readCluster(ports, incident, policy, at),
  ]);
  const clusterTags = instance.known && instance.value !== null ? clustersOf(instance.value) : [];
  const group = policy.replacement.detach
    ? await readGroup(ports, instanceId, at)
    : known(null, 'not read: replacement.detach is false', at);
  return { instance, clusterTags, group, ...inCluster };
}

type ClusterFacts = Omit<NodeInterruptionFacts, 'instance' | 'clusterTags' | 'group'>;

async function readCluster(
  ports: Ports,
  incident: Incident,
  policy: NodeInterruptionPolicy,
  at: EpochMs,
): Promise<ClusterFacts> {
  const found = await readFact('kubernetes nodes', at, async () => {
    const kubernetes = await ports.kubernetes.connect(incident.cluster);
    return { kubernetes, node: await findNode(kubernetes, incident.subject.id) };
  });
  if (!found.known) return allUnknown(found.why, at);
  const { kubernetes, node } = found.value;
  const [onNode, controllers, elsewhere] = await Promise.all([
    readPods(kubernetes, node?.metadata?.name, policy, at),
    readControllers(kubernetes, at),
    readElsewhere(kubernetes, incident, at),
  ]);
  const summary = node === undefined ? null : summariseNode(node);
  return { node: known(summary, found.source, at), ...onNode, controllers, elsewhere };
}

function allUnknown(why: string, at: EpochMs): ClusterFacts {
  const missing = unknown(why, 'kubernetes', at);
  return { node: missing, pods: missing, budgets: missing, controllers: missing, elsewhere: missing };
}

async function readPods(
  kubernetes: Kubernetes,
  nodeName: string | undefined,
  policy: NodeInterruptionPolicy,
  at: EpochMs,
): Promise<Pick<NodeInterruptionFacts, 'pods' | 'budgets'>> {
  if (nodeName === undefined) {
    return {
      pods: known({ evictable: [], leftAlone: [] }, 'no Node', at),
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
    return { evictable: evictable.map((pod) => summarisePod(pod, known)), leftAlone: others };
  });
  return {
    pods,
    budgets: budgets.known ? { ...budgets, value: budgets.value.map(summariseBudget) } : budgets,
  };
}

function summariseNode(node: Node): NodeSummary {
  return {
    name: node.metadata?.name ?? '',
    uid: node.metadata?.uid ?? '',
    cordoned: isCordoned(node),
    cordonedFor: cordonedFor(node) ?? null,
    excluded: isExcluded(node),
    labels: node.metadata?.labels ?? {},
  };
}
