import { PortError } from '../shared/errors.ts';
import type { Cluster, Eks, Nodegroup } from '../shared/ports/eks.ts';
import { gatedRoles } from './eks-roles.ts';
import type { Gate } from './gate.ts';
import type { World } from './world.ts';

/** EKS of a simulated world. */
export function simulatedEks(world: World, gate: Gate): Eks {
  const addons = world.addons.port();
  const request = (method: string, ...args: unknown[]) => ({ port: 'eks' as const, method, args });
  return {
    describeCluster: (name) => gate.call(request('describeCluster', name), () => clusterOf(world, name)),
    listClusters: () => gate.call(request('listClusters'), () => [...world.clusters.keys()]),
    describeNodegroup: (cluster, name) =>
      gate.call(request('describeNodegroup', cluster, name), () => nodegroupOf(world, cluster, name)),
    describeAddon: (cluster, name) =>
      gate.call(request('describeAddon', cluster, name), () => addons.describeAddon(cluster, name)),
    describeAddonSchema: (name, version) =>
      gate.call(request('describeAddonSchema', name, version), () =>
        addons.describeAddonSchema(name, version),
      ),
    updateAddon: (change) => gate.call(request('updateAddon', change), () => addons.updateAddon(change)),
    describeAddonUpdate: (cluster, name, id) =>
      gate.call(request('describeAddonUpdate', cluster, name, id), () =>
        addons.describeAddonUpdate(cluster, name, id),
      ),
    ...gatedRoles(world.roles, gate),
  };
}

function clusterOf(world: World, name: string): Cluster {
  const runtime = world.clusters.get(name);
  if (runtime === undefined) throw noCluster(name);
  const { ref, spec } = runtime.cluster;
  return {
    name,
    arn: `arn:aws:eks:${ref.region}:${ref.account}:cluster/${name}`,
    version: spec.version,
    status: 'ACTIVE',
    endpoint: `https://${name}.simulated.invalid`,
    certificateAuthority: Buffer.from(`simulated authority of ${name}`).toString('base64'),
    publicAccess: true,
    privateAccess: true,
    oidcIssuer: `https://oidc.eks.${ref.region}.amazonaws.com/id/${issuerId(name)}`,
  };
}

/** As EKS makes them: 32 hexadecimal digits, the same for the same name. */
function issuerId(name: string): string {
  return Buffer.from(name.repeat(16)).toString('hex').slice(0, 32).toUpperCase();
}

function nodegroupOf(world: World, cluster: string, name: string): Nodegroup {
  const group = world.fleet.groups.find(
    (candidate) => candidate.cluster === cluster && candidate.spec.name === name,
  );
  if (group?.spec.kind !== 'managed') throw noNodegroup(cluster, name);
  return { name, autoRepair: group.spec.autoRepair };
}

function noNodegroup(cluster: string, name: string): PortError {
  const details = { operation: 'eks:DescribeNodegroup', code: 'ResourceNotFoundException' };
  return new PortError('not-found', `no node group ${name} in cluster ${cluster}`, details);
}

export function noCluster(name: string): PortError {
  const details = { operation: 'eks:DescribeCluster', code: 'ResourceNotFoundException' };
  return new PortError('not-found', `no cluster found for name: ${name}`, details);
}
