import type { EpochMs } from '../clock.ts';
import type { Json } from '../workflow/port.ts';

/** One fact from an AWS event after normalising. After this point nobody sees AWS JSON. */
export interface Signal {
  /** The trouble's own word for it, e.g. `spot-interruption`. */
  kind: string;
  subject: Subject;
  occurredAt: EpochMs;
  /** When the ledger accepted it, by our own clock. */
  receivedAt?: EpochMs;
  /** EventBridge envelope `id`. */
  eventId: string;
  account: string;
  region: string;
  /**
   * Says which signals are the same news: a copy with the same meaning that is no newer than one already seen
   * changes nothing. Usually `kind` plus what distinguishes it.
   */
  meaning: string;
  /** What the playbook needs from the event, plain JSON. */
  data: { [name: string]: Json | undefined };
}

/**
 * When it happened, as far as our own clock can vouch for it: an event "from the future" happened at the latest
 * when we received it, so a clock that is ahead never buys time that is not there.
 */
export function happenedAt({ occurredAt, receivedAt }: Signal): EpochMs {
  return receivedAt === undefined ? occurredAt : Math.min(occurredAt, receivedAt);
}

/** What the trouble is about, with its ids. */
export interface Subject {
  kind: 'instance' | 'volume' | 'alarm' | 'principal' | 'cluster' | 'node-group';
  id: string;
}

/** What a trouble makes of one event. Total: any JSON gives one of the three, nothing throws. */
export type SignalResult =
  | { kind: 'signals'; signals: [Signal, ...Signal[]] }
  | { kind: 'ignored'; reason: string }
  | { kind: 'malformed'; reason: string };
