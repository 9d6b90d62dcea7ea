import type { EventKind } from '../../shared/pipeline/trouble.ts';

/** The trouble's name, as it stands in the config and the ledger. */
export const TROUBLE = 'api-throttling';

export const CLOUDTRAIL_CALL = 'AWS API Call via CloudTrail';

/** The services whose throttling stops a cluster from growing or healing, by the first part of `eventSource`. */
export const SERVICES = [
  'ec2',
  'eks',
  'autoscaling',
  'elasticloadbalancing',
  'sts',
  'ssm',
  'ecr',
  'kms',
] as const;

/** EventBridge derives an event's source from the service that was called. */
export const events: readonly EventKind[] = SERVICES.map((service) => ({
  source: `aws.${service}`,
  detailType: CLOUDTRAIL_CALL,
}));
