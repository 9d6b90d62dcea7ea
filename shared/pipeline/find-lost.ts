import { type EpochMs, SECOND_MS } from '../clock.ts';
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

/**
 * What the trouble finds that no event told of goes the way of an event: whose it is, then open or join. What is known
 * already, or nobody's as far as can be told now, is left: the next sweep looks again. Returns what was opened, one line each.
 */
export async function findLost(
  trouble: Trouble,
  environment: Environment,
  ledger: Ledger,
  isOnTime: () => boolean,
): Promise<string[]> {
  const { ports, home } = environment;
  if (trouble.find === undefined) return [];
  const { signals, lines } = await trouble.find({ ports, home });
  if (signals.length === 0) return lines;
  const owners = await ownersOfAll(trouble, environment, [{ signals }]);
  for (const signal of signals) {
    const owner = owners.get(signal.subject.id);
    if (owner?.is !== 'ours') continue;
    if (!isOnTime()) return [...lines, `${trouble.name}: not all was looked at, the sweep ran out of time`];
    const line = await route(trouble, environment, ledger, signal, { name: owner.cluster, ...home });
    if (line !== undefined) lines.push(line);
  }
  return lines;
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
