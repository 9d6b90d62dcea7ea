import type {
  ClusterNumbers,
  CniSettings,
  Env,
  EnvVar,
  InstanceLimits,
  NodeGroupNumbers,
  SubnetNumbers,
} from '../../../functions/api-throttling/cni/index.ts';

/** What aws-node does out of the box, from 1.18 on. */
export const DEFAULTS: CniSettings = {
  warmEniTarget: 1,
  warmIpTarget: 0,
  minimumIpTarget: 0,
  warmPrefixTarget: 0,
  maxEni: 0,
  ipCooldownSeconds: 30,
  prefixDelegation: false,
  customNetworking: false,
  podEni: false,
  subnetDiscovery: true,
  provisioning: true,
  ipv6: false,
  multiNic: false,
  clusterEndpoint: '',
};

export const M5_LARGE: InstanceLimits = { type: 'm5.large', enis: 3, ipv4PerEni: 10, nitro: true, vcpus: 2 };
export const M5_4XLARGE: InstanceLimits = {
  type: 'm5.4xlarge',
  enis: 8,
  ipv4PerEni: 30,
  nitro: true,
  vcpus: 16,
};
export const T3_SMALL: InstanceLimits = { type: 't3.small', enis: 3, ipv4PerEni: 4, nitro: true, vcpus: 2 };
export const M4_LARGE: InstanceLimits = { type: 'm4.large', enis: 2, ipv4PerEni: 10, nitro: false, vcpus: 2 };
export const P3DN: InstanceLimits = {
  type: 'p3dn.24xlarge',
  enis: 15,
  ipv4PerEni: 50,
  nitro: true,
  vcpus: 96,
};

export const ENDPOINT = 'https://ABCDEF0123456789.gr7.eu-west-1.eks.amazonaws.com';

export function settings(changed: Partial<CniSettings> = {}): CniSettings {
  return { ...DEFAULTS, ...changed };
}

export function group(changed: Partial<NodeGroupNumbers> = {}): NodeGroupNumbers {
  return {
    name: 'workers',
    limits: M5_LARGE,
    maxPods: 29,
    podsPerNode: 10,
    podsChurnedPerMinute: 1,
    branchPodsPerNode: 0,
    nodes: 100,
    launchedAtOnce: 60,
    ...changed,
  };
}

export function subnet(changed: Partial<SubnetNumbers> = {}): SubnetNumbers {
  return { id: 'subnet-0a1b2c3d', free: 8_000, held: 2_000, nodes: { workers: 100 }, ...changed };
}

export function cluster(changed: Partial<ClusterNumbers> = {}): ClusterNumbers {
  return {
    version: [1, 19, 4],
    settings: settings(),
    owner: { kind: 'eks-addon' },
    groups: [group()],
    subnets: [subnet()],
    autoModeNodes: 0,
    fargateNodes: 0,
    apiServer: { endpoint: ENDPOINT, privateAccess: true },
    settable: null,
    ...changed,
  };
}

/** The container's variables once `env` is in effect. */
export function withEnv(present: readonly EnvVar[], env: Env): EnvVar[] {
  const kept = present.filter(({ name }) => !Object.hasOwn(env, name));
  return [...kept, ...Object.entries(env).map(([name, value]) => ({ name, value }))];
}
