import type { NodeCondition } from 'kubernetes-types/core/v1.d.ts';
import type { Taint } from '../shared/ports/kubernetes.ts';
import type { SimCluster } from './cluster.ts';
import type { SimInstance, SimNode } from './model.ts';
import { GROUP_LABEL } from './pod-object.ts';
import type { GroupSpec } from './world-file.ts';

/** What distinguishes the kinds of node group, as published: EC2 tags and node labels. */
export function tagsOf(cluster: string, group: GroupSpec, asg: string | undefined): Record<string, string> {
  const owned = { [`kubernetes.io/cluster/${cluster}`]: 'owned' };
  const member: Record<string, string> = asg === undefined ? {} : { 'aws:autoscaling:groupName': asg };
  const byKind: Record<GroupSpec['kind'], Record<string, string>> = {
    managed: { ...owned, 'eks:cluster-name': cluster, 'eks:nodegroup-name': group.name },
    'self-managed': owned,
    karpenter: {
      ...owned,
      'eks:eks-cluster-name': cluster,
      'karpenter.sh/nodepool': group.name,
      'karpenter.sh/nodeclaim': `${group.name}-claim`,
      'karpenter.k8s.aws/ec2nodeclass': 'default',
    },
    'auto-mode': {
      'eks:eks-cluster-name': cluster,
      'eks:kubernetes-node-pool-name': group.name,
      'eks:kubernetes-node-class-name': 'default',
    },
  };
  return { ...byKind[group.kind], ...member, ...group.tags };
}

/** As Karpenter names it, and as EKS does. */
const CAPACITY: Record<GroupSpec['lifecycle'], [string, string]> = {
  spot: ['spot', 'SPOT'],
  'on-demand': ['on-demand', 'ON_DEMAND'],
  'capacity-block': ['reserved', 'CAPACITY_BLOCK'],
  'interruptible-capacity-reservation': ['reserved', 'ON_DEMAND'],
};

function kindLabels(group: GroupSpec): Record<string, string> {
  const [capacity, capacityType] = CAPACITY[group.lifecycle];
  const byKind: Record<GroupSpec['kind'], Record<string, string>> = {
    managed: {
      'eks.amazonaws.com/nodegroup': group.name,
      'eks.amazonaws.com/capacityType': capacityType,
    },
    'self-managed': {},
    karpenter: { 'karpenter.sh/nodepool': group.name, 'karpenter.sh/capacity-type': capacity },
    'auto-mode': {
      'eks.amazonaws.com/compute-type': 'auto',
      'karpenter.sh/nodepool': group.name,
      'karpenter.sh/capacity-type': capacity,
    },
  };
  return { ...byKind[group.kind], ...group.labels };
}

export function nodeOf(cluster: SimCluster, group: GroupSpec, instance: SimInstance): SimNode {
  const labels = {
    'kubernetes.io/hostname': instance.privateDnsName,
    'kubernetes.io/os': 'linux',
    'node.kubernetes.io/instance-type': instance.type,
    'topology.kubernetes.io/zone': instance.zone,
    'topology.kubernetes.io/region': cluster.ref.region,
    [GROUP_LABEL]: group.name,
    ...kindLabels(group),
  };
  const pods = String(group.podsPerNode);
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: cluster.newMeta(instance.privateDnsName, labels),
    spec: { providerID: `aws:///${instance.zone}/${instance.id}` },
    status: {
      capacity: { pods, cpu: '2', memory: '8Gi' },
      allocatable: { pods, cpu: '1930m', memory: '7Gi' },
      addresses: [
        { type: 'InternalIP', address: instance.privateIp },
        { type: 'Hostname', address: instance.privateDnsName },
      ],
      conditions: nodeConditions('True', cluster.stamp()),
      nodeInfo: {
        architecture: 'amd64',
        bootID: '',
        containerRuntimeVersion: 'containerd://2.1.5',
        kernelVersion: '6.12.0',
        kubeProxyVersion: `v${cluster.spec.version}.0`,
        kubeletVersion: `v${cluster.spec.version}.0`,
        machineID: '',
        operatingSystem: 'linux',
        osImage: 'Amazon Linux 2023',
        systemUUID: '',
      },
    },
  };
}

export const UNREACHABLE = 'node.kubernetes.io/unreachable';
const SHUTDOWN = 'node.cloudprovider.kubernetes.io/shutdown';

/** The node controller's mark on a node that does not answer. */
export function withUnreachableTaints(node: SimNode): SimNode {
  const taints = otherTaints(node, UNREACHABLE);
  const unreachable = ['NoSchedule', 'NoExecute'].map((effect) => ({ key: UNREACHABLE, effect }));
  return { ...node, spec: { ...node.spec, taints: [...taints, ...unreachable] } };
}

/** The cloud controller's mark on a node whose instance is stopped. */
export function withShutdownTaint(node: SimNode): SimNode {
  const taints = [...otherTaints(node, SHUTDOWN), { key: SHUTDOWN, effect: 'NoSchedule' }];
  return { ...node, spec: { ...node.spec, taints } };
}

/** The kubelet posts again: Ready, and the marks of its absence gone. */
export function answering(node: SimNode, since: string): SimNode {
  const { taints: _marked, ...spec } = node.spec;
  const taints = otherTaints(node, UNREACHABLE, SHUTDOWN);
  return {
    ...node,
    spec: { ...spec, ...(taints.length > 0 ? { taints } : {}) },
    status: { ...node.status, conditions: nodeConditions('True', since) },
  };
}

function otherTaints(node: SimNode, ...keys: string[]): Taint[] {
  return (node.spec.taints ?? []).filter((taint) => !keys.includes(taint.key));
}

/** `Unknown` is what the node controller writes when the kubelet stopped posting. */
export function nodeConditions(ready: 'True' | 'Unknown', time: string): NodeCondition[] {
  const reasons = ready === 'True' ? 'KubeletReady' : 'NodeStatusUnknown';
  const pressure = ready === 'True' ? 'False' : 'Unknown';
  const quiet = ['MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => [type, pressure] as const);
  return [...quiet, ['Ready', ready] as const].map(([type, status]) => ({
    type,
    status,
    reason: reasons,
    lastHeartbeatTime: time,
    lastTransitionTime: time,
  }));
}
