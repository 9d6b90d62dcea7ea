import type { EpochMs } from '../clock.ts';
import type { ClusterRef } from '../ports/kubernetes.ts';
import type { Incident } from './incident.ts';
import { incidentId } from './keys.ts';
import type { Signal } from './signal.ts';

/** What a signal did to its incident. `late` and `duplicate` change nothing. */
export type Disposition = 'opened' | 'reopened' | 'joined' | 'duplicate' | 'late';

export interface Accepted {
  disposition: Disposition;
  incident: Incident;
}

/** More signals than this about one subject in one generation are counted, not kept: the ledger row is bounded. */
export const MAX_SIGNALS = 50;

/**
 * Decides whether a signal is news. A signal is news when no signal of the same meaning, in any generation,
 * was as new as it: comparing AWS's own times, so that no two machines' clocks are compared.
 */
export function acceptSignal(
  current: Incident | undefined,
  signal: Signal,
  about: { trouble: string; cluster: ClusterRef; now: EpochMs },
): Accepted {
  if (current === undefined) return { disposition: 'opened', incident: openIncident(signal, about) };
  const newest = current.seen[signal.meaning];
  if (newest !== undefined && signal.occurredAt <= newest) {
    const known = current.signals.some((seen) => seen.eventId === signal.eventId);
    return { disposition: known ? 'duplicate' : 'late', incident: current };
  }
  if (current.status === 'closed') {
    return { disposition: 'reopened', incident: reopenIncident(current, signal, about) };
  }
  return { disposition: 'joined', incident: joinIncident(current, signal) };
}

function openIncident(
  signal: Signal,
  about: { trouble: string; cluster: ClusterRef; now: EpochMs },
): Incident {
  return {
    id: incidentId(about.trouble, about.cluster, signal.subject),
    trouble: about.trouble,
    subject: signal.subject,
    cluster: about.cluster,
    generation: 1,
    status: 'open',
    openedAt: about.now,
    signals: [signal],
    revision: 1,
    seen: { [signal.meaning]: signal.occurredAt },
    records: [],
    questions: [],
    attempt: 1,
    attemptedAt: about.now,
    rounds: 0,
    announce: 0,
    announced: 0,
  };
}

/** A new generation starts from nothing but the memory of what was seen. */
function reopenIncident(
  closed: Incident,
  signal: Signal,
  about: { trouble: string; cluster: ClusterRef; now: EpochMs },
): Incident {
  const fresh = openIncident(signal, about);
  return { ...fresh, generation: closed.generation + 1, seen: { ...closed.seen, ...fresh.seen } };
}

function joinIncident(open: Incident, signal: Signal): Incident {
  const kept = open.signals.length < MAX_SIGNALS ? [...open.signals, signal] : open.signals;
  return {
    ...open,
    signals: kept,
    revision: open.revision + 1,
    seen: { ...open.seen, [signal.meaning]: signal.occurredAt },
  };
}
