import { type Clock, type EpochMs, MINUTE_MS, SECOND_MS } from '../clock.ts';
import { describeFailure, isFailure, PortError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { SlackImage, SlackMessage } from '../ports/slack.ts';
import type { Table } from '../ports/table.ts';
import type { Channel } from './outbox-lease.ts';
import { claimUpdate, holdUpdates } from './outbox-rate.ts';

/** How messages get into one channel. A webhook has no threads and no edits. */
export interface Line {
  /** Gives its id; none from a webhook. */
  post(message: SlackMessage, threadTs?: string): Promise<string | undefined>;
  update?(message: SlackMessage, ts: string): Promise<void>;
  upload?(image: Omit<SlackImage, 'channel' | 'threadTs'>, threadTs: string): Promise<void>;
}

/**
 * What came of a call. `unclear`: it may stand there; `failed`: it does not; in both cases the channel is in trouble
 * and nothing more is sent for a while. `refused`: Slack does not take this message. `gone`: what should be edited is
 * not there, or cannot be edited. `later`: the app has used up its edits until `at`.
 */
export type Sent =
  | { is: 'sent'; ts?: string }
  | { is: 'unclear' | 'failed' | 'refused' | 'gone' }
  | { is: 'later'; at: EpochMs };

/** Slack takes one message a second in a channel; a little more, because not all take equally long to get there. */
const PACE_MS = 1.1 * SECOND_MS;
const ASKED_TO_WAIT_MS = 30 * SECOND_MS;
/** Nobody is asked to wait for longer, whatever a header says. */
const LONGEST_WAIT_MS = 15 * MINUTE_MS;
const FIRST_BACKOFF_MS = 15 * SECOND_MS;
const LONGEST_BACKOFF_MS = 5 * MINUTE_MS;

export interface SenderOptions {
  line: Line;
  /** Of the lease; what is learned goes into it. */
  channel: Channel;
  clock: Clock;
  table: Table;
  log: Log;
  metrics: Metrics;
}

/** The one way into a channel: paces the calls and knows when to be silent. */
export class Sender {
  readonly #options: SenderOptions;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  get hasEdits(): boolean {
    return this.#options.line.update !== undefined;
  }

  /** Nothing is sent before this moment. */
  get notBefore(): EpochMs {
    return this.#options.channel.notBefore ?? 0;
  }

  get isSilent(): boolean {
    return this.notBefore > this.#options.clock.now();
  }

  async post(message: SlackMessage, threadTs?: string): Promise<Sent> {
    return await this.#call('posted', async () => {
      const ts = await this.#options.line.post(message, threadTs);
      return ts === undefined ? {} : { ts };
    });
  }

  async update(message: SlackMessage, ts: string): Promise<Sent> {
    const { line, table, clock } = this.#options;
    if (line.update === undefined) return { is: 'gone' };
    const full = await claimUpdate(table, clock.now());
    if (full !== undefined) return { is: 'later', at: full.freeAt };
    return await this.#call('updated', async () => {
      await line.update?.(message, ts);
      return {};
    });
  }

  /** Throws PortError. Whatever becomes of a picture, the channel is in no trouble because of it. */
  async upload(...picture: Parameters<NonNullable<Line['upload']>>): Promise<void> {
    await this.#pace();
    await this.#options.line.upload?.(...picture);
  }

  async #pace(): Promise<void> {
    const { channel, clock } = this.#options;
    const sinceLast = clock.now() - (channel.sentAt ?? 0);
    // Another machine's clock may be ahead of ours: never more than the pace itself.
    if (sinceLast < PACE_MS) await clock.sleep(Math.min(PACE_MS, PACE_MS - sinceLast));
    channel.sentAt = clock.now();
  }

  async #call(result: 'posted' | 'updated', send: () => Promise<{ ts?: string }>): Promise<Sent> {
    const { channel, table, metrics } = this.#options;
    await this.#pace();
    try {
      const sent = await send();
      channel.failures = 0;
      delete channel.notBefore;
      metrics.count('Notifications', { result });
      return { is: 'sent', ...sent };
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      const is = this.#failed(error, result);
      // Slack counts edits over all channels, and asks all of them to wait.
      if (error.kind === 'throttled' && result === 'updated') await holdUpdates(table, this.notBefore);
      return { is };
    }
  }

  #failed(error: PortError, doing: 'posted' | 'updated'): 'unclear' | 'failed' | 'refused' | 'gone' {
    const { channel, clock, log, metrics } = this.#options;
    const isSlacks = error.operation.startsWith('slack');
    metrics.count('Notifications', { result: error.kind === 'throttled' ? 'throttled' : 'failed' });
    log.warn('not told', { doing, why: describeFailure(error), unclear: error.mayHaveHappened });
    if (isSlacks && doing === 'updated' && isFailure(error, 'not-found', 'unsupported')) return 'gone';
    if (isSlacks && error.code !== undefined && isFailure(error, 'invalid')) return 'refused';
    if (error.kind === 'throttled') {
      channel.notBefore = clock.now() + Math.min(error.retryAfterMs ?? ASKED_TO_WAIT_MS, LONGEST_WAIT_MS);
      return 'failed';
    }
    channel.failures += 1;
    channel.notBefore = clock.now() + backoff(channel.failures);
    return error.mayHaveHappened ? 'unclear' : 'failed';
  }
}

function backoff(failures: number): number {
  return Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1));
}
