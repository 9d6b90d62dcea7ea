import type {
  AccessEntry,
  DescribeAccessEntryRequest,
  DescribeClusterRequest,
  DescribeNodegroupRequest,
  DescribePodIdentityAssociationRequest,
  ListAccessEntriesRequest,
  ListNodegroupsRequest,
  ListPodIdentityAssociationsRequest,
  PodIdentityAssociation,
} from '@aws-sdk/client-eks';
import { awsCall } from '../shared/aws/classify.ts';
import { rolesAdapter } from '../shared/aws/eks-roles.ts';
import type { RoleOperations } from '../shared/aws/eks-roles-ops.ts';
import type { Eks, PodIdentityRole } from '../shared/ports/eks.ts';
import { refusal, type SimAddons } from './addons.ts';
import type { Gate } from './gate.ts';
import { operationOf } from './permissions.ts';
import type { ClusterRuntime } from './runtime.ts';
import type { GroupSpec } from './world-file.ts';

/** What EKS makes for the nodes of each kind of group, or people do. */
const ENTRY_TYPES: Readonly<Record<GroupSpec['kind'], string>> = {
  managed: 'EC2_LINUX',
  'self-managed': 'EC2_LINUX',
  karpenter: 'EC2_LINUX',
  'auto-mode': 'EC2',
};

/**
 * The roles of the clusters of a world, in the SDK's own types. The cluster's is `<cluster>-cluster`, Auto Mode's
 * `<cluster>-auto-node`, every other group's `<cluster>-<group>-node`.
 */
export class SimEksRoles implements RoleOperations {
  readonly #clusters: ReadonlyMap<string, ClusterRuntime>;
  readonly #addons: SimAddons;
  readonly #entries = new Map<string, AccessEntry[]>();
  readonly #associations = new Map<string, (PodIdentityAssociation & { associationId: string })[]>();

  constructor(clusters: ReadonlyMap<string, ClusterRuntime>, addons: SimAddons) {
    this.#clusters = clusters;
    this.#addons = addons;
  }

  /** EKS Pod Identity gives the pods of a service account this role. */
  associate(clusterName: string, role: PodIdentityRole): void {
    const own = this.#associations.get(clusterName) ?? [];
    const associationId = `a-${clusterName}-${own.length + 1}`;
    this.#associations.set(clusterName, [...own, { clusterName, associationId, ...role }]);
  }

  /** An access entry, `STANDARD` for people and tools. */
  letIn(clusterName: string, principalArn: string, type = 'STANDARD'): void {
    const own = this.#entries.get(clusterName) ?? [];
    this.#entries.set(clusterName, [...own, { clusterName, principalArn, type }]);
  }

  describeCluster = async ({ name = '' }: DescribeClusterRequest) => {
    const isAuto = this.#groups(name).some(({ kind }) => kind === 'auto-mode');
    const computeConfig = {
      enabled: isAuto,
      ...(isAuto && { nodeRoleArn: this.#role(`${name}-auto-node`) }),
    };
    return { cluster: { name, roleArn: this.#role(`${name}-cluster`), computeConfig } };
  };

  listNodegroups = async ({ clusterName = '' }: ListNodegroupsRequest) => {
    const managed = this.#groups(clusterName).filter(({ kind }) => kind === 'managed');
    return { nodegroups: managed.map(({ name }) => name) };
  };

  describeNodegroup = async ({ clusterName = '', nodegroupName = '' }: DescribeNodegroupRequest) => {
    const { nodegroups } = await this.listNodegroups({ clusterName });
    if (!nodegroups.includes(nodegroupName)) throw refusal('ResourceNotFoundException');
    return { nodegroup: { nodegroupName, nodeRole: this.#role(`${clusterName}-${nodegroupName}-node`) } };
  };

  listAddons: RoleOperations['listAddons'] = (request) => this.#addons.listAddons(request);

  describeAddon: RoleOperations['describeAddon'] = (request) => this.#addons.describeAddon(request);

  listPodIdentityAssociations = async ({ clusterName = '' }: ListPodIdentityAssociationsRequest) => {
    this.#groups(clusterName);
    const own = this.#associations.get(clusterName) ?? [];
    // As EKS has it: the list does not tell the role.
    const associations = own.map(({ associationId, namespace, serviceAccount }) => ({
      ...{ clusterName, associationId, namespace, serviceAccount },
    }));
    return { associations };
  };

  describePodIdentityAssociation = async (request: DescribePodIdentityAssociationRequest) => {
    const own = this.#associations.get(request.clusterName ?? '') ?? [];
    const association = own.find(({ associationId }) => associationId === request.associationId);
    if (association === undefined) throw refusal('ResourceNotFoundException');
    return { association };
  };

  listAccessEntries = async ({ clusterName = '' }: ListAccessEntriesRequest) => {
    return { accessEntries: this.#entriesOf(clusterName).map(({ principalArn = '' }) => principalArn) };
  };

  describeAccessEntry = async ({ clusterName = '', principalArn }: DescribeAccessEntryRequest) => {
    const accessEntry = this.#entriesOf(clusterName).find((each) => each.principalArn === principalArn);
    if (accessEntry === undefined) throw refusal('ResourceNotFoundException');
    return { accessEntry };
  };

  #entriesOf(clusterName: string): AccessEntry[] {
    const ofGroups = this.#groups(clusterName).map(({ kind, name }) => {
      const role = kind === 'auto-mode' ? `${clusterName}-auto-node` : `${clusterName}-${name}-node`;
      return { clusterName, principalArn: this.#role(role), type: ENTRY_TYPES[kind] };
    });
    return [...ofGroups, ...(this.#entries.get(clusterName) ?? [])];
  }

  #groups(clusterName: string): readonly GroupSpec[] {
    const runtime = this.#clusters.get(clusterName);
    if (runtime === undefined) throw refusal('ResourceNotFoundException');
    return runtime.cluster.spec.groups;
  }

  #role(name: string): string {
    const account = [...this.#clusters.values()][0]?.cluster.ref.account;
    return `arn:aws:iam::${account}:role/${name}`;
  }
}

/** `describeRoles` of the account's port: the real adapter on these; each of its requests goes through the gate. */
export function gatedRoles(roles: SimEksRoles, gate: Gate): Pick<Eks, 'describeRoles'> {
  const gated =
    <Request extends object, Answer>(method: string, answer: (request: Request) => Promise<Answer>) =>
    (request: Request) =>
      gate.call({ port: 'eks', method, args: [request] }, () =>
        awsCall(operationOf('eks', method), () => answer(request)),
      );
  const calls: RoleOperations = {
    describeCluster: gated('describeCluster', roles.describeCluster),
    listNodegroups: gated('listNodegroups', roles.listNodegroups),
    describeNodegroup: gated('describeNodegroup', roles.describeNodegroup),
    listAddons: gated('listAddons', roles.listAddons),
    describeAddon: gated('describeAddon', roles.describeAddon),
    listPodIdentityAssociations: gated('listPodIdentityAssociations', roles.listPodIdentityAssociations),
    describePodIdentityAssociation: gated(
      'describePodIdentityAssociation',
      roles.describePodIdentityAssociation,
    ),
    listAccessEntries: gated('listAccessEntries', roles.listAccessEntries),
    describeAccessEntry: gated('describeAccessEntry', roles.describeAccessEntry),
  };
  return rolesAdapter(async () => calls);
}
