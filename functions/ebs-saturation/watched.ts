import { field, isObject, oneLine } from './fields.ts';
import { type MetricSays, meaningOf, VOLUMES } from './metrics.ts';

const VOLUME_ID = /^vol-[0-9a-f]{8}(?:[0-9a-f]{9})?$/;
const INSTANCE_ID = /^i-[0-9a-f]{8}(?:[0-9a-f]{9})?$/;
/** CloudWatch takes ten in one alarm; this is what one event may make us read. */
const MAX_ENTRIES = 500;
const MAX_QUERY = 4_096;

const FROM = /\bFROM\s+(?:SCHEMA\s*\(\s*)?["']?(AWS\/E(?:BS|C2))\b/i;
const SELECTED = /\b(?:AVG|COUNT|MAX|MIN|SUM)\s*\(\s*["']?([\w%]+)/i;
const GROUPED = /\bGROUP\s+BY\b/i;
/** Equality alone: any other comparison does not say which volume it is. */
const NAMED = /\b(?:VolumeId|InstanceId)["']?\s*=\s*["']((?:vol|i)-[0-9a-f]{8,17})["']/g;

export interface Named {
  volumes: string[];
  instances: string[];
}

/** One known metric of an alarm, with the ids it is of. */
interface Series extends Named {
  name: string;
  says: MetricSays;
  /** A query with a series for each volume: the alarm's contributors name them. */
  isGrouped?: true;
}

/** Of all known metrics of an alarm, each once. */
export interface Watched extends Named {
  names: string[];
  says: MetricSays[];
  isGrouped: boolean;
}

export type Unusable = { is: 'ignored'; reason: string } | { is: 'malformed'; reason: string };
export type ReadMetrics = ({ is: 'watched' } & Watched) | Unusable;

/** `detail.configuration.metrics` of an alarm that belongs to `account`. */
export function readMetrics(entries: readonly unknown[], account: string): ReadMetrics {
  const series: Series[] = [];
  for (const [index, entry] of entries.slice(0, MAX_ENTRIES).entries()) {
    const read = isOfAnother(entry, account) ? undefined : readEntry(entry);
    if (read === 'bad dimensions') {
      const path = `detail.configuration.metrics.${index}.metricStat.metric.dimensions`;
      return { is: 'malformed', reason: `missing or bad field: ${path}` };
    }
    if (read !== undefined) series.push(read);
  }
  if (series.length === 0) return { is: 'ignored', reason: whyNone(entries, account) };
  return {
    is: 'watched',
    names: unique(series.map(({ name }) => name)),
    says: unique(series.map(({ says }) => says)),
    volumes: unique(series.flatMap(({ volumes }) => volumes)),
    instances: unique(series.flatMap(({ instances }) => instances)),
    isGrouped: series.some(({ isGrouped }) => isGrouped),
  };
}

/** A monitoring account's alarm may watch the volumes of others. */
function isOfAnother(entry: unknown, account: string): boolean {
  const owner = field(entry, 'accountId') ?? null;
  return owner !== null && owner !== account;
}

/** Undefined: known to be no metric of ours. */
function readEntry(entry: unknown): Series | 'bad dimensions' | undefined {
  const metric = field(entry, 'metricStat', 'metric');
  if (metric === undefined) return readQuery(field(entry, 'expression'));
  const namespace = field(metric, 'namespace');
  const known = meaningOf(namespace, field(metric, 'name'));
  if (known === undefined) return undefined;
  const ids = idsIn(field(metric, 'dimensions') ?? {});
  if (ids === undefined) return 'bad dimensions';
  // A metric of EC2 may be of a whole group; one of EBS is always of a volume.
  const isOfNobody = ids.volumes.length + ids.instances.length === 0;
  return isOfNobody && namespace === VOLUMES ? 'bad dimensions' : { ...known, ...ids };
}

/** In dimensions or a contributor's attributes. Undefined: these are none, or an id in them is not one. */
export function idsIn(dimensions: unknown): Named | undefined {
  if (!isObject(dimensions)) return undefined;
  const given = [field(dimensions, 'VolumeId'), field(dimensions, 'InstanceId')];
  const [volumes = [], instances = []] = given.map((id) => (id === undefined ? [] : [id]));
  return volumes.every(isVolumeId) && instances.every(isInstanceId) ? { volumes, instances } : undefined;
}

/** A Metrics Insights query has no dimensions: what it is about stands in its text. */
function readQuery(expression: unknown): Series | undefined {
  if (typeof expression !== 'string') return undefined;
  const query = expression.slice(0, MAX_QUERY);
  const known = meaningOf(FROM.exec(query)?.[1], SELECTED.exec(query)?.[1]);
  if (known === undefined) return undefined;
  if (GROUPED.test(query)) return { ...known, volumes: [], instances: [], isGrouped: true };
  const ids = [...query.matchAll(NAMED)].map(([, id]) => id);
  return { ...known, volumes: ids.filter(isVolumeId), instances: ids.filter(isInstanceId) };
}

function whyNone(entries: readonly unknown[], account: string): string {
  if (entries.some((entry) => isOfAnother(entry, account))) return 'its metrics are of another account';
  const metric = field(entries[0], 'metricStat', 'metric');
  if (metric === undefined) return 'its metrics are none of EBS';
  const [namespace, name] = ['namespace', 'name'].map((part) => oneLine(field(metric, part), 64) ?? '?');
  return `${namespace} ${name} says nothing about the speed of a volume`;
}

function isVolumeId(id: unknown): id is string {
  return typeof id === 'string' && VOLUME_ID.test(id);
}

function isInstanceId(id: unknown): id is string {
  return typeof id === 'string' && INSTANCE_ID.test(id);
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
