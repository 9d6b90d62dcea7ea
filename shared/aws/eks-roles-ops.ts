import {
  DescribeAccessEntryCommand,
  type DescribeAccessEntryRequest,
  type DescribeAccessEntryResponse,
  DescribeAddonCommand,
  type DescribeAddonRequest,
  type DescribeAddonResponse,
  DescribeClusterCommand,
  type DescribeClusterRequest,
  type DescribeClusterResponse,
  DescribeNodegroupCommand,
  type DescribeNodegroupRequest,
  type DescribeNodegroupResponse,
  DescribePodIdentityAssociationCommand,
  type DescribePodIdentityAssociationRequest,
  type DescribePodIdentityAssociationResponse,
  type EKSClient,
  ListAccessEntriesCommand,
  type ListAccessEntriesRequest,
  type ListAccessEntriesResponse,
  ListAddonsCommand,
  type ListAddonsRequest,
  type ListAddonsResponse,
  ListNodegroupsCommand,
  type ListNodegroupsRequest,
  type ListNodegroupsResponse,
  ListPodIdentityAssociationsCommand,
  type ListPodIdentityAssociationsRequest,
  type ListPodIdentityAssociationsResponse,
} from '@aws-sdk/client-eks';

/**
 * The reads behind a cluster's roles, in the SDK's words; `eks-roles.ts` imports this module on first use. The
 * simulator answers them as EKS does.
 */
export interface RoleOperations {
  describeCluster(request: DescribeClusterRequest): Promise<DescribeClusterResponse>;
  listNodegroups(request: ListNodegroupsRequest): Promise<ListNodegroupsResponse>;
  describeNodegroup(request: DescribeNodegroupRequest): Promise<DescribeNodegroupResponse>;
  listAddons(request: ListAddonsRequest): Promise<ListAddonsResponse>;
  describeAddon(request: DescribeAddonRequest): Promise<DescribeAddonResponse>;
  listPodIdentityAssociations(
    request: ListPodIdentityAssociationsRequest,
  ): Promise<ListPodIdentityAssociationsResponse>;
  describePodIdentityAssociation(
    request: DescribePodIdentityAssociationRequest,
  ): Promise<DescribePodIdentityAssociationResponse>;
  listAccessEntries(request: ListAccessEntriesRequest): Promise<ListAccessEntriesResponse>;
  describeAccessEntry(request: DescribeAccessEntryRequest): Promise<DescribeAccessEntryResponse>;
}

export function roleOperations(client: () => EKSClient): RoleOperations {
  return {
    describeCluster: (request) => client().send(new DescribeClusterCommand(request)),
    listNodegroups: (request) => client().send(new ListNodegroupsCommand(request)),
    describeNodegroup: (request) => client().send(new DescribeNodegroupCommand(request)),
    listAddons: (request) => client().send(new ListAddonsCommand(request)),
    describeAddon: (request) => client().send(new DescribeAddonCommand(request)),
    listPodIdentityAssociations: (request) => client().send(new ListPodIdentityAssociationsCommand(request)),
    describePodIdentityAssociation: (request) =>
      client().send(new DescribePodIdentityAssociationCommand(request)),
    listAccessEntries: (request) => client().send(new ListAccessEntriesCommand(request)),
    describeAccessEntry: (request) => client().send(new DescribeAccessEntryCommand(request)),
  };
}
