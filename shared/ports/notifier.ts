/** The notifier's own queue, which the topic feeds as well. Adapter: `shared/aws/hints.ts`; fake: `simulator/slack-hints.ts`. */
export interface HintQueue {
  /** Delivered after `delayMs` at the earliest, which is at most MAX_HINT_DELAY_MS. */
  send(hint: Hint, delayMs: number): Promise<void>;
}

/** Says where to look; what is found there is in the ledger. A lost or repeated hint changes nothing but time. */
export type Hint =
  /** Something is due in this channel. `seen`: the version of a lease that must have moved since. */
  | { channel: string; seen?: number }
  /** These incidents may have news. */
  | { incidents: string[] };

/** The longest delay SQS has. */
export const MAX_HINT_DELAY_MS = 15 * 60_000;
