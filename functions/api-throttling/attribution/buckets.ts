import { type CallerHints, serviceOf } from './caller.ts';

/** A token bucket: how many calls at once, and how many a second afterwards. */
export interface Limits {
  burst: number;
  refillPerSecond: number;
}

/** What calls of one API in one account and region compete for. */
export interface Bucket {
  /** `ec2:AssignPrivateIpAddresses`; `elasticloadbalancing:*` where a service has one bucket for all its APIs. */
  id: string;
  /** Documented defaults, which AWS may have raised for the account; null where none are documented. */
  limits: Limits | null;
  /** The smaller bucket of the same API for calls without filter and page size; CloudTrail does not tell them apart. */
  unfiltered?: Limits;
}

const READING: Limits = { burst: 100, refillPerSecond: 20 };
const READING_ALL: Limits = { burst: 50, refillPerSecond: 10 };
const MUTATING: Limits = { burst: 50, refillPerSecond: 5 };

/** APIs with limits of their own ("Request throttling for the Amazon EC2 API"). The limit is per API, not per row. */
const OWN_LIMITS: readonly (readonly [Limits, readonly string[]])[] = [
  [
    { burst: 100, refillPerSecond: 5 },
    [
      'AssignPrivateIpAddresses',
      'UnassignPrivateIpAddresses',
      'AssignIpv6Addresses',
      'CreateNetworkInterface',
      'DeleteNetworkInterface',
      'ModifyNetworkInterfaceAttribute',
      'CreateVolume',
      'DeleteVolume',
      'CreateSnapshot',
      'CreateSnapshots',
      'DeleteSnapshot',
      'CreateLaunchTemplateVersion',
      'ModifyLaunchTemplate',
      'AssociateIamInstanceProfile',
      'ModifyInstanceMetadataOptions',
      'TerminateInstances',
    ],
  ],
  [{ burst: 100, refillPerSecond: 10 }, ['CreateTags', 'DeleteTags']],
  [{ burst: 5, refillPerSecond: 2 }, ['RunInstances', 'StartInstances']],
  [{ burst: 5, refillPerSecond: 1 }, ['CreateSubnetCidrReservation']],
  [{ burst: 1, refillPerSecond: 1 }, ['DescribeInstanceTopology']],
  [{ burst: 4, refillPerSecond: 0.3 }, ['CreateVpcEndpoint', 'ModifyVpcEndpoint', 'DeleteVpcEndpoints']],
];

const WITH_UNFILTERED = [
  'DescribeInstances',
  'DescribeInstanceStatus',
  'DescribeNetworkInterfaces',
  'DescribeSecurityGroups',
  'DescribeSnapshots',
  'DescribeSpotInstanceRequests',
  'DescribeVolumes',
];

const EC2 = new Map(OWN_LIMITS.flatMap(([limits, apis]) => apis.map((api) => [api, limits] as const)));

/** One bucket for every API of the load balancers, in the account and region. */
const ELB: Bucket = { id: 'elasticloadbalancing:*', limits: { burst: 40, refillPerSecond: 10 } };

/**
 * The bucket a call takes its token from. RunInstances, StartInstances, StopInstances and TerminateInstances have a
 * second one that counts instances, and the console's reads have their own: neither shows in a call's record.
 */
export function bucketOf(call: Pick<CallerHints, 'service' | 'api'>): Bucket {
  const service = serviceOf(call);
  const id = `${service}:${call.api}`;
  if (service === 'elasticloadbalancing') return ELB;
  if (service !== 'ec2') return { id, limits: null };
  const limits = EC2.get(call.api) ?? (/^(?:Describe|List|Search|Get)/.test(call.api) ? READING : MUTATING);
  return WITH_UNFILTERED.includes(call.api) ? { id, limits, unfiltered: READING_ALL } : { id, limits };
}

/** The most calls a bucket that starts full lets through in so many milliseconds. */
export function tokensIn({ burst, refillPerSecond }: Limits, windowMs: number): number {
  return burst + (refillPerSecond * windowMs) / 1000;
}
