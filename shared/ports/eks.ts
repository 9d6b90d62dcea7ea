/** The EKS calls we use. Adapter: `shared/aws/eks.ts`; fake: `simulator/eks.ts`. */
export interface Eks {
  /** Throws PortError `not-found` when there is no such cluster. */
  describeCluster(name: string): Promise<Cluster>;
  /** All pages of ListClusters in this account and region. */
  listClusters(): Promise<string[]>;
  /** DescribeNodegroup. Throws PortError `not-found` when there is no such node group. */
  describeNodegroup(cluster: string, name: string): Promise<Nodegroup>;
}

/** An EKS managed node group. */
export interface Nodegroup {
  name: string;
  /** EKS replaces or reboots unhealthy nodes of it by itself (`nodeRepairConfig.enabled`). */
  autoRepair: boolean;
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
