import { type Clock, SECOND_MS } from '../clock.ts';
import { recordFailure, reviveFailure } from './failure.ts';
import {
  type CallbackEntry,
  callbackId,
  type Execution,
  type InvocationEnd,
  type StepEntry,
  type StepOutcome,
} from './memory-journal.ts';
import type { Json, RetryPolicy, Workflow } from './port.ts';
import { REGISTER_RETRY, retryDelaySeconds, wholeSeconds } from './timing.ts';

/**
 * One call of a workflow function. It replays the journal from its start and adds to its end. Once it has ended
 * (suspended, abandoned …) its code hangs at the next step, exactly like a Lambda that was frozen and replaced.
 */
export class MemoryInvocation implements Workflow {
  readonly ended: Promise<InvocationEnd>;
  readonly #execution: Execution;
  readonly #clock: Clock;
  #settle: (end: InvocationEnd) => void = () => {};
  #end: InvocationEnd | undefined;
  #position = 0;
  #running: string | undefined;

  constructor(execution: Execution, clock: Clock) {
    this.#execution = execution;
    this.#clock = clock;
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** The first end counts; the promise never resolves, so that code which awaits it goes no further. */
  end(end: InvocationEnd): Promise<never> {
    this.#end ??= end;
    this.#settle(this.#end);
    return new Promise<never>(() => {});
  }

  /** The function returned. Operations it no longer asked for mean that it is not deterministic. */
  finish(result: Json): void {
    const skipped = this.#execution.journal[this.#position];
    const text = jsonText(result);
    if (skipped !== undefined) {
      void this.end(broken(`the code ended before ${describe(skipped)}, which an earlier run did`));
    } else if (text.ok) {
      void this.end({ kind: 'returned', result: text.result });
    } else {
      void this.end({ kind: 'threw', failure: text.failure });
    }
  }

  async step<T extends Json>(name: string, retry: RetryPolicy, work: () => Promise<T>): Promise<T> {
    const entry = await this.#recall<StepEntry>('step', name, () => ({
      kind: 'step',
      name,
      begun: 0,
      failures: 0,
    }));
    const outcome = entry.outcome ?? (await this.#attempt(entry, retry, work));
    this.#running = undefined;
    if (!outcome.ok) throw reviveFailure(outcome.failure);
    return outcome.result === undefined ? (undefined as unknown as T) : (JSON.parse(outcome.result) as T);
  }

  async wait(
    name: string,
    timeoutMs: number,
    register: (callbackId: string) => Promise<boolean>,
  ): Promise<'woken' | 'timeout' | 'skipped'> {
    const entry = await this.#recall<CallbackEntry>('callback', name, (position) => ({
      kind: 'callback',
      name,
      callbackId: callbackId(this.#execution.name, position),
      timeoutAt: this.#clock.now() + wholeSeconds(timeoutMs) * SECOND_MS,
    }));
    this.#running = undefined;
    const registered = await this.step(`${name}.register`, REGISTER_RETRY, () => register(entry.callbackId));
    if (!registered) return 'skipped';
    if (entry.woken !== undefined) return 'woken';
    if (this.#clock.now() >= entry.timeoutAt) return 'timeout';
    return await this.end({ kind: 'suspended', until: entry.timeoutAt, callback: entry });
  }

  async #attempt<T extends Json>(
    entry: StepEntry,
    retry: RetryPolicy,
    work: () => Promise<T>,
  ): Promise<StepOutcome> {
    if (entry.retryAt !== undefined && this.#clock.now() < entry.retryAt) {
      return await this.end({ kind: 'suspended', until: entry.retryAt });
    }
    entry.begun += 1;
    const outcome = await outcomeOf(work);
    // The checkpoint is a remote call: a process that dies in this instant has done the work but not said so.
    await this.#clock.sleep(0);
    if (this.#end !== undefined) return await this.end(this.#end);
    const delay = outcome.ok ? undefined : retryDelaySeconds(retry, entry.failures + 1);
    if (!outcome.ok) entry.failures += 1;
    if (delay !== undefined) {
      entry.retryAt = this.#clock.now() + delay * SECOND_MS;
      return await this.end({ kind: 'suspended', until: entry.retryAt });
    }
    entry.outcome = outcome;
    return outcome;
  }

  /** The journal's entry for the operation the code asks for now, or a new one at its end. */
  async #recall<E extends StepEntry | CallbackEntry>(
    kind: E['kind'],
    name: string,
    create: (position: number) => E,
  ): Promise<E> {
    if (this.#end !== undefined) return await this.end(this.#end);
    if (this.#running !== undefined) {
      return await this.end(broken(`"${name}" began inside or beside step "${this.#running}"`));
    }
    const position = this.#position++;
    this.#running = name;
    const recorded = this.#execution.journal[position];
    if (recorded === undefined) {
      const entry = create(position);
      this.#execution.journal.push(entry);
      return entry;
    }
    if (recorded.kind === kind && recorded.name === name) return recorded as E;
    return await this.end(
      broken(`operation ${position + 1} was ${describe(recorded)} and is now ${describe({ kind, name })}`),
    );
  }
}

function describe(operation: { kind: string; name: string }): string {
  return `${operation.kind} "${operation.name}"`;
}

function broken(why: string): InvocationEnd {
  return { kind: 'broken', why: `not deterministic: ${why}` };
}

async function outcomeOf<T extends Json>(work: () => Promise<T>): Promise<StepOutcome> {
  try {
    return jsonText(await work());
  } catch (error) {
    return { ok: false, failure: recordFailure(error) };
  }
}

function jsonText(value: Json): StepOutcome {
  try {
    return { ok: true, result: JSON.stringify(value) };
  } catch (error) {
    return { ok: false, failure: recordFailure(error) };
  }
}
