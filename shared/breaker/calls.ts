import { type Clock, type EpochMs, isoTime, SECOND_MS } from '../clock.ts';
import { failureKind, isFailure, PortError } from '../errors.ts';
import { type Admission, type Answer, Breaker } from './breaker.ts';

/** Decides whether a call is made, and when again. `operation` is the IAM permission, e.g. `ec2:DescribeInstances`. */
export interface CallGuard {
  /** `send` rejects with PortErrors. */
  call<T>(operation: string, send: () => Promise<T>): Promise<T>;
}

export interface OpenBreaker {
  operation: string;
  since: EpochMs;
}

/** The `code` of a call that was refused here and never reached AWS. */
export const BREAKER_OPEN = 'BreakerOpen';

/**
 * Services whose request rates the cluster's controllers need as much as we do. The rest (the ledger's table, queues,
 * the topic, runs) serve us alone: to hold those back helps nobody and costs the memory of what was done.
 */
const SHARED_SERVICES: ReadonlySet<string> = new Set([
  'ec2',
  'eks',
  'autoscaling',
  'servicequotas',
  'cloudwatch',
]);
/** A retry waits up to this long; what AWS wants to wait longer for is left to the caller. */
const RETRY_WAIT_MS = SECOND_MS;

interface Options {
  clock: Clock;
  /** Numbers in [0, 1). */
  random: () => number;
  /** Told of each breaker as it opens. */
  onOpen?: (operation: string) => void;
}

/** Every AWS call of one process: one breaker for each operation, of which the code has a few dozen. */
export class GuardedCalls implements CallGuard {
  readonly #options: Options;
  readonly #breakers = new Map<string, Breaker>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** A refused call is a PortError `throttled` with the code `BreakerOpen`; every other failure comes as it is. */
  async call<T>(operation: string, send: () => Promise<T>): Promise<T> {
    const [service = ''] = operation.split(':');
    if (!SHARED_SERVICES.has(service)) return await send();
    const { clock } = this.#options;
    const breaker = this.#breakerOf(operation);
    const admission = breaker.admit(clock.now());
    if (!admission.admitted) throw refusal(operation, admission);
    try {
      return await this.#attempt(operation, breaker, send);
    } catch (error) {
      const waitMs = this.#retryWaitMs(breaker, error);
      if (waitMs === undefined) throw error;
      await clock.sleep(waitMs);
      return await this.#attempt(operation, breaker, send);
    }
  }

  open(): OpenBreaker[] {
    const now = this.#options.clock.now();
    return [...this.#breakers].flatMap(([operation, breaker]) => {
      const since = breaker.openSince(now);
      return since === undefined ? [] : [{ operation, since }];
    });
  }

  async #attempt<T>(operation: string, breaker: Breaker, send: () => Promise<T>): Promise<T> {
    let answer: Answer = 'accepted';
    try {
      return await send();
    } catch (error) {
      answer = answerOf(error);
      throw error;
    } finally {
      this.#answered(operation, breaker, answer);
    }
  }

  #answered(operation: string, breaker: Breaker, answer: Answer): void {
    const { clock, onOpen } = this.#options;
    const now = clock.now();
    const wasOpen = breaker.openSince(now) !== undefined;
    breaker.answered(answer, now);
    if (!wasOpen && breaker.openSince(now) !== undefined) onOpen?.(operation);
  }

  /** Undefined: not again. A throttled call did nothing, so changes may be made again as well. */
  #retryWaitMs(breaker: Breaker, error: unknown): number | undefined {
    if (!isFailure(error, 'throttled') || (error.retryAfterMs ?? 0) > RETRY_WAIT_MS) return undefined;
    const { clock, random } = this.#options;
    if (!breaker.takeRetry(clock.now())) return undefined;
    return (error.retryAfterMs ?? 0) + Math.floor(RETRY_WAIT_MS * random());
  }

  #breakerOf(operation: string): Breaker {
    const known = this.#breakers.get(operation) ?? new Breaker(this.#options.random);
    this.#breakers.set(operation, known);
    return known;
  }
}

/** Whatever else AWS answers, it did not find the calls too many. */
function answerOf(error: unknown): Answer {
  const kind = failureKind(error);
  if (kind === 'throttled') return kind;
  return kind === 'transient' || kind === 'unreachable' || kind === 'bug' ? 'unknown' : 'accepted';
}

function refusal(operation: string, admission: Extract<Admission, { admitted: false }>): PortError {
  const { since, askedAgainInMs, seen } = admission;
  const answers = seen.accepted + seen.throttled;
  const message = `AWS was not asked: since ${isoTime(since)} our breaker is open, AWS throttled ${seen.throttled} of ${answers} calls in the last minute; it asks again within a second`;
  return new PortError('throttled', message, { operation, code: BREAKER_OPEN, retryAfterMs: askedAgainInMs });
}
