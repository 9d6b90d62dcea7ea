import { type EpochMs, isoTime, MINUTE_MS } from '../../../shared/clock.ts';
import { describeFailure } from '../../../shared/errors.ts';
import type { Signal } from '../../../shared/incident/signal.ts';
import { sha256Hex } from '../../../shared/incident/step-key.ts';
import type { FindInput, Found } from '../../../shared/pipeline/trouble.ts';
import type { Alarms, MetricAlarm } from '../../../shared/ports/alarms.ts';
import { type AlarmNews, contributorIn, MAX_LISTED } from '../alarm-news.ts';
import { MAX_NAME, subjectsIn } from '../alarms.ts';
import { oneLine } from '../fields.ts';
import { ALARM, meaningOfAlarm } from '../signals.ts';
import { idsIn, type Named, readMetrics, type Watched } from '../watched.ts';

/** In one sweep, of alarms about volumes and instances. */
const MAX_ALARMS = 50;
/** About as often as the sweep runs. */
const TURN_MS = 5 * MINUTE_MS;

/** An alarm in ALARM that is read as its event would be. */
interface Loud {
  alarm: MetricAlarm;
  watched: Watched;
}

/**
 * Alarms about volumes and instances that are in ALARM now, as the signals of their events: the event was lost, came too
 * late, was muted at the time, or came before Paramedic. One DescribeAlarms, and while some are in ALARM one ListAlarmMuteRules;
 * composites are left to the alarms under them. One that is muted, or may be, is left alone. Of too many each has its turn.
 */
export async function findFiring({ ports: { alarms, clock }, home }: FindInput): Promise<Found> {
  const { alarms: firing, isComplete } = await alarms.listFiring();
  const all = firing.flatMap((alarm) => loudOf(alarm, home.account));
  const about = byTurns(all, clock.now());
  const lines = [
    ...(isComplete ? [] : ['more alarms are in ALARM than a sweep reads: of the others only events tell']),
    ...(about.length === all.length
      ? []
      : ['more alarms about volumes are in ALARM than a sweep looks at: each has its turn']),
  ];
  // What may be muted is taken for muted.
  const loud = await orLine(lines, 'alarms', () => withoutMuted(alarms, about));
  const signals: Signal[] = [];
  for (const each of loud)
    signals.push(...(await orLine(lines, each.alarm.name, () => signalsOf(alarms, each, home))));
  return { signals, lines };
}

/** The first would keep the others from ever being looked at. */
function byTurns(all: readonly Loud[], now: EpochMs): Loud[] {
  if (all.length <= MAX_ALARMS) return [...all];
  const sorted = all.toSorted((left, right) => (left.alarm.arn < right.alarm.arn ? -1 : 1));
  const start = (Math.floor(now / TURN_MS) * MAX_ALARMS) % sorted.length;
  return [...sorted.slice(start), ...sorted.slice(0, start)].slice(0, MAX_ALARMS);
}

/** What cannot be read opens nothing, people are told, and it holds up nothing else. */
async function orLine<T>(lines: string[], what: string, read: () => Promise<T[]>): Promise<T[]> {
  try {
    return await read();
  } catch (error) {
    const name = oneLine(what, MAX_NAME) ?? '';
    lines.push(`${name} in ALARM that no event told of: left alone: ${describeFailure(error)}`);
    return [];
  }
}

function loudOf(alarm: MetricAlarm, account: string): Loud[] {
  if (!alarm.actionsEnabled) return [];
  const entries = [
    ...alarm.metrics.map((metric) => ({ metricStat: { metric } })),
    ...alarm.expressions.map((expression) => ({ expression })),
  ];
  const watched = readMetrics(entries, account);
  return watched.is === 'watched' ? [{ alarm, watched }] : [];
}

/** Only while any rule is active is each asked about. */
async function withoutMuted(alarms: Alarms, about: readonly Loud[]): Promise<Loud[]> {
  if (about.length === 0 || !(await alarms.hasActiveMute())) return [...about];
  const loud: Loud[] = [];
  for (const each of about) if (!(await alarms.hasActiveMute(each.alarm.arn))) loud.push(each);
  return loud;
}

/** A query with a series for each volume names none of them: those in ALARM are listed. */
async function signalsOf(alarms: Alarms, loud: Loud, home: FindInput['home']): Promise<Signal[]> {
  const { alarm, watched } = loud;
  if (!watched.isGrouped) return signalsAbout(loud, home, { named: watched, since: alarm.since });
  const series = await alarms.describeContributors(alarm.arn);
  return series.flatMap(({ id, attributes, since = alarm.since }) => {
    const [named, contributor] = [idsIn(attributes), contributorIn(id)];
    if (named === undefined || contributor === undefined) return [];
    return signalsAbout(loud, home, { named, since, contributor });
  });
}

/** Without a time nobody could tell it from what is known already. */
function signalsAbout(
  { alarm: { arn, name }, watched }: Loud,
  { account, region }: FindInput['home'],
  { named, since, contributor }: { named: Named; since: EpochMs | undefined; contributor?: string },
): Signal[] {
  const alarmName = oneLine(name, MAX_NAME);
  if (since === undefined || alarmName === undefined) return [];
  const news: AlarmNews = {
    alarmName,
    alarmArn: arn,
    state: 'ALARM',
    opens: true,
    suppressed: false,
    metrics: watched.names,
    says: watched.says,
    instances: named.instances.slice(0, MAX_LISTED),
    ...(contributor !== undefined && { contributor }),
    foundBy: 'sweep',
  };
  const meaning = meaningOfAlarm(news);
  return subjectsIn(named).map((subject) => ({
    kind: ALARM,
    subject,
    occurredAt: since,
    eventId: `sweep-${sha256Hex(`${arn} ${meaning}`).slice(0, 12)}-${isoTime(since)}`,
    account,
    region,
    meaning,
    data: { ...news },
  }));
}
