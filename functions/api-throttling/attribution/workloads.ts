import type { RoleUse } from './role-map.ts';
import type { Workload } from './types.ts';

interface Profile {
  name: string;
  /** `namespace/service-account`, or the name of its EKS add-on. */
  user: RegExp;
  /** How its role is often named; `KarpenterNodeRole-<cluster>` is the nodes'. */
  roleName?: RegExp;
}

const PROFILES: Readonly<Record<Workload, Profile>> = {
  'vpc-cni': { name: 'VPC CNI', user: /^(?:kube-system\/aws-node|vpc-cni)$/, roleName: /vpc-?cni/i },
  karpenter: { name: 'Karpenter', user: /^[a-z0-9-]+\/karpenter$/, roleName: /karpenter(?!node)/i },
  'cluster-autoscaler': {
    name: 'Cluster Autoscaler',
    user: /^[a-z0-9-]+\/cluster-autoscaler[a-z0-9-]*$/,
    roleName: /cluster-?autoscaler/i,
  },
  'ebs-csi': {
    name: 'EBS CSI driver',
    user: /^(?:[a-z0-9-]+\/ebs-csi-controller-sa|aws-ebs-csi-driver)$/,
    roleName: /ebs-?csi/i,
  },
  'load-balancer-controller': {
    name: 'AWS Load Balancer Controller',
    user: /^[a-z0-9-]+\/aws-load-balancer-controller$/,
    roleName: /load-?balancer-?controller/i,
  },
  'node-termination-handler': {
    name: 'AWS Node Termination Handler',
    user: /^[a-z0-9-]+\/(?:aws-)?node-termination-handler$/,
    roleName: /node-?termination-?handler/i,
  },
  'cloud-controller-manager': {
    name: 'cloud controller manager',
    user: /^[a-z0-9-]+\/(?:aws-)?cloud-controller-manager$/,
  },
};

export const WORKLOADS = Object.keys(PROFILES).filter((name): name is Workload =>
  Object.hasOwn(PROFILES, name),
);

export function displayName(workload: Workload): string {
  return PROFILES[workload].name;
}

/** For people, of a kind of caller; one that is no workload keeps its own name. */
export function workloadName(kind: string): string {
  const known = WORKLOADS.find((workload) => workload === kind);
  return known === undefined ? kind : displayName(known);
}

/** On EKS the cloud controller manager runs under the cluster's own role. */
export function isItsRole(workload: Workload, { as, who }: RoleUse): boolean {
  if (as === 'control-plane') return workload === 'cloud-controller-manager';
  return as === 'workload' && PROFILES[workload].user.test(who ?? '');
}

export function isNamedAlike(workload: Workload, roleName: string): boolean {
  return PROFILES[workload].roleName?.test(roleName) === true;
}
