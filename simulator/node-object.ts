import type { NodeCondition } from 'kubernetes-types/core/v1.d.ts';
import { type EpochMs, isoTime } from '../shared/clock.ts';
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

function kindLabels(group: GroupSpec): Record<string, string> {
  const capacity = group.lifecycle === 'spot' ? 'spot' : 'on-demand';
  const byKind: Record<GroupSpec['kind'], Record<string, string>> = {
    managed: {
      'eks.amazonaws.com/nodegroup': group.name,
      'eks.amazonaws.com/capacityType': capacity === 'spot' ? 'SPOT' : 'ON_DEMAND',
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
      conditions: nodeConditions('True', cluster.clock.now()),
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

/** `Unknown` is what the node controller writes when the kubelet stopped posting. */
export function nodeConditions(ready: 'True' | 'Unknown', at: EpochMs): NodeCondition[] {
  const time = isoTime(at);
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
