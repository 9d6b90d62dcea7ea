/** Starting and waking durable executions. Adapter: `shared/aws/durable.ts`; fake: `shared/workflow/memory.ts`. */
export interface Durable {
  /**
   * Starts `functionName` once per `executionName` (1–64 of `[A-Za-z0-9-_]`). The payload must be the same on
   * every call: Lambda answers a repeated name with the execution that exists, running or closed.
   */
  start(functionName: string, executionName: string, payload: ExecutionPayload): Promise<void>;
  /** Completes a waiting callback. `gone` when it timed out, was answered already or its execution ended. */
  wake(callbackId: string, reason: string): Promise<'woken' | 'gone'>;
  status(functionName: string, executionName: string): Promise<ExecutionStatus>;
}

/** All that travels: everything else is read from the ledger. */
export interface ExecutionPayload {
  incidentId: string;
  generation: number;
  /** Grows when the sweep starts the same generation again after a failed or ended execution. */
  attempt: number;
}

export type ExecutionStatus = 'running' | 'succeeded' | 'failed' | 'timed-out' | 'stopped' | 'not-found';
