import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Clock } from '../shared/clock.ts';
import { uuid } from './ids.ts';

/** One process of the receive function; `dead` resolves when it crashed. */
export interface Consumer {
  receive(event: SQSEvent, remainingMs: () => number): Promise<SQSBatchResponse>;
  dead?: Promise<void>;
}

export interface LaneOptions {
  clock: Clock;
  /** A new process for each batch. */
  consumer: () => Consumer;
  /** After a failed or crashed batch, in ms. */
  visibilityMs?: number;
  maxReceives?: number;
  batchSize?: number;
  timeoutMs?: number;
}

interface Message {
  id: string;
  body: string;
  receives: number;
  visibleAt: number;
}

/** As `serverless.yml` sets the notice lane. */
const DEFAULTS = { visibilityMs: 30_000, maxReceives: 5, batchSize: 10, timeoutMs: 15_000 };

/**
 * An SQS queue with its Lambda mapping: at least once, partial batch responses, visibility, and a dead-letter
 * queue after `maxReceives`.
 */
export class Lane {
  readonly #options: LaneOptions & typeof DEFAULTS;
  readonly #messages = new Map<string, Message>();
  /** What was given up after `maxReceives`. */
  readonly deadLetters: { body: string; receives: number }[] = [];
  #sent = 0;

  constructor(options: LaneOptions) {
    this.#options = { ...DEFAULTS, ...options };
  }

  /** Messages neither finished nor given up. */
  get pending(): number {
    return this.#messages.size;
  }

  /** Puts messages on the queue; they are delivered in batches, at once. */
  send(...bodies: string[]): void {
    const messages = bodies.map((body) => this.#add(body));
    for (let first = 0; first < messages.length; first += this.#options.batchSize) {
      void this.#deliver(messages.slice(first, first + this.#options.batchSize));
    }
  }

  /** As ChangeMessageVisibility. */
  retryAfter(receiptHandle: string, delaySeconds: number): void {
    const message = this.#messages.get(receiptHandle);
    if (message !== undefined) message.visibleAt = this.#options.clock.now() + delaySeconds * 1000;
  }

  #add(body: string): Message {
    const message = { id: uuid(1, 'message', this.#sent++), body, receives: 0, visibleAt: 0 };
    this.#messages.set(message.id, message);
    return message;
  }

  async #deliver(messages: Message[]): Promise<void> {
    const { clock, consumer, visibilityMs, timeoutMs } = this.#options;
    await clock.sleep(0);
    const started = clock.now();
    for (const message of messages) {
      message.receives++;
      message.visibleAt = started + visibilityMs;
    }
    const { receive, dead } = consumer();
    const work = receive({ Records: messages.map(toRecord) }, () => timeoutMs - (clock.now() - started)).then(
      (response) => new Set(response.batchItemFailures.map((failure) => failure.itemIdentifier)),
      () => new Set(messages.map((message) => message.id)),
    );
    const everything = new Set(messages.map((message) => message.id));
    const failed = await Promise.race(dead === undefined ? [work] : [work, dead.then(() => everything)]);
    for (const message of messages) this.#settle(message, failed.has(message.id));
  }

  #settle(message: Message, isFailed: boolean): void {
    if (!isFailed) this.#messages.delete(message.id);
    else if (message.receives >= this.#options.maxReceives) {
      this.#messages.delete(message.id);
      this.deadLetters.push({ body: message.body, receives: message.receives });
    } else void this.#redeliver(message);
  }

  async #redeliver(message: Message): Promise<void> {
    await this.#options.clock.sleep(message.visibleAt - this.#options.clock.now());
    await this.#deliver([message]);
  }
}

function toRecord(message: Message): SQSRecord {
  const times = { SentTimestamp: '0', SenderId: 'events', ApproximateFirstReceiveTimestamp: '0' };
  return {
    messageId: message.id,
    receiptHandle: message.id,
    body: message.body,
    attributes: { ...times, ApproximateReceiveCount: String(message.receives) },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-west-1:210987654321:notice',
    awsRegion: 'eu-west-1',
  };
}
