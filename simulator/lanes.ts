import { SECOND_MS } from '../shared/clock.ts';
import type { Trouble } from '../shared/pipeline/trouble.ts';
import { Lane, type LaneOptions } from './lane.ts';

/** `notice` for events whose time is short, `lifecycle` for the rest. */
export type LaneName = 'notice' | 'lifecycle';

/** As `serverless.yml` and `deploy/template/queues.yml` set them. */
export const LANES: Record<LaneName, Omit<LaneOptions, 'clock' | 'consumer'>> = {
  notice: {
    timeoutMs: 15 * SECOND_MS,
    visibilityMs: 30 * SECOND_MS,
    maxReceives: 10,
    maxConcurrency: 20,
  },
  lifecycle: {
    timeoutMs: 30 * SECOND_MS,
    visibilityMs: 180 * SECOND_MS,
    maxReceives: 5,
    maxConcurrency: 5,
    batchWindowMs: 5 * SECOND_MS,
  },
};

/** The lane of a trouble that counts: whole batches at a time, because each costs the same few reads. */
export const COUNTED_LANE: typeof LANES.lifecycle = {
  timeoutMs: 60 * SECOND_MS,
  visibilityMs: 360 * SECOND_MS,
  maxReceives: 5,
  maxConcurrency: 2,
  batchSize: 500,
  batchWindowMs: 5 * SECOND_MS,
};

/** The two queues of one trouble, each with its own receive function. */
export class TroubleLanes {
  readonly notice: Lane;
  readonly lifecycle: Lane;
  readonly #trouble: Trouble;

  constructor(trouble: Trouble, shared: Pick<LaneOptions, 'clock' | 'consumer'>) {
    this.#trouble = trouble;
    this.notice = new Lane({ ...shared, ...LANES.notice, name: `${trouble.name}-notice` });
    const lifecycle = trouble.aggregate === undefined ? LANES.lifecycle : COUNTED_LANE;
    this.lifecycle = new Lane({ ...shared, ...lifecycle, name: `${trouble.name}-lifecycle` });
  }

  get pending(): number {
    return this.notice.pending + this.lifecycle.pending;
  }

  /** Undefined when the trouble does not read such events. */
  laneOf(source: unknown, detailType: unknown): Lane | undefined {
    const kind = this.#trouble.events.find(
      (event) => event.source === source && event.detailType === detailType,
    );
    if (kind === undefined) return undefined;
    return kind.urgent === true ? this.notice : this.lifecycle;
  }

  /** Puts bodies on their lane as they are; what cannot be told goes the fast way. */
  send(bodies: readonly string[]): void {
    const notice = bodies.filter((body) => this.#laneOfBody(body) === this.notice);
    const lifecycle = bodies.filter((body) => this.#laneOfBody(body) === this.lifecycle);
    if (notice.length > 0) this.notice.send(...notice);
    if (lifecycle.length > 0) this.lifecycle.send(...lifecycle);
  }

  retryAfter(receiptHandle: string, delaySeconds: number): void {
    this.notice.retryAfter(receiptHandle, delaySeconds);
    this.lifecycle.retryAfter(receiptHandle, delaySeconds);
  }

  #laneOfBody(body: string): Lane {
    const event = parsed(body);
    if (event === null || typeof event !== 'object') return this.notice;
    return this.laneOf(Reflect.get(event, 'source'), Reflect.get(event, 'detail-type')) ?? this.notice;
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
