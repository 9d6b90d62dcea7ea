import type { EpochMs } from '../../../shared/clock.ts';
import { isFailure } from '../../../shared/errors.ts';
import { type Fact, readFact, unknown } from '../../../shared/fact.ts';
import { inPool } from '../../../shared/pipeline/pool.ts';
import type { Instance, InstanceType, Subnet } from '../../../shared/ports/ec2.ts';
import type { Addon, Cluster } from '../../../shared/ports/eks.ts';
import type { Ports } from '../../../shared/ports/index.ts';
import type { ClusterRef, DaemonSet, Kubernetes } from '../../../shared/ports/kubernetes.ts';
import type { ReadConfiguration } from '../cni/addon-text.ts';
import { type ClusterNodes, follow, readClusterNodes } from './cluster-nodes.ts';
import { type NodeFacts, nodeFacts, type PodFacts, podFacts, sampleOf, withAwsNode } from './nodes.ts';

/** What the advice on the VPC CNI of one cluster goes by, each part as it was read. */
export interface CniFacts {
  /** Null: the cluster has no DaemonSet aws-node. */
  daemonSet: Fact<DaemonSet | null>;
  /** Null: EKS does not manage it. */
  addon: Fact<ManagedAddon | null>;
  cluster: Fact<Cluster>;
  nodes: Fact<NodeFacts[]>;
  /** Of a sample of the nodes. */
  pods: Fact<PodFacts[]>;
  instances: Fact<Instance[]>;
  types: Fact<InstanceType[]>;
  subnets: Fact<Subnet[]>;
}

export interface ManagedAddon extends Addon {
  configuration: ReadConfiguration;
  schema: string;
}

type Reading = Pick<Ports, 'ec2' | 'eks' | 'kubernetes'> & {
  cluster: ClusterRef;
  at: EpochMs;
  /** Where the same look has read them already. */
  seen?: ClusterNodes;
};

const ADDON = 'vpc-cni';
/** Five DescribeInstances: EC2 is short of calls already. */
export const MAX_NODES = 1_000;
const PARALLEL = 4;

/**
 * At most `MAX_SAMPLE` + 2 requests to the API server, three to EKS, five DescribeInstances and one or two each of
 * DescribeInstanceTypes and DescribeSubnets; pages not counted.
 */
export async function readCniFacts(reading: Reading): Promise<CniFacts> {
  const { eks, cluster, at } = reading;
  const { connected, nodes: all } = reading.seen ?? (await readClusterNodes(reading, cluster, at));
  const [daemonSet, addon, described, nodes] = await Promise.all([
    follow(connected, 'DaemonSet kube-system/aws-node', awsNode),
    readFact(`EKS add-on ${ADDON}`, at, () => managed(reading)),
    readFact('EKS DescribeCluster', at, () => eks.describeCluster(cluster.name)),
    follow(all, 'Nodes', async (found) => found.map(nodeFacts)),
  ]);
  const pods = await follow(nodes, 'Pods of some nodes', () => sampled(connected, nodes, at));
  return { daemonSet, addon, cluster: described, nodes, pods, ...(await readPlaces(reading, nodes)) };
}

async function awsNode(kubernetes: Kubernetes): Promise<DaemonSet | null> {
  const all = await kubernetes.listDaemonSets({ namespace: 'kube-system' });
  return all.find(({ metadata }) => metadata?.name === 'aws-node') ?? null;
}

async function managed({ eks, cluster }: Reading): Promise<ManagedAddon | null> {
  try {
    const addon = await eks.describeAddon(cluster.name, ADDON);
    const schema = await eks.describeAddonSchema(ADDON, addon.version);
    // Loaded here: it brings a YAML parser, which nothing else of this trouble needs.
    const { readConfiguration } = await import('../cni/addon-text.ts');
    return { ...addon, schema, configuration: readConfiguration(addon.configurationValues) };
  } catch (error) {
    if (isFailure(error, 'not-found') && error.operation === 'eks:DescribeAddon') return null;
    throw error;
  }
}

async function sampled(
  connected: Fact<Kubernetes>,
  nodes: Fact<NodeFacts[]>,
  at: EpochMs,
): Promise<PodFacts[]> {
  const found: PodFacts[] = [];
  if (!connected.known) return found;
  const kubernetes = connected.value;
  await inPool(sampleOf(withAwsNode(nodes)), PARALLEL, async (node) => {
    found.push(podFacts(node, await kubernetes.listPods({ nodeName: node.name }), at));
  });
  return found;
}

type Places = Pick<CniFacts, 'instances' | 'types' | 'subnets'>;

async function readPlaces({ ec2, at }: Reading, nodes: Fact<NodeFacts[]>): Promise<Places> {
  const ids = withAwsNode(nodes).flatMap(({ instanceId }) => instanceId ?? []);
  const types = withAwsNode(nodes).flatMap(({ type }) => (type === '' ? [] : [type]));
  const instances = await named(nodes, 'EC2 DescribeInstances', at, ids, (some) =>
    ec2.describeInstances(some),
  );
  const subnets = instances.known ? instances.value.flatMap(({ subnetId }) => subnetId ?? []) : [];
  return {
    instances,
    types: await named(nodes, 'EC2 DescribeInstanceTypes', at, types, (some) =>
      ec2.describeInstanceTypes(some),
    ),
    subnets: await named(instances, 'EC2 DescribeSubnets', at, subnets, (some) => ec2.describeSubnets(some)),
  };
}

/** AWS reads an empty list as "all", so it is asked about names alone, and about so many at most. */
async function named<T>(
  from: Fact<unknown>,
  source: string,
  at: EpochMs,
  names: readonly string[],
  read: (names: [string, ...string[]]) => Promise<T[]>,
): Promise<Fact<T[]>> {
  if (!from.known) return { ...from, source };
  const [first, ...others] = [...new Set(names)];
  if (others.length >= MAX_NODES) {
    return unknown(`${others.length + 1} are more than are asked about while EC2 throttles`, source, at);
  }
  return await readFact(source, at, async () => (first === undefined ? [] : await read([first, ...others])));
}
