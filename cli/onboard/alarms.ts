/** What one alarm watches: AWS publishes 1 for a minute in which a volume was asked for more than it has. */
export interface Check {
  metric: string;
  /** How the alarm's name ends. */
  suffix: string;
  /** What the volume is short of. */
  of: string;
}

export const CHECKS: readonly Check[] = [
  { metric: 'VolumeIOPSExceededCheck', suffix: 'ebs-iops', of: 'IOPS' },
  { metric: 'VolumeThroughputExceededCheck', suffix: 'ebs-throughput', of: 'throughput' },
];

/** Of CloudWatch, for one alarm on a query: beyond them it evaluates a part and calls that PARTIAL_DATA. */
export const MAX_SERIES = 500;
export const MAX_METRICS = 10_000;
/** Contributors in ALARM that it reports. */
export const MAX_IN_ALARM = 100;
/** From here on a fleet that grows as fleets do is soon beyond what is evaluated. */
export const NEAR_SERIES = 400;

/** The dimensions of one published metric, value by name. */
export type Series = Readonly<Record<string, string>>;

/** Everything that this command decides about an alarm, to absolute values. */
export interface AlarmSettings {
  description: string;
  query: string;
  periodSeconds: number;
  comparison: 'GreaterThanThreshold';
  threshold: number;
  evaluationPeriods: number;
  datapointsToAlarm: number;
  missing: 'missing';
}

export interface FleetAlarm {
  name: string;
  metric: string;
  /** Of the schema that is queried. */
  dimensions: readonly string[];
  settings: AlarmSettings;
  /** Volumes it has a series for now; CloudWatch evaluates 500. */
  volumes: number;
  /** Metrics behind them now, more than volumes where some hung on several instances; CloudWatch charges for each. */
  metrics: number;
  /** Volumes that publish the metric under the other schema alone: the alarm does not see them. */
  unseen: number;
  /** Whether CloudWatch evaluates all of it. */
  data: 'complete' | 'near-limit' | 'partial';
}

/** No alarm, because there is nothing to choose its query by. */
export interface NoAlarm {
  name: string;
  metric: string;
  why: string;
}

/** The plainest first: it matches fewest metrics. Which of them AWS publishes is not documented. */
const SCHEMAS: readonly (readonly string[])[] = [['VolumeId'], ['VolumeId', 'InstanceId']];

/** Not `paramedic-<stage>-…`: the rule leaves those out, as they are about Paramedic itself. */
export function fleetAlarmName(stage: string, { suffix }: Check): string {
  return `paramedic-fleet-${stage}-${suffix}`;
}

/** False for a stage whose own rule leaves the fleet's alarms out: `fleet`, and names that repeat it. */
export function isHeardBy(stage: string): boolean {
  return CHECKS.every((check) => !fleetAlarmName(stage, check).startsWith(`paramedic-${stage}-`));
}

/**
 * The one alarm for a check, from the series that are published now. Sorted instead of sharded: of more than 500 volumes
 * CloudWatch takes those with the highest values, and a volume that is short is above all that are not (decision 12).
 */
export function planAlarm(stage: string, check: Check, series: readonly Series[]): FleetAlarm | NoAlarm {
  const { metric } = check;
  const name = fleetAlarmName(stage, check);
  const dimensions = schemaOf(series);
  if (dimensions === undefined) return { name, metric, why: whyNone(series) };
  const seen = series.filter((each) => isOf(each, dimensions));
  const volumes = volumesIn(seen).size;
  return {
    name,
    metric,
    dimensions,
    settings: settingsOf(check, dimensions),
    volumes,
    metrics: seen.length,
    unseen: volumesIn(series).size - volumes,
    data: dataOf(volumes, seen.length),
  };
}

export function isAlarm(planned: FleetAlarm | NoAlarm): planned is FleetAlarm {
  return 'settings' in planned;
}

/** The schema that covers most volumes; of two that cover as many the plainer one. */
function schemaOf(series: readonly Series[]): readonly string[] | undefined {
  const covered = SCHEMAS.map((dimensions) => ({
    dimensions,
    volumes: volumesIn(series.filter((each) => isOf(each, dimensions))).size,
  }));
  const most = Math.max(...covered.map(({ volumes }) => volumes));
  return most === 0 ? undefined : covered.find(({ volumes }) => volumes === most)?.dimensions;
}

/** SCHEMA matches exactly these dimensions, no more and no fewer. */
function isOf(series: Series, dimensions: readonly string[]): boolean {
  const names = Object.keys(series);
  return names.length === dimensions.length && dimensions.every((name) => names.includes(name));
}

function volumesIn(series: readonly Series[]): Set<string> {
  return new Set(series.flatMap(({ VolumeId: id }) => id ?? []));
}

function whyNone(series: readonly Series[]): string {
  if (series.length === 0)
    return 'nothing publishes it: AWS does so while a volume is attached to a Nitro instance';
  const schemas = new Set(series.map((each) => `{${Object.keys(each).join(', ')}}`));
  return `published with dimensions that are not known here: ${[...schemas].slice(0, 5).join(' ')}`;
}

function settingsOf({ metric, of }: Check, dimensions: readonly string[]): AlarmSettings {
  const schema = ['"AWS/EBS"', ...dimensions].join(', ');
  return {
    description: `Volumes that are asked for more ${of} than they have; Paramedic listens to each one's own events`,
    query: `SELECT MAX("${metric}") FROM SCHEMA(${schema}) GROUP BY VolumeId ORDER BY MAX() DESC`,
    periodSeconds: 60,
    comparison: 'GreaterThanThreshold',
    threshold: 0,
    evaluationPeriods: 5,
    datapointsToAlarm: 5,
    // A volume that is detached publishes nothing, which is no proof that it does well.
    missing: 'missing',
  };
}

function dataOf(volumes: number, metrics: number): FleetAlarm['data'] {
  if (volumes > MAX_SERIES || metrics > MAX_METRICS) return 'partial';
  return volumes >= NEAR_SERIES ? 'near-limit' : 'complete';
}
