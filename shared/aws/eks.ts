import {
  DescribeClusterCommand,
  DescribeNodegroupCommand,
  type EKSClient,
  type Cluster as EksCluster,
  ListClustersCommand,
} from '@aws-sdk/client-eks';
import { PortError } from '../errors.ts';
import type { Cluster, Eks } from '../ports/eks.ts';
import { awsCall } from './classify.ts';
import { addonsAdapter } from './eks-addons.ts';
import { addonOperations } from './eks-addons-ops.ts';
import { rolesAdapter } from './eks-roles.ts';
import { lazy } from './lazy.ts';
import { allPages } from './paging.ts';

const PAGE_SIZE = 100;

export function eksAdapter(client: () => EKSClient): Eks {
  return {
    describeCluster: async (name) => {
      const operation = 'eks:DescribeCluster';
      const answer = await awsCall(operation, () => client().send(new DescribeClusterCommand({ name })));
      if (answer.cluster === undefined) throw new PortError('not-found', `no cluster ${name}`, { operation });
      return toCluster(name, answer.cluster);
    },
    listClusters: () =>
      allPages<string, string>(async (cursor) => {
        const answer = await awsCall('eks:ListClusters', () =>
          client().send(new ListClustersCommand({ maxResults: PAGE_SIZE, nextToken: cursor })),
        );
        return { items: answer.clusters ?? [], next: answer.nextToken };
      }),
    describeNodegroup: async (clusterName, name) => {
      const operation = 'eks:DescribeNodegroup';
      const command = new DescribeNodegroupCommand({ clusterName, nodegroupName: name });
      const { nodegroup } = await awsCall(operation, () => client().send(command));
      if (nodegroup === undefined) {
        throw new PortError('not-found', `no node group ${name} in ${clusterName}`, { operation });
      }
      return {
        name: nodegroup.nodegroupName ?? name,
        autoRepair: nodegroup.nodeRepairConfig?.enabled ?? false,
      };
    },
    ...addonsAdapter(addonOperations(client)),
    ...rolesAdapter(lazy(async () => (await import('./eks-roles-ops.ts')).roleOperations(client))),
  };
}

function toCluster(name: string, from: EksCluster): Cluster {
  return {
    name: from.name ?? name,
    arn: from.arn ?? '',
    version: from.version ?? '',
    status: from.status ?? '',
    endpoint: from.endpoint ?? '',
    certificateAuthority: from.certificateAuthority?.data ?? '',
    publicAccess: from.resourcesVpcConfig?.endpointPublicAccess ?? false,
    privateAccess: from.resourcesVpcConfig?.endpointPrivateAccess ?? false,
    ...(from.identity?.oidc?.issuer !== undefined && { oidcIssuer: from.identity.oidc.issuer }),
  };
}
