/** Where a failure belongs that is not too many calls. */
export type Elsewhere = 'capacity' | 'quota' | 'addresses' | 'state' | 'object-rate';

export type CodeClass = { is: 'throttled' } | { is: 'elsewhere'; belongs: Elsewhere } | { is: 'other' };

/** What a service answers when calls come faster than its token bucket fills. */
const THROTTLED: ReadonlySet<string> = new Set([
  // EC2; the second is what Lambda says when EC2 throttles it.
  'RequestLimitExceeded',
  'EC2ThrottledException',
  // The query APIs: Elastic Load Balancing, Auto Scaling, STS.
  'Throttling',
  'ThrottledException',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  // The JSON and REST APIs: EKS, KMS, SSM, ECR, Service Quotas.
  'ThrottlingException',
  'TooManyRequestsException',
  'ProvisionedThroughputExceededException',
  // KMS throttles somebody who encrypts through another service.
  'KMSThrottlingException',
  'KmsThrottled',
]);

/** Failures that look like it and are not: more calls or a larger bucket would not help. */
const ELSEWHERE: Readonly<Record<Elsewhere, readonly string[]>> = {
  capacity: [
    'InsufficientInstanceCapacity',
    'InsufficientHostCapacity',
    'InsufficientVolumeCapacity',
    'InsufficientAddressCapacity',
    'UnfulfillableCapacity',
    'SpotMaxPriceTooLow',
  ],
  quota: [
    'VcpuLimitExceeded',
    'InstanceLimitExceeded',
    'MaxSpotInstanceCountExceeded',
    'NetworkInterfaceLimitExceeded',
    'AttachmentLimitExceeded',
    'VolumeLimitExceeded',
    'MaxIOPSLimitExceeded',
    'VolumeModificationSizeLimitExceeded',
    'SecurityGroupsPerInterfaceLimitExceeded',
    'RulesPerSecurityGroupLimitExceeded',
    'ResourceLimitExceeded',
    'MaxFleetCountExceeded',
    'LimitExceededException',
  ],
  addresses: ['InsufficientFreeAddressesInSubnet', 'InsufficientCidrBlocks', 'PrivateIpAddressLimitExceeded'],
  state: [
    'IncorrectState',
    'IncorrectInstanceState',
    'IncorrectModificationState',
    'VolumeInUse',
    'ConcurrentTagAccess',
    'RetryableError',
    'TooManyUpdates',
  ],
  'object-rate': ['VolumeModificationRateExceeded', 'SnapshotCreationPerVolumeRateExceeded'],
};

const BELONGS: ReadonlyMap<string, Elsewhere> = new Map(
  Object.entries(ELSEWHERE).flatMap(([belongs, codes]) =>
    codes.map((code) => [code, belongs as Elsewhere] as const),
  ),
);

/**
 * What an `errorCode` of CloudTrail means, with or without EC2's `Client.` or `Server.` before it. By the code
 * alone: the text beside it comes in any language.
 */
export function classifyCode(errorCode: string): CodeClass {
  const code = errorCode.replace(/^(?:Client|Server)\./, '');
  if (THROTTLED.has(code)) return { is: 'throttled' };
  const belongs = BELONGS.get(code);
  return belongs === undefined ? { is: 'other' } : { is: 'elsewhere', belongs };
}
