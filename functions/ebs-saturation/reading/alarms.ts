import { type EpochMs, MINUTE_MS } from '../../../shared/clock.ts';
import { describeFailure, isFailure } from '../../../shared/errors.ts';
import { type Fact, readFact } from '../../../shared/fact.ts';
import { happenedAt, type Signal } from '../../../shared/incident/signal.ts';
import type { Alarm, Alarms, Contributor } from '../../../shared/ports/alarms.ts';
import { alarmOf } from '../signals.ts';
import { type AlarmReading, newestNews } from '../standing.ts';

/** News is old after that: EventBridge delivers at best, and an alarm that is deleted says nothing at all. */
const NEWS_FRESH_MS = 30 * MINUTE_MS;
/** So many series of one alarm CloudWatch lists. */
const MAX_LISTED = 100;
const SOURCE = 'CloudWatch DescribeAlarms';

/**
 * The alarms of an incident that were not OK when they were last heard of, long ago: one DescribeAlarms for a hundred, and
 * one DescribeAlarmContributors for each in ALARM that watches many series. One whose ARN no event gave is left out, and
 * so is a state that is newer than this code.
 */
export async function readAlarms(
  alarms: Alarms,
  signals: readonly Signal[],
  at: EpochMs,
): Promise<Fact<AlarmReading[]>> {
  const old = newestNews(signals).filter(
    (signal) => alarmOf(signal)?.state !== 'OK' && at - happenedAt(signal) >= NEWS_FRESH_MS,
  );
  const arns = old.flatMap((signal) => alarmOf(signal)?.alarmArn ?? []);
  return await readFact(SOURCE, at, async () => {
    const [first, ...others] = [...new Set(arns)];
    if (first === undefined) return [];
    const found = await alarms.describeAlarms([first, ...others]);
    const readings: AlarmReading[] = [];
    for (const signal of old) readings.push(...(await readingOf(alarms, found, signal)));
    return readings;
  });
}

async function readingOf(alarms: Alarms, found: readonly Alarm[], signal: Signal): Promise<AlarmReading[]> {
  const { alarmArn, contributor } = alarmOf(signal) ?? {};
  if (alarmArn === undefined) return [];
  const { meaning } = signal;
  const alarm = found.find(({ arn }) => arn === alarmArn);
  if (alarm === undefined) return [{ meaning, state: 'deleted' }];
  const { state, since } = alarm;
  if (state === 'unknown') return [];
  if (contributor !== undefined && state === 'ALARM')
    return [{ meaning, ...(await seriesOf(alarms, alarmArn, contributor)) }];
  return [{ meaning, state, ...(since !== undefined && { since }) }];
}

/** The alarm is in ALARM as long as any of its series is; those that are, are listed. */
async function seriesOf(
  alarms: Alarms,
  arn: string,
  contributor: string,
): Promise<Omit<AlarmReading, 'meaning'>> {
  const firing = await contributorsOf(alarms, arn);
  if ('state' in firing) return firing;
  const series = firing.find(({ id }) => id === contributor);
  // Where there are more than are listed, one that is missing may be in ALARM all the same.
  if (series === undefined && firing.length >= MAX_LISTED) return { state: 'ALARM' };
  if (series === undefined) return { state: 'OK' };
  return { state: 'ALARM', ...(series.since !== undefined && { since: series.since }) };
}

/** What cannot be listed says nothing of the other alarms. */
async function contributorsOf(
  alarms: Alarms,
  arn: string,
): Promise<Contributor[] | Pick<AlarmReading, 'state' | 'why'>> {
  try {
    return await alarms.describeContributors(arn);
  } catch (error) {
    // Since it was found.
    if (isFailure(error, 'not-found')) return { state: 'deleted' };
    return { state: 'unread', why: describeFailure(error) };
  }
}
