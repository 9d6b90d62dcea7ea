import { type EpochMs, MINUTE_MS, SECOND_MS } from '../clock.ts';
import type { Ownership } from '../cluster/ownership.ts';
import { describeFailure } from '../errors.ts';
import { incidentId } from '../incident/keys.ts';
import type { Ledger } from '../incident/ledger.ts';
import type { Signal } from '../incident/signal.ts';
import type { ClusterRef } from '../ports/kubernetes.ts';
import type { Environment } from './environment.ts';
import { ownersOfAll } from './locate.ts';
import { openOrJoin } from './open.ts';
import type { Trouble } from './trouble.ts';

/** What a read and an event say of one moment may differ by so much. */
const SAME_MOMENT_MS = 5 * SECOND_MS;

/** The event of what is younger may be on its way. */
const EVENT_COMES_WITHIN_MS = 2 * MINUTE_MS;
const MAX_WHY = 256;

/**
 * What the trouble finds that no event told of goes the way of an event: whose it is, then open or join. What is known
 * already, gone, or nobody's as far as can be told now, is left: the next sweep looks again. Returns what was opened and
 * what could not be found out, one line each.
 */
export async function findLost(
  trouble: Trouble,
  environment: Environment,
  ledger: Ledger,
  isOnTime: () => boolean,
): Promise<string[]> {
  const { ports, home } = environment;
  const outOfTime = `${trouble.name}: not all that no event told of was looked at, the sweep ran out of time`;
  if (trouble.find === undefined) return [];
  if (!isOnTime()) return [outOfTime];
  const { signals: found, lines } = await trouble.find({ ports, home });
  const latest = ports.clock.now() - EVENT_COMES_WITHIN_MS;
  const signals = found.filter(({ occurredAt }) => occurredAt <= latest);
  if (signals.length === 0) return lines;
  const owners = await ownersOfAll(trouble, environment, [{ signals }]);
  for (const why of whyUnknown(owners))
    lines.push(`${trouble.name}: whose it is that no event told of is unknown: ${why}`);
  for (const signal of signals) {
    const owner = owners.get(signal.subject.id);
    if (owner?.is !== 'ours') continue;
    if (!isOnTime()) return [...lines, outOfTime];
    const line = await route(trouble, environment, ledger, signal, { name: owner.cluster, ...home });
    if (line !== undefined) lines.push(line);
  }
  return lines;
}

/** Each reason once. What AWS does not have is nobody's, and no news. */
function whyUnknown(owners: ReadonlyMap<string, Ownership>): ReadonlySet<string> {
  const whys = [...owners.values()].flatMap((owner) =>
    owner.is === 'unknown' && owner.isGone !== true ? [owner.why] : [],
  );
  // Tags stand in some of them.
  return new Set(whys.map((why) => why.replaceAll(/\p{Cc}+/gu, ' ').slice(0, MAX_WHY)));
}

/** One's failure is its own. */
async function route(
  trouble: Trouble,
  environment: Environment,
  ledger: Ledger,
  signal: Signal,
  cluster: ClusterRef,
): Promise<string | undefined> {
  const { id } = signal.subject;
  try {
    const incident = await ledger.readIncident(incidentId(trouble.name, cluster, signal.subject));
    if (isKnown(incident?.seen[signal.meaning], signal)) return undefined;
    const disposition = await openOrJoin(trouble, environment, ledger, signal, { name: cluster.name });
    // Where the trouble is off every sweep finds it anew.
    if (disposition === 'off') return undefined;
    environment.metrics.count('Signals', { trouble: trouble.name, kind: signal.kind, disposition });
    const isNew = disposition === 'opened' || disposition === 'reopened';
    return isNew
      ? `${id} of ${cluster.name}: ${signal.meaning}, which no event told of (${disposition})`
      : undefined;
  } catch (error) {
    return `${id} of ${cluster.name}: ${describeFailure(error)}`;
  }
}

function isKnown(seen: EpochMs | undefined, { occurredAt }: Signal): boolean {
  return seen !== undefined && occurredAt <= seen + SAME_MOMENT_MS;
}
