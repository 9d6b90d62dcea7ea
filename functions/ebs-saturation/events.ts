import type { EventKind } from '../../shared/pipeline/trouble.ts';

/** The trouble's name, as it stands in the config and the ledger. */
export const TROUBLE = 'ebs-saturation';

/** Of alarms on one metric, on metric math, and of composites. */
export const ALARM_STATE = 'CloudWatch Alarm State Change';
/** Of one series of an alarm that watches many: one event for each volume of a fleet. */
export const CONTRIBUTOR_STATE = 'CloudWatch Alarm Contributor State Change';
export const VOLUME_NOTIFICATION = 'EBS Volume Notification';

const CLOUDWATCH = 'aws.cloudwatch';

/** The events this trouble reads. Composites of anything come: no pattern can tell which are about volumes. */
export const events: readonly EventKind[] = [
  { source: CLOUDWATCH, detailType: ALARM_STATE },
  { source: CLOUDWATCH, detailType: CONTRIBUTOR_STATE },
  { source: 'aws.ec2', detailType: VOLUME_NOTIFICATION },
];
