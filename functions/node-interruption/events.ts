import type { EventKind } from '../../shared/pipeline/trouble.ts';

/** The trouble's name, as it stands in the config and the ledger. */
export const TROUBLE = 'node-interruption';

export const SPOT_INTERRUPTION = 'EC2 Spot Instance Interruption Warning';
/** Interruptible reservations and capacity blocks; AWS documents both names. */
export const CAPACITY_INTERRUPTION = 'EC2 Capacity Reservation Instance Interruption Warning';
export const INTERRUPTIBLE_INTERRUPTION =
  'EC2 Interruptible Capacity Reservation Instance Interruption Warning';
export const REBALANCE = 'EC2 Instance Rebalance Recommendation';
export const STATE_CHANGE = 'EC2 Instance State-change Notification';
export const TERMINATION_HOOK = 'EC2 Instance-terminate Lifecycle Action';

const EC2 = 'aws.ec2';

/** The events this trouble reads. Warnings leave two minutes: they travel apart from everything else. */
export const events: readonly EventKind[] = [
  { source: EC2, detailType: SPOT_INTERRUPTION, urgent: true },
  { source: EC2, detailType: CAPACITY_INTERRUPTION, urgent: true },
  { source: EC2, detailType: INTERRUPTIBLE_INTERRUPTION, urgent: true },
  { source: EC2, detailType: REBALANCE },
  { source: EC2, detailType: STATE_CHANGE },
  { source: 'aws.autoscaling', detailType: TERMINATION_HOOK },
];
