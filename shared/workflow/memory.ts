import { type Clock, SECOND_MS } from '../clock.ts';
import { PortError } from '../errors.ts';
import type { Durable, ExecutionPayload, ExecutionStatus } from '../ports/durable.ts';
import { recordFailure } from './failure.ts';
import { MemoryInvocation } from './memory-invocation.ts';
import { type CallbackEntry, type Execution, type InvocationEnd, placeOf } from './memory-journal.ts';
import type { Json, WorkflowFunction } from './port.ts';

export type { CallbackEntry, Execution, JournalEntry, StepEntry } from './memory-journal.ts';

/** One process of a workflow function. */
export interface FunctionInstance {
  run: WorkflowFunction<ExecutionPayload, Json>;
  /** Resolves when the process dies: nothing it does afterwards is recorded. */
  dead?: Promise<void>;
}

export interface MemoryWorkflowsOptions {
  clock: Clock;
  /**
   * By function name: a new process for each invocation. `incarnation` counts all invocations of this engine
   * from 1.
   */
  functions: Record<string, (incarnation: number) => FunctionInstance>;
  /** From a crash to the next invocation, in ms; default one second. */
  invocationDelayMs?: number;
  /** Crashes of one execution after which it fails; default 50. */
  maxCrashes?: number;
}

/**
 * Durable executions on a Clock: journal, replay from the top after every wait, retry and crash, at least once
 * per step. Keeps everything in memory.
 */
export class MemoryWorkflows implements Durable {
  readonly #options: MemoryWorkflowsOptions;
  readonly #executions = new Map<string, Execution>();
  readonly #invocations = new Map<string, MemoryInvocation>();
  readonly #alarms = new Map<string, () => void>();
  #incarnations = 0;

  constructor(options: MemoryWorkflowsOptions) {
    this.#options = options;
  }

  async start(functionName: string, executionName: string, payload: ExecutionPayload): Promise<void> {
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(executionName)) {
      throw refusal('invalid', 'an execution name is 1 to 64 of A-Z a-z 0-9 - _');
    }
    if (!Object.hasOwn(this.#options.functions, functionName)) {
      throw refusal('not-found', `no function ${functionName}`);
    }
    const text = JSON.stringify(payload);
    const existing = this.#executions.get(executionName);
    if (existing === undefined) {
      void this.#drive(this.#create(functionName, executionName, text));
    } else if (existing.functionName !== functionName || existing.payload !== text) {
      throw refusal('conflict', `execution ${executionName} exists with another payload`);
    }
  }

  async wake(callbackId: string, reason: string): Promise<'woken' | 'gone'> {
    const found = this.#findCallback(callbackId);
    if (found === undefined) return 'gone';
    const { execution, callback } = found;
    const now = this.#options.clock.now();
    if (execution.status !== 'running' || callback.woken !== undefined || now >= callback.timeoutAt) {
      return 'gone';
    }
    callback.woken = { at: now, reason };
    this.#alarms.get(execution.name)?.();
    return 'woken';
  }

  async status(functionName: string, executionName: string): Promise<ExecutionStatus> {
    const execution = this.#executions.get(executionName);
    return execution?.functionName === functionName ? execution.status : 'not-found';
  }

  /** Ends a running execution. The work of the current step goes on, its result is lost. */
  stop(executionName: string): void {
    const execution = this.#executions.get(executionName);
    if (execution?.status !== 'running') return;
    this.#close(execution, 'stopped', 'stopped from outside');
    void this.#invocations.get(executionName)?.end({ kind: 'abandoned' });
    this.#alarms.get(executionName)?.();
  }

  /** Whether any execution is still running; cheap, for those who ask after every step of a clock. */
  get isRunning(): boolean {
    return [...this.#executions.values()].some(({ status }) => status === 'running');
  }

  /** Copies, in order of start. */
  executions(): Execution[] {
    return [...this.#executions.values()].map((execution) => structuredClone(execution));
  }

  #create(functionName: string, name: string, payload: string): Execution {
    const execution: Execution = {
      name,
      functionName,
      payload,
      status: 'running',
      startedAt: this.#options.clock.now(),
      invocations: 0,
      crashes: 0,
      journal: [],
    };
    this.#executions.set(name, execution);
    return execution;
  }

  async #drive(execution: Execution): Promise<void> {
    await this.#options.clock.sleep(0);
    while (execution.status === 'running') {
      const invocation = new MemoryInvocation(execution, this.#options.clock);
      this.#invocations.set(execution.name, invocation);
      void this.#invoke(execution, invocation);
      const end = await invocation.ended;
      this.#invocations.delete(execution.name);
      if (execution.status === 'running') await this.#settle(execution, end);
    }
  }

  async #invoke(execution: Execution, invocation: MemoryInvocation): Promise<void> {
    execution.invocations += 1;
    try {
      const instance = this.#options.functions[execution.functionName]?.(++this.#incarnations);
      if (instance === undefined) throw refusal('not-found', `no function ${execution.functionName}`);
      instance.dead?.then(
        () => invocation.end({ kind: 'abandoned' }),
        () => invocation.end({ kind: 'abandoned' }),
      );
      const result = await instance.run(invocation, JSON.parse(execution.payload) as ExecutionPayload);
      await this.#options.clock.sleep(0);
      invocation.finish(result);
    } catch (error) {
      // As in a step: whoever dies in this instant has not said how it ended.
      await this.#options.clock.sleep(0);
      void invocation.end({ kind: 'threw', failure: recordFailure(error) });
    }
  }

  async #settle(execution: Execution, end: InvocationEnd): Promise<void> {
    switch (end.kind) {
      case 'returned':
        if (end.result !== undefined) execution.result = end.result;
        return this.#close(execution, 'succeeded');
      case 'threw':
        return this.#close(execution, 'failed', `${end.failure.name}: ${end.failure.message}`);
      case 'broken':
        return this.#close(execution, 'failed', end.why);
      case 'suspended':
        return await this.#sleep(execution, end);
      case 'abandoned':
        return await this.#recover(execution);
    }
  }

  async #recover(execution: Execution): Promise<void> {
    execution.crashes += 1;
    if (execution.crashes > (this.#options.maxCrashes ?? 50)) {
      return this.#close(execution, 'failed', `crashed ${execution.crashes} times`);
    }
    await this.#options.clock.sleep(this.#options.invocationDelayMs ?? SECOND_MS);
  }

  /** Until the time is up or something wakes the execution. */
  async #sleep(execution: Execution, end: InvocationEnd & { kind: 'suspended' }): Promise<void> {
    if (end.callback?.woken !== undefined) return;
    const ms = end.until - this.#options.clock.now();
    const alarm = new Promise<void>((resolve) => {
      this.#alarms.set(execution.name, resolve);
    });
    await Promise.race([this.#options.clock.sleep(ms), alarm]);
    this.#alarms.delete(execution.name);
  }

  #close(execution: Execution, status: Exclude<ExecutionStatus, 'not-found'>, error?: string): void {
    execution.status = status;
    execution.endedAt = this.#options.clock.now();
    if (error !== undefined) execution.error = error;
  }

  #findCallback(id: string): { execution: Execution; callback: CallbackEntry } | undefined {
    const place = placeOf(id);
    const execution = this.#executions.get(place?.executionName ?? '');
    const entry = execution?.journal[place?.position ?? 0];
    if (execution === undefined || entry?.kind !== 'callback' || entry.callbackId !== id) return undefined;
    return { execution, callback: entry };
  }
}

function refusal(kind: 'invalid' | 'not-found' | 'conflict', message: string): PortError {
  return new PortError(kind, message, { operation: 'lambda:Invoke' });
}
