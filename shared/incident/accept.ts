import type { EpochMs } from '../clock.ts';
import type { ClusterRef } from '../ports/kubernetes.ts';
import type { Incident } from './incident.ts';
import { incidentId } from './keys.ts';
import type { Signal } from './signal.ts';

/**
 * What a signal did to its incident. `late` and `duplicate` change nothing; `expected` is remembered, but the
 * closed incident had dealt with it already.
 */
export type Disposition = 'opened' | 'reopened' | 'joined' | 'expected' | 'duplicate' | 'late';

export interface Accepted {
  disposition: Disposition;
  incident: Incident;
}

interface About {
  trouble: string;
  cluster: ClusterRef;
  now: EpochMs;
  isExpected?: (closed: Incident, signal: Signal) => boolean;
  /** Of more signals than are kept the newest of each meaning count, e.g. states; default: the first that came. */
  keepsNewest?: boolean;
}

/** More signals than this about one subject in one generation are not kept: the ledger row is bounded. */
export const MAX_SIGNALS = 50;

/**
 * Decides whether a signal is news. A signal is news when no signal of the same meaning, in any generation,
 * was as new as it: comparing AWS's own times, so that no two machines' clocks are compared.
 */
export function acceptSignal(current: Incident | undefined, signal: Signal, about: About): Accepted {
  if (current === undefined) return { disposition: 'opened', incident: openIncident(signal, about) };
  const newest = current.seen[signal.meaning];
  if (newest !== undefined && signal.occurredAt <= newest) {
    const known = current.signals.some((seen) => seen.eventId === signal.eventId);
    return { disposition: known ? 'duplicate' : 'late', incident: current };
  }
  if (current.status === 'closed') {
    if (about.isExpected?.(current, signal) === true)
      return { disposition: 'expected', incident: see(current, signal) };
    return { disposition: 'reopened', incident: reopenIncident(current, signal, about) };
  }
  return { disposition: 'joined', incident: joinIncident(current, signal, about) };
}

function openIncident(signal: Signal, about: About): Incident {
  return {
    id: incidentId(about.trouble, about.cluster, signal.subject),
    trouble: about.trouble,
    subject: signal.subject,
    cluster: about.cluster,
    generation: 1,
    status: 'open',
    openedAt: about.now,
    signals: [{ ...signal, receivedAt: about.now }],
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
function reopenIncident(closed: Incident, signal: Signal, about: About): Incident {
  const fresh = openIncident(signal, about);
  return { ...fresh, generation: closed.generation + 1, seen: { ...closed.seen, ...fresh.seen } };
}

function joinIncident(open: Incident, signal: Signal, { now, keepsNewest }: About): Incident {
  const others = withRoom(open.signals, signal, keepsNewest === true);
  const signals = others === undefined ? open.signals : [...others, { ...signal, receivedAt: now }];
  return { ...see(open, signal), signals, revision: open.revision + 1 };
}

/** Where there is none and the newest count, the oldest that newer news of its kind stands for makes it: the first and the newest stay. */
function withRoom(signals: readonly Signal[], signal: Signal, keepsNewest: boolean): Signal[] | undefined {
  if (signals.length < MAX_SIGNALS) return [...signals];
  if (!keepsNewest) return undefined;
  const newest = new Map([...signals, signal].map((each) => [each.meaning, each]));
  const outdated = signals.findIndex((each, index) => index > 0 && newest.get(each.meaning) !== each);
  return outdated < 0 ? undefined : signals.toSpliced(outdated, 1);
}

function see(incident: Incident, signal: Signal): Incident {
  return { ...incident, seen: { ...incident.seen, [signal.meaning]: signal.occurredAt } };
}
