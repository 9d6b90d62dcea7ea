import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { VirtualClock } from './clock.ts';
import { uuid } from './ids.ts';

/** One process of the receive function; `dead` resolves when it crashed. */
export interface Consumer {
  receive(event: SQSEvent, remainingMs: () => number): Promise<SQSBatchResponse>;
  dead?: Promise<void>;
}

export interface LaneOptions {
  clock: VirtualClock;
  /** Names its messages; lanes side by side need different ones. */
  name?: string;
  /** A new process for each batch. */
  consumer: () => Consumer;
  /** After a failed or crashed batch, in ms. */
  visibilityMs?: number;
  maxReceives?: number;
  batchSize?: number;
  timeoutMs?: number;
  /** A batch that is not full waits this long for more. */
  batchWindowMs?: number;
  /** Batches at the same time. */
  maxConcurrency?: number;
}

interface Message {
  id: string;
  body: string;
  attributes: Readonly<Record<string, string>>;
  receives: number;
  /** Epoch ms, as SQS tells it. */
  firstReceivedAt?: number;
  /** In ms since the start of the clock, as all other times here: nobody sets SQS's clock. */
  visibleAt: number;
  /** Since when it could be received. */
  waitingSince: number;
}

const DEFAULTS = {
  name: 'lane',
  visibilityMs: 30_000,
  maxReceives: 5,
  batchSize: 10,
  timeoutMs: 15_000,
  batchWindowMs: 0,
  maxConcurrency: Number.POSITIVE_INFINITY,
};

/**
 * An SQS queue with its Lambda mapping: at least once, partial batch responses, visibility, and a dead-letter
 * queue after `maxReceives`.
 */
export class Lane {
  readonly #options: LaneOptions & typeof DEFAULTS;
  readonly #messages = new Map<string, Message>();
  /** Visible, in no batch yet. */
  #waiting: Message[] = [];
  #batches = 0;
  #isAlarmSet = false;
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

  /** Puts messages on the queue; they are delivered in batches, as soon as window and concurrency allow. */
  send(...bodies: string[]): void {
    for (const body of bodies) this.#waiting.push(this.#add(body));
    this.#pump();
  }

  /** One message, with attributes, as SNS delivers it raw; it can be received after `delayMs`. */
  sendWith(body: string, attributes: Readonly<Record<string, string>>, delayMs = 0): void {
    const message = this.#add(body, attributes);
    message.visibleAt = this.#options.clock.elapsed() + delayMs;
    if (delayMs > 0) void this.#redeliver(message);
    else {
      this.#waiting.push(message);
      this.#pump();
    }
  }

  /** As ChangeMessageVisibility. */
  retryAfter(receiptHandle: string, delaySeconds: number): void {
    const message = this.#messages.get(receiptHandle);
    if (message !== undefined) message.visibleAt = this.#options.clock.elapsed() + delaySeconds * 1000;
  }

  #add(body: string, attributes: Readonly<Record<string, string>> = {}): Message {
    const { clock, name } = this.#options;
    const id = uuid(1, 'message', name, this.#sent++);
    const message: Message = {
      id,
      body,
      attributes,
      receives: 0,
      visibleAt: 0,
      waitingSince: clock.elapsed(),
    };
    this.#messages.set(message.id, message);
    return message;
  }

  #pump(): void {
    const { batchSize, maxConcurrency } = this.#options;
    while (this.#batches < maxConcurrency && this.#isBatchDue()) {
      const batch = this.#waiting.slice(0, batchSize);
      this.#waiting = this.#waiting.slice(batchSize);
      void this.#process(batch);
    }
  }

  /** Full, or its window is over; else it is looked at again then. */
  #isBatchDue(): boolean {
    const { clock, batchSize, batchWindowMs } = this.#options;
    const [oldest] = this.#waiting;
    if (oldest === undefined) return false;
    const left = oldest.waitingSince + batchWindowMs - clock.elapsed();
    if (left <= 0 || this.#waiting.length >= batchSize) return true;
    void this.#lookAgain(left);
    return false;
  }

  async #lookAgain(ms: number): Promise<void> {
    if (this.#isAlarmSet) return;
    this.#isAlarmSet = true;
    await this.#options.clock.sleep(ms);
    this.#isAlarmSet = false;
    this.#pump();
  }

  async #process(batch: Message[]): Promise<void> {
    this.#batches += 1;
    const failed = await this.#deliver(batch);
    this.#batches -= 1;
    for (const message of batch) this.#settle(message, failed.has(message.id));
    this.#pump();
  }

  /** The ids of the messages that must come again. */
  async #deliver(messages: Message[]): Promise<ReadonlySet<string>> {
    const { clock, consumer, visibilityMs, timeoutMs } = this.#options;
    await clock.sleep(0);
    const started = clock.elapsed();
    for (const message of messages) {
      message.receives++;
      message.firstReceivedAt ??= clock.now();
      message.visibleAt = started + visibilityMs;
    }
    const everything = new Set(messages.map((message) => message.id));
    const { receive, dead } = consumer();
    const records = messages.map((message) => toRecord(message, this.#options.name));
    const work = receive({ Records: records }, () => timeoutMs - (clock.elapsed() - started)).then(
      (response) => new Set(response.batchItemFailures.map((failure) => failure.itemIdentifier)),
      () => everything,
    );
    return await Promise.race(dead === undefined ? [work] : [work, dead.then(() => everything)]);
  }

  #settle(message: Message, isFailed: boolean): void {
    if (!isFailed) this.#messages.delete(message.id);
    else if (message.receives >= this.#options.maxReceives) {
      this.#messages.delete(message.id);
      this.deadLetters.push({ body: message.body, receives: message.receives });
    } else void this.#redeliver(message);
  }

  async #redeliver(message: Message): Promise<void> {
    const { clock } = this.#options;
    await clock.sleep(message.visibleAt - clock.elapsed());
    message.waitingSince = clock.elapsed();
    this.#waiting.push(message);
    this.#pump();
  }
}

function toRecord(message: Message, lane: string): SQSRecord {
  const first = String(message.firstReceivedAt ?? 0);
  const times = { SentTimestamp: '0', SenderId: 'events', ApproximateFirstReceiveTimestamp: first };
  return {
    messageId: message.id,
    receiptHandle: message.id,
    body: message.body,
    attributes: { ...times, ApproximateReceiveCount: String(message.receives) },
    messageAttributes: Object.fromEntries(
      Object.entries(message.attributes).map(([name, stringValue]) => [
        name,
        { dataType: 'String', stringValue },
      ]),
    ),
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:eu-west-1:210987654321:${lane}`,
    awsRegion: 'eu-west-1',
  };
}
