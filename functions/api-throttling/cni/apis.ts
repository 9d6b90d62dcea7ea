/** The EC2 calls of ipamd. */
export const CNI_APIS = [
  'AssignPrivateIpAddresses',
  'UnassignPrivateIpAddresses',
  'CreateNetworkInterface',
  'AttachNetworkInterface',
  'ModifyNetworkInterfaceAttribute',
  'DetachNetworkInterface',
  'DeleteNetworkInterface',
  'DescribeNetworkInterfaces',
  'DescribeInstances',
  'DescribeSubnets',
] as const;

export type CniApi = (typeof CNI_APIS)[number];

/** Calls by API; an API that is not called is not in it. */
export type CallCounts = Partial<Record<CniApi, number>>;

interface Bucket {
  capacity: number;
  /** Tokens a second. */
  refill: number;
}

const ADDRESSES: Bucket = { capacity: 100, refill: 5 };
const DEFAULT_MUTATING: Bucket = { capacity: 50, refill: 5 };
const FILTERED_READ: Bucket = { capacity: 100, refill: 20 };

/** EC2's defaults per account and Region; an account may have been given more. */
export const BUCKETS: Readonly<Record<CniApi, Bucket>> = {
  AssignPrivateIpAddresses: ADDRESSES,
  UnassignPrivateIpAddresses: ADDRESSES,
  CreateNetworkInterface: ADDRESSES,
  AttachNetworkInterface: DEFAULT_MUTATING,
  ModifyNetworkInterfaceAttribute: ADDRESSES,
  DetachNetworkInterface: DEFAULT_MUTATING,
  DeleteNetworkInterface: ADDRESSES,
  DescribeNetworkInterfaces: FILTERED_READ,
  // By id: whether that counts as filtered is not documented, so the smaller bucket.
  DescribeInstances: { capacity: 50, refill: 10 },
  DescribeSubnets: FILTERED_READ,
};

export function isMutating(api: CniApi): boolean {
  return !api.startsWith('Describe');
}

export function totalOf(counts: CallCounts): number {
  return CNI_APIS.reduce((sum, api) => sum + (counts[api] ?? 0), 0);
}

export function mutatingOf(counts: CallCounts): number {
  return CNI_APIS.filter(isMutating).reduce((sum, api) => sum + (counts[api] ?? 0), 0);
}

/** Every count of `added`, `times` over, on top of `counts`. */
export function plus(counts: CallCounts, added: CallCounts, times = 1): CallCounts {
  const sum = (api: CniApi) => (counts[api] ?? 0) + (added[api] ?? 0) * times;
  return Object.fromEntries(CNI_APIS.flatMap((api) => (sum(api) > 0 ? [[api, sum(api)]] : [])));
}

/** The API whose bucket takes longest, and how long, in seconds. */
export interface Bottleneck {
  api: CniApi;
  seconds: number;
}

/**
 * How long calls made at once take until the last has its token: each API has its own bucket, full at first and
 * used by nobody else. Retries and other callers make it longer. Null when the buckets hold them all.
 */
export function bottleneckOf(counts: CallCounts): Bottleneck | null {
  const waits = CNI_APIS.map((api) => ({ api, seconds: secondsToDrain(api, counts[api] ?? 0) }));
  const longest = waits.reduce((left, right) => (right.seconds > left.seconds ? right : left));
  return longest.seconds > 0 ? longest : null;
}

export function secondsToDrain(api: CniApi, calls: number): number {
  const { capacity, refill } = BUCKETS[api];
  return Math.max(0, (calls - capacity) / refill);
}
