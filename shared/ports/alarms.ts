import type { EpochMs } from '../clock.ts';

/** The CloudWatch alarm calls we use. Adapter: `shared/aws/alarms.ts`; fake: `simulator/alarms.ts`. */
export interface Alarms {
  /**
   * DescribeAlarms by explicit ARNs of one account and Region, metric alarms and composites, all pages. CloudWatch finds
   * alarms by name alone: an alarm of the same name that has another ARN is not in the result, nor is one that is gone.
   */
  describeAlarms(arns: readonly [string, ...string[]]): Promise<Alarm[]>;
  /**
   * DescribeAlarmContributors, all pages: the series of a Metrics Insights alarm that are in ALARM now, of which CloudWatch
   * reports at most 100. Not-found: the alarm is gone.
   */
  describeContributors(arn: string): Promise<Contributor[]>;
  /** DescribeAlarms by state: the metric alarms of the account and Region that are in ALARM now, at most a thousand. */
  listFiring(): Promise<Firing>;
  /** ListAlarmMuteRules: whether one is active now that names this alarm; without an ARN, any alarm. */
  hasActiveMute(arn?: string): Promise<boolean>;
}

/** `isComplete`: false where more are in ALARM than were read. */
export interface Firing {
  alarms: MetricAlarm[];
  isComplete: boolean;
}

/** One series of an alarm that watches many. */
export interface Contributor {
  id: string;
  /** As in its events, e.g. `VolumeId`. */
  attributes: Record<string, string>;
  /** Since when it is in ALARM; absent: CloudWatch does not say it. */
  since?: EpochMs;
}

export type Alarm = MetricAlarm | CompositeAlarm;

interface AlarmBase {
  arn: string;
  name: string;
  /** `unknown`: a state that is newer than this code. */
  state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA' | 'unknown';
  /** When it came into that state; absent: CloudWatch does not say it. */
  since?: EpochMs;
}

export interface MetricAlarm extends AlarmBase {
  kind: 'metric';
  /**
   * What it watches in its own account, of metric math every input. Empty where it watches the result of a query: which series are in
   * ALARM stands in its contributors' events alone.
   */
  metrics: AlarmMetric[];
  /** Its expressions, of metric math or Metrics Insights. */
  expressions: string[];
  /** False: somebody switched its actions off. */
  actionsEnabled: boolean;
}

export interface CompositeAlarm extends AlarmBase {
  kind: 'composite';
  /** ARNs of the alarms that its rule names, whatever the rule makes of them; may be composites again. */
  children: string[];
}

export interface AlarmMetric {
  namespace: string;
  name: string;
  dimensions: Record<string, string>;
}
