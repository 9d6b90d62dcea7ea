import type { Arguments } from './workspace.ts';

const POST_EVERY_MS = 1_000;
const MINUTE_MS = 60_000;
const UPDATES_PER_MINUTE = 50;

/** Slack's documented limits: one message a second in each channel, 50 updates a minute in all. */
export class RateLimits {
  readonly #now: () => number;
  readonly #lastPost = new Map<string, number>();
  #updates: number[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Seconds to wait; undefined when the call may go on, which is then counted. */
  wait(method: string, args: Arguments): number | undefined {
    if (method === 'chat.postMessage') return this.#waitToPost(String(args['channel']));
    return method === 'chat.update' ? this.#waitToUpdate() : undefined;
  }

  #waitToPost(channel: string): number | undefined {
    const next = (this.#lastPost.get(channel) ?? Number.NEGATIVE_INFINITY) + POST_EVERY_MS;
    if (this.#now() < next) return seconds(next - this.#now());
    this.#lastPost.set(channel, this.#now());
    return undefined;
  }

  #waitToUpdate(): number | undefined {
    this.#updates = this.#updates.filter((at) => at > this.#now() - MINUTE_MS);
    const [oldest] = this.#updates;
    if (oldest !== undefined && this.#updates.length >= UPDATES_PER_MINUTE) {
      return seconds(oldest + MINUTE_MS - this.#now());
    }
    this.#updates.push(this.#now());
    return undefined;
  }
}

function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}
