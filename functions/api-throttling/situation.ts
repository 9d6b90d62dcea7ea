import { type EpochMs, MINUTE_MS } from '../../shared/clock.ts';
import { ACCOUNT_SCOPE } from '../../shared/cluster/account.ts';
import { type Group, groupsOf, SEVERAL_CALLERS, togetherOf } from './groups.ts';
import type { Input } from './input.ts';
import { countAt, minuteOf, type Peak, peakOf, quietSince } from './rate.ts';
import type { RateRow } from './window.ts';

/** How it stands with the calls of one incident's cause. */
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
  const group = groupOf(rows, incident.cluster.name, incident.subject.id, rate);
  const from = now - rate.quietFor - MINUTE_MS;
  const quiet = quietSince(group.calls, rate, from, now);
  const begin = Math.min(now, ...group.calls.keys());
  return {
    group,
    now: countAt(group.calls, rate.window, minuteOf(now)),
    peak: peakOf(group.calls, rate.window, begin, now),
    isAtLeast: group.rows.some((row) => row.isAtLeast),
    quietSince: quiet,
    isOver: now - quiet >= rate.quietFor,
  };
}

function groupOf(
  rows: readonly RateRow[],
  scope: string,
  cause: string,
  rate: Input['policy']['rate'],
): Group {
  const groups = groupsOf(rows);
  if (cause === SEVERAL_CALLERS) {
    const isAlone = ({ calls }: Group) =>
      peakOf(calls, rate.window, Math.min(...calls.keys()), Number.MAX_SAFE_INTEGER).count >= rate.openAt;
    return togetherOf(groups.filter((group) => !isAlone(group)));
  }
  const found = groups.find((group) => group.scope === scope && group.cause === cause);
  return found ?? { scope, cause, calls: new Map(), rows: [] };
}

export function isOfAccount({ scope }: Pick<Group, 'scope'>): boolean {
  return scope === ACCOUNT_SCOPE;
}
