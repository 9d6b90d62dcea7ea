import { principalOf } from './caller.ts';

/** What one cluster says about roles, as the EKS API gives it. ARNs throughout. */
export interface ClusterRoles {
  cluster: string;
  /** DescribeCluster `roleArn`. */
  controlPlaneRole?: string | undefined;
  /** DescribeNodegroup `nodeRole` of every node group; Auto Mode's `computeConfig.nodeRoleArn`. */
  nodeRoles: readonly string[];
  accessEntries: readonly { principalArn: string; type: string }[];
  podIdentities: readonly {
    namespace: string;
    serviceAccount: string;
    roleArn: string;
    /** The role the session goes on to, perhaps in another account. */
    targetRoleArn?: string | undefined;
  }[];
  /** Add-ons with a `serviceAccountRoleArn`. */
  addons: readonly { name: string; roleArn: string }[];
  /** What could not be read. Not read is not absent: then nothing follows from a role's being in one cluster only. */
  unread: readonly string[];
}

export interface RoleUse {
  cluster: string;
  as: 'control-plane' | 'node' | 'workload';
  /** Of a workload: `namespace/service-account`, or the add-on's name. */
  who?: string;
}

export interface RoleMap {
  /** By `account/role name`, which is unique whatever the path; CloudTrail and EKS do not agree on paths. */
  uses: ReadonlyMap<string, readonly RoleUse[]>;
  /** Every cluster was read in full. */
  complete: boolean;
  unread: readonly string[];
}

/** A role that several clusters use is shared: it says nothing about which of them called. */
export type RoleEntry =
  | { is: 'one'; cluster: string; uses: readonly RoleUse[] }
  | { is: 'shared'; clusters: readonly string[]; uses: readonly RoleUse[] }
  | { is: 'absent' };

export const NO_ROLES: RoleMap = { uses: new Map(), complete: false, unread: ['no cluster was read'] };

/** STANDARD entries are people and tools: they use a cluster, and do not work for it. */
const NODE_ENTRIES = ['EC2_LINUX', 'EC2_WINDOWS', 'EC2', 'HYBRID_LINUX', 'HYPERPOD_LINUX', 'FARGATE_LINUX'];

/** From everything read of all known clusters of one account and region. */
export function roleMap(clusters: readonly ClusterRoles[]): RoleMap {
  const uses = new Map<string, RoleUse[]>();
  const unread = clusters.flatMap((each) => each.unread.map((what) => `${each.cluster}: ${what}`));
  for (const [arn, use] of clusters.flatMap(usesOf)) {
    const key = keyOf(arn);
    if (key === undefined) {
      unread.push(`${use.cluster}: a ${use.as} role that is no role ARN`);
      continue;
    }
    const known = uses.get(key) ?? [];
    if (!known.some((each) => isSameUse(each, use))) known.push(use);
    uses.set(key, known);
  }
  return { uses, complete: clusters.length > 0 && unread.length === 0, unread };
}

/** What the map says of a principal as CloudTrail names it. */
export function roleEntry({ uses }: RoleMap, principal: string): RoleEntry {
  const found = uses.get(keyOf(principal) ?? '') ?? [];
  const [cluster, ...others] = [...new Set(found.map((use) => use.cluster))];
  if (cluster === undefined) return { is: 'absent' };
  if (others.length > 0) return { is: 'shared', clusters: [cluster, ...others].toSorted(), uses: found };
  return { is: 'one', cluster, uses: found };
}

function usesOf(roles: ClusterRoles): (readonly [string, RoleUse])[] {
  const { cluster, controlPlaneRole } = roles;
  const entries = roles.accessEntries.filter(({ type }) => NODE_ENTRIES.includes(type));
  const nodes = [...roles.nodeRoles, ...entries.map(({ principalArn }) => principalArn)];
  return [
    ...(controlPlaneRole === undefined
      ? []
      : [[controlPlaneRole, { cluster, as: 'control-plane' }] as const]),
    ...nodes.map((arn) => [arn, { cluster, as: 'node' }] as const),
    ...roles.addons.map(({ name, roleArn }) => [roleArn, { cluster, as: 'workload', who: name }] as const),
    ...roles.podIdentities.flatMap(({ namespace, serviceAccount, roleArn, targetRoleArn }) =>
      [roleArn, ...(targetRoleArn === undefined ? [] : [targetRoleArn])].map(
        (arn) => [arn, { cluster, as: 'workload', who: `${namespace}/${serviceAccount}` }] as const,
      ),
    ),
  ];
}

function isSameUse(left: RoleUse, right: RoleUse): boolean {
  return left.cluster === right.cluster && left.as === right.as && left.who === right.who;
}

function keyOf(arn: string): string | undefined {
  const principal = principalOf(arn);
  return principal.is === 'role' && principal.name !== ''
    ? `${principal.account}/${principal.name}`
    : undefined;
}
