/** The EKS calls we use. Adapter: `shared/aws/eks.ts`; fake: `simulator/eks.ts`. */
export interface Eks {
  /** Throws PortError `not-found` when there is no such cluster. */
  describeCluster(name: string): Promise<Cluster>;
  /** All pages of ListClusters in this account and region. */
  listClusters(): Promise<string[]>;
  /** DescribeNodegroup. Throws PortError `not-found` when there is no such node group. */
  describeNodegroup(cluster: string, name: string): Promise<Nodegroup>;
  /**
   * Which IAM roles a cluster's parts have. Lists each kind and describes each member, two requests at a time and 250
   * at most; none is begun once `isOver` answers true, nor after one that AWS throttled or did not answer. Throws for
   * nothing that AWS does: a part that could not be read in full stands in `unread`.
   */
  describeRoles(cluster: string, isOver: () => boolean): Promise<EksRoles>;
  /** DescribeAddon. Throws PortError `not-found` when EKS manages no such add-on in the cluster. */
  describeAddon(cluster: string, name: string): Promise<Addon>;
  /** DescribeAddonConfiguration: the JSON schema, as text, of what this version can be configured with. */
  describeAddonSchema(name: string, version: string): Promise<string>;
  /**
   * UpdateAddon with `resolveConflicts` PRESERVE: replaces the whole configuration and leaves alone what others set on
   * the objects by hand; version and role stay, for which the add-on is read first. Resolves with the id of the update, which goes on for minutes. The same `token` with the same
   * configuration is the same update, however often it is sent. Throws PortError `conflict` while another update of the
   * add-on is under way, `invalid` when EKS does not take the configuration.
   */
  updateAddon(change: AddonChange): Promise<string>;
  /** DescribeUpdate. Throws PortError `not-found` when there is no such update. */
  describeAddonUpdate(cluster: string, name: string, updateId: string): Promise<AddonUpdate>;
}

export interface AddonChange {
  cluster: string;
  name: string;
  /** JSON or YAML; `{}` clears it. */
  configurationValues: string;
  /** `clientRequestToken`: letters, digits, `-` and `_`. */
  token: string;
}

export interface AddonUpdate {
  /** `unknown`: a status that is newer than this code. */
  status: 'InProgress' | 'Successful' | 'Failed' | 'Cancelled' | 'unknown';
  errors: AddonIssue[];
}

/** Both as EKS says them. */
export interface AddonIssue {
  /** e.g. `ConfigurationConflict`; empty when EKS gave none. */
  code: string;
  message: string;
}

/** An add-on that EKS manages. */
export interface Addon {
  name: string;
  /** e.g. `v1.19.4-eksbuild.1`. */
  version: string;
  /** `ACTIVE`, `UPDATING`, `DEGRADED` …, as EKS says it. */
  status: string;
  /** JSON or YAML, byte for byte; empty when nothing was ever configured. */
  configurationValues: string;
  /** Its health; empty when EKS reports no issue. */
  issues: AddonIssue[];
}

/** An EKS managed node group. */
export interface Nodegroup {
  name: string;
  /** EKS replaces or reboots unhealthy nodes of it by itself (`nodeRepairConfig.enabled`). */
  autoRepair: boolean;
}

/** The roles of one cluster, as ARNs. What is in `unread` may be missing elsewhere: not read is not absent. */
export interface EksRoles {
  /** Of the cluster itself. */
  controlPlaneRole?: string;
  /** Of its node groups, and of Auto Mode's nodes. */
  nodeRoles: string[];
  /** Without those of IAM users, of people of IAM Identity Center and of AWS services, and of `nodeRoles`. */
  accessEntries: {
    principalArn: string /** e.g. `EC2_LINUX`; people and tools have `STANDARD`. */;
    type: string;
  }[];
  podIdentities: PodIdentityRole[];
  /** Add-ons whose service account has a role by its own OIDC issuer. */
  addons: { name: string; roleArn: string }[];
  /** One line for each part, with the reason. */
  unread: string[];
}

/** EKS Pod Identity gives the pods of a service account a role. */
export interface PodIdentityRole {
  namespace: string;
  serviceAccount: string;
  roleArn: string;
  /** The role the session goes on to, perhaps in another account. */
  targetRoleArn?: string;
}

export interface Cluster {
  name: string;
  arn: string;
  version: string;
  status: string;
  endpoint: string;
  /** Base64 PEM, as DescribeCluster gives it. */
  certificateAuthority: string;
  publicAccess: boolean;
  privateAccess: boolean;
  /** `identity.oidc.issuer`, by which roles for service accounts are told apart. */
  oidcIssuer?: string;
}
