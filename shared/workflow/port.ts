/** What may cross a step's checkpoint: it comes back from JSON after a replay. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json | undefined };

export interface RetryPolicy {
  /** Attempts in total, first one included. */
  attempts: number;
  /** Wait before the second attempt, in ms; doubles after that. */
  backoffMs: number;
}

/**
 * A run that survives crashes: the function is called again from its top and every finished step returns its
 * checkpoint instead of running. Code between steps must therefore be deterministic.
 * Engines: `durable.ts` (Lambda durable functions) and `memory.ts` (virtual clock).
 */
export interface Workflow {
  /** Runs `work` until it succeeds once, at least once per attempt. Rethrows after the last attempt. */
  step<T extends Json>(name: string, retry: RetryPolicy, work: () => Promise<T>): Promise<T>;
  /**
   * Waits for `Durable.wake` or the timeout, whichever is first. `register` is a step of its own that puts the
   * callback id where wakers look; if it answers false there is nothing to wait for and the wait is skipped.
   */
  wait(
    name: string,
    timeoutMs: number,
    register: (callbackId: string) => Promise<boolean>,
  ): Promise<'woken' | 'timeout' | 'skipped'>;
}

/** A workflow function: what the engine calls, once per invocation. */
export type WorkflowFunction<P, R extends Json> = (workflow: Workflow, payload: P) => Promise<R>;
