import type { Signal, SignalResult } from '../../shared/incident/signal.ts';
import type { Envelope } from '../../shared/pipeline/envelope.ts';
import type { AlarmNews } from './alarm-news.ts';
import { readAlarm } from './alarms.ts';
import { events, VOLUME_NOTIFICATION } from './events.ts';
import { field, oneLine } from './fields.ts';

/** A new state of an alarm. */
export const ALARM = 'alarm';
/** A step of a volume modification, whoever asked for it. It opens nothing. */
export const MODIFICATION = 'modification';

const VOLUME_ARN =
  /^arn:aws[a-z-]{0,32}:ec2:[a-z0-9-]{1,32}:\d{12}:volume\/(vol-[0-9a-f]{8}(?:[0-9a-f]{9})?)$/;
const RESULT = /^[a-z][a-z-]{0,31}$/;
const MAX_CAUSE = 256;

/** Total: other events are ignored with a reason, one of ours without usable fields is malformed. */
export function toSignals(event: Envelope): SignalResult {
  const isRead = events.some(
    ({ source, detailType }) => source === event.source && detailType === event.detailType,
  );
  if (!isRead) return { kind: 'ignored', reason: `${event.detailType} of ${event.source} is not treated` };
  if (event.detailType === VOLUME_NOTIFICATION) return modification(event);
  const read = readAlarm(event);
  if (read.is !== 'alarm') return { kind: read.is, reason: read.reason };
  const { news, at, subjects } = read;
  const [first, ...rest] = subjects;
  const signalOf = (subject: Signal['subject']): Signal => ({
    ...common(event),
    kind: ALARM,
    subject,
    occurredAt: at,
    meaning: meaningOfAlarm(news),
    data: { ...news },
  });
  return { kind: 'signals', signals: [signalOf(first), ...rest.map(signalOf)] };
}

/** One for all states of one alarm: whatever is older than what is known of it changes nothing. */
export function meaningOfAlarm({
  alarmName,
  contributor,
}: Pick<AlarmNews, 'alarmName' | 'contributor'>): string {
  return [ALARM, alarmName, ...(contributor === undefined ? [] : [contributor])].join(':');
}

/** The alarm of a signal that `toSignals` made; undefined: it is of another kind. */
export function alarmOf({ kind, data }: Pick<Signal, 'kind' | 'data'>): AlarmNews | undefined {
  return kind === ALARM ? (data as unknown as AlarmNews) : undefined;
}

/** Of the notices about volumes only these say something about speed; AWS writes one of the names with a blank. */
function modification(event: Envelope): SignalResult {
  const name = oneLine(field(event.detail, 'event'), 64);
  if (name === undefined) return malformed('detail.event');
  if (name !== 'modifyVolume') return { kind: 'ignored', reason: `${name} does not change a volume's speed` };
  // A KMS key may stand beside the volume.
  const [id] = event.resources.flatMap((arn) => VOLUME_ARN.exec(arn)?.[1] ?? []);
  if (id === undefined) return malformed('resources');
  const result = field(event.detail, 'result');
  if (typeof result !== 'string' || !RESULT.test(result)) return malformed('detail.result');
  const cause = oneLine(field(event.detail, 'cause'), MAX_CAUSE);
  const signal: Signal = {
    ...common(event),
    kind: MODIFICATION,
    subject: { kind: 'volume', id },
    occurredAt: event.time,
    meaning: `${MODIFICATION}:${result}`,
    data: { result, opens: false, ...(cause !== undefined && { cause }) },
  };
  return { kind: 'signals', signals: [signal] };
}

function common({ id, account, region }: Envelope): Pick<Signal, 'eventId' | 'account' | 'region'> {
  return { eventId: id, account, region };
}

function malformed(path: string): SignalResult {
  return { kind: 'malformed', reason: `missing or bad field: ${path}` };
}
