import { type EpochMs, MINUTE_MS } from '../../shared/clock.ts';
import { ACCOUNT_SCOPE } from '../../shared/cluster/account.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import { type Group, groupsOf, joinedOf, SEVERAL_CALLERS, togetherOf } from './groups.ts';
import type { Input } from './input.ts';
import { causeIn } from './news.ts';
import { countAt, minuteOf, type Peak, peakOf, quietSince } from './rate.ts';
import type { RateRow } from './window.ts';

/** How it stands with the calls of one incident's causes. */
export interface Situation {
  group: Group;
  /** Throttled calls in the newest window and in the strongest one. */
  now: number;
  peak: Peak;
  isAtLeast: boolean;
  /** The rate has been below the exit since then. */
  quietSince: EpochMs;
  /** It was so for long enough. */
  isOver: boolean;
}

export function situationOf({ incident, policy, now }: Input, rows: readonly RateRow[]): Situation {
  const { rate } = policy;
  const group = groupOf(rows, incident, rate);
  const from = now - rate.quietFor - MINUTE_MS;
  const quiet = quietSince(group.calls, rate, from, now);
  return {
    group,
    now: countAt(group.calls, rate.window, minuteOf(now)),
    peak: strongestOf(group, rate, now),
    isAtLeast: group.rows.some((row) => row.isAtLeast),
    quietSince: quiet,
    isOver: now - quiet >= rate.quietFor,
  };
}

/** The strongest window of all that is remembered. */
export function strongestOf(
  { calls }: Pick<Group, 'calls'>,
  { window }: Input['policy']['rate'],
  now: EpochMs,
): Peak {
  return peakOf(calls, window, Math.min(now, ...calls.keys()), now);
}

/** The throttled calls that an incident is about: those of all causes that joined it, its own first. */
export function groupOf(
  rows: readonly RateRow[],
  incident: Pick<Incident, 'cluster' | 'subject' | 'signals'>,
  rate: Input['policy']['rate'],
): Group {
  const { name: scope } = incident.cluster;
  const groups = groupsOf(rows);
  if (incident.subject.id === SEVERAL_CALLERS) {
    const isAlone = ({ calls }: Group) =>
      peakOf(calls, rate.window, Math.min(...calls.keys()), Number.MAX_SAFE_INTEGER).count >= rate.openAt;
    return togetherOf(groups.filter((group) => !isAlone(group)));
  }
  const causes = new Set(causesOf(incident));
  const own = groups.filter((group) => group.scope === scope && causes.has(group.cause));
  return joinedOf(own, { scope, cause: incident.subject.id });
}

/** Whose calls an incident is about: the cause it is named after, then those that joined it, in order. */
export function causesOf({ subject, signals }: Pick<Incident, 'subject' | 'signals'>): string[] {
  return [...new Set([subject.id, ...signals.flatMap((signal) => causeIn(signal) ?? [])])];
}

export function isOfAccount({ scope }: Pick<Group, 'scope'>): boolean {
  return scope === ACCOUNT_SCOPE;
}
