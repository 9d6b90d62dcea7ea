/** The EKS calls we use. Adapter: `shared/aws/eks.ts`; fake: `simulator/eks.ts`. */
export interface Eks {
  /** Throws PortError `not-found` when there is no such cluster. */
  describeCluster(name: string): Promise<Cluster>;
  /** All pages of ListClusters in this account and region. */
  listClusters(): Promise<string[]>;
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
}
