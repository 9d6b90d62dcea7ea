import type { EpochMs } from '../../shared/clock.ts';
import type { Envelope } from '../../shared/pipeline/envelope.ts';
import { field, oneLine } from './fields.ts';
import type { MetricSays } from './metrics.ts';

const STATES = ['ALARM', 'OK', 'INSUFFICIENT_DATA'] as const;
export type AlarmState = (typeof STATES)[number];

/** What an event says of an alarm, as plain JSON. Every text in it is bounded and on one line. */
export interface AlarmNews {
  alarmName: string;
  alarmArn?: string;
  state: AlarmState;
  previous?: AlarmState;
  /** Only ALARM does; anything else joins what is open. */
  opens: boolean;
  /** A mute rule or another alarm holds its actions back. Never in ALARM: that is ignored. */
  suppressed: boolean;
  /** The known ones it watches; none of a composite. */
  metrics: string[];
  says: MetricSays[];
  /** The instances it names, at most ten: beside a volume the place where that hangs. */
  instances: string[];
  threshold?: number;
  /** What it was judged by, at most ten, in CloudWatch's order. */
  datapoints?: number[];
  /** Of a composite: ARNs of what set it off, the first of them; which volumes they are about must be read. */
  triggeringAlarms?: string[];
  /** The series of an alarm that watches many. */
  contributor?: string;
  /** No event told of it. */
  foundBy?: 'sweep';
}

/** A list this long stands in every signal, and fifty signals in one row. */
export const MAX_LISTED = 10;
/** Characters of all triggering alarms together: names may be long, and the others are read anyway. */
const MAX_TRIGGERING = 1_000;
const MAX_REASON_DATA = 64 * 1024;
const CONTRIBUTOR = /^[\w-]{1,64}$/;
const ALARM_ARN =
  /^arn:aws(?:-[a-z]{1,10}){0,3}:cloudwatch:[a-z0-9-]{1,32}:\d{12}:alarm:[^\p{Cc}\p{Cf}\p{Cs}]{1,255}$/u;
const TIMESTAMP = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)(?:Z|([+-]\d{2}):?(\d{2}))$/;

/** What helps and need not be there: nothing in it makes an event unusable. */
export function extrasOf(event: Envelope): Partial<AlarmNews> {
  const { detail } = event;
  const alarmArn = alarmArnOf(event);
  const previous = stateOf(field(detail, 'previousState', 'value'));
  const contributor = contributorIn(field(detail, 'alarmContributor', 'id'));
  const data = reasonDataOf(field(detail, 'state', 'reasonData'));
  const threshold = field(data, 'threshold');
  const datapoints = listOf(field(data, 'recentDatapoints')).filter(isNumber).slice(0, MAX_LISTED);
  return {
    ...(alarmArn !== undefined && { alarmArn }),
    ...(previous !== undefined && { previous }),
    ...(isNumber(threshold) && { threshold }),
    ...(datapoints.length > 0 && { datapoints }),
    ...(contributor !== undefined && { contributor }),
  };
}

/** Undefined: not the id of a series. */
export function contributorIn(id: unknown): string | undefined {
  return typeof id === 'string' && CONTRIBUTOR.test(id) ? id : undefined;
}

/** ARNs of the alarms that set a composite off, as far as its reason says. */
export function triggeringAlarmsOf(detail: unknown): string[] {
  const data = reasonDataOf(field(detail, 'state', 'reasonData'));
  const arns = listOf(field(data, 'triggeringAlarms')).map((each) => field(each, 'arn'));
  let room = MAX_TRIGGERING;
  return [...new Set(arns.filter(isAlarmArn))].slice(0, MAX_LISTED).filter((arn) => {
    room -= arn.length;
    return room >= 0;
  });
}

export function alarmArnOf({ resources }: Envelope): string | undefined {
  return resources.find(isAlarmArn);
}

export function stateOf(value: unknown): AlarmState | undefined {
  return STATES.find((known) => known === value);
}

/** Since when it is in its state. CloudWatch writes offsets without a colon. Undefined: what is there is no time. */
export function stateSince(detail: unknown, otherwise: EpochMs): EpochMs | undefined {
  const given = field(detail, 'state', 'timestamp') ?? null;
  if (given === null) return otherwise;
  const [, local, hours, minutes] = (typeof given === 'string' && TIMESTAMP.exec(given)) || [];
  if (local === undefined) return undefined;
  const at = Date.parse(hours === undefined ? `${local}Z` : `${local}${hours}:${minutes}`);
  return Number.isFinite(at) ? at : undefined;
}

/** Why its actions are held back; undefined: they are not. The event comes all the same. */
export function silenceOf(detail: unknown): string | undefined {
  const suppressedBy = oneLine(field(detail, 'state', 'actionsSuppressedBy'), 32);
  if (suppressedBy !== undefined) return `its actions are suppressed by ${suppressedBy}`;
  const mute = field(detail, 'muteDetail') ?? null;
  if (mute === null) return undefined;
  const end = oneLine(field(mute, 'muteWindowEnd'), 32);
  return end === undefined ? 'it is muted' : `it is muted until ${end}`;
}

/** JSON inside a text that is written for people: undefined where it is none. */
function reasonDataOf(text: unknown): unknown {
  if (typeof text !== 'string' || text.length > MAX_REASON_DATA) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isAlarmArn(value: unknown): value is string {
  return typeof value === 'string' && ALARM_ARN.test(value);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
