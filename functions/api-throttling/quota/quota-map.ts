import { bucketQuotas } from './buckets.ts';
import { FAMILY_QUOTAS, familyOf } from './families.ts';
import type { NamedQuota } from './named-quota.ts';

/** What a refused call was about, as far as it is known. */
export interface Refused {
  /** The error's code, with or without `Client.` or `Server.`. */
  error: string;
  /** The API that was refused, e.g. `CreateVolume`. */
  api?: string;
  /** EBS: `gp3`, `io2` … */
  volumeType?: string;
  /** EC2: `m7g.large` … */
  instanceType?: string;
}

/** Which quota stands behind an error. */
export type QuotaLookup =
  | { is: 'one'; quota: NamedQuota }
  /** It is one of these, and what was refused does not say which. */
  | { is: 'several'; quotas: readonly NamedQuota[] }
  /** Service Quotas is not known to have one. */
  | { is: 'none'; why: string };

type VolumeQuotas = Readonly<Record<string, string>>;

const STORAGE: VolumeQuotas = {
  gp3: 'L-7A658B76',
  gp2: 'L-D18FCD1D',
  io1: 'L-FD252861',
  io2: 'L-09BD8365',
};
const MODIFICATION: VolumeQuotas = {
  gp3: 'L-59C8FC87',
  gp2: 'L-F06E64A8',
  io1: 'L-5F80CA91',
  io2: 'L-9A0E0F82',
};
const IOPS: VolumeQuotas = { io1: 'L-B3A130E6', io2: 'L-8D977E7E' };

const INTERFACES: NamedQuota = { service: 'vpc', code: 'L-DF5E4CA3', name: 'Network interfaces per Region' };
const CLUSTERS: NamedQuota = { service: 'eks', code: 'L-1194D53C', name: 'Clusters' };
const NODE_GROUPS: NamedQuota = {
  service: 'eks',
  code: 'L-6D54EA21',
  name: 'Managed node groups per cluster',
};
const GROUP_NODES: NamedQuota = { service: 'eks', code: 'L-BD136A63', name: 'Nodes per managed node group' };

/** EKS names every quota's end the same; the call says which it was. */
const EKS_BY_API: Readonly<Record<string, NamedQuota>> = {
  CreateCluster: CLUSTERS,
  CreateNodegroup: NODE_GROUPS,
  UpdateNodegroupConfig: GROUP_NODES,
};

const BY_ERROR: ReadonlyMap<string, (refused: Refused) => QuotaLookup> = new Map([
  ['NetworkInterfaceLimitExceeded', () => one(INTERFACES)],
  ['EniLimitReached', () => one(INTERFACES)],
  [
    'SecurityGroupsPerInterfaceLimitExceeded',
    () => one({ service: 'vpc', code: 'L-2AFB9258', name: 'Security groups per network interface' }),
  ],
  [
    'RulesPerSecurityGroupLimitExceeded',
    () => one({ service: 'vpc', code: 'L-0EA8095F', name: 'Rules per security group' }),
  ],
  ['VolumeLimitExceeded', byVolume('Storage', STORAGE)],
  ['VolumeModificationSizeLimitExceeded', byVolume('Storage modifications', MODIFICATION)],
  ['MaxIOPSLimitExceeded', byVolume('IOPS', IOPS)],
  ['VcpuLimitExceeded', byFamily('onDemand')],
  ['InstanceLimitExceeded', byFamily('onDemand')],
  ['MaxSpotInstanceCountExceeded', byFamily('spot')],
  ['ResourceLimitExceededException', eksQuota],
]);

/** The quota whose end an error reports. Total: what nobody knows is `none` with the reason. */
export function quotaOfError(refused: Refused): QuotaLookup {
  const code = refused.error.replace(/^(Client|Server)\./, '');
  return BY_ERROR.get(code)?.(refused) ?? { is: 'none', why: 'no quota is known for this error' };
}

/** The quota of an API that was throttled: the refill rate of its bucket first, as AWS advises to ask. */
export function quotaOfThrottle(service: string, api: string): QuotaLookup {
  const [first] = bucketQuotas(service, api);
  return first === undefined
    ? { is: 'none', why: 'Service Quotas is not known to hold the rate of this API' }
    : one(first);
}

function one(quota: NamedQuota): QuotaLookup {
  return { is: 'one', quota };
}

function byVolume(what: string, codes: VolumeQuotas): (refused: Refused) => QuotaLookup {
  const quotas = Object.entries(codes).map(([type, code]) => ({
    type,
    quota: { service: 'ebs', code, name: `${what} for ${type} volumes` },
  }));
  return ({ volumeType }) => {
    const found = quotas.find(({ type }) => type === volumeType);
    if (found !== undefined) return one(found.quota);
    if (volumeType !== undefined) return { is: 'none', why: 'Service Quotas has none for this volume type' };
    return { is: 'several', quotas: quotas.map(({ quota }) => quota) };
  };
}

function byFamily(market: 'onDemand' | 'spot'): (refused: Refused) => QuotaLookup {
  return ({ instanceType }) => {
    const all = FAMILY_QUOTAS[market];
    if (instanceType === undefined) return { is: 'several', quotas: all.map(({ quota }) => quota) };
    const family = familyOf(instanceType);
    const found = all.filter(({ families }) => family !== undefined && families.includes(family));
    const [first, ...more] = found.map(({ quota }) => quota);
    if (first === undefined) return { is: 'none', why: 'no quota is known for this instance type' };
    return more.length === 0 ? one(first) : { is: 'several', quotas: [first, ...more] };
  };
}

function eksQuota({ api }: Refused): QuotaLookup {
  const found = api !== undefined && Object.hasOwn(EKS_BY_API, api) ? EKS_BY_API[api] : undefined;
  return found === undefined ? { is: 'several', quotas: [CLUSTERS, NODE_GROUPS, GROUP_NODES] } : one(found);
}
