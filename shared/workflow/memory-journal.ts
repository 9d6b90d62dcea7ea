import type { EpochMs } from '../clock.ts';
import type { ExecutionStatus } from '../ports/durable.ts';
import type { RecordedFailure } from './failure.ts';

/** What an execution remembers between invocations, in the order its code asked for it. */
export type JournalEntry = StepEntry | CallbackEntry;

export interface StepEntry {
  kind: 'step';
  name: string;
  /** How often the work was begun; more than `failures + 1` when a crash lost its checkpoint. */
  begun: number;
  /** Attempts that threw. A crash is not an attempt. */
  failures: number;
  /** When the next attempt may begin. */
  retryAt?: EpochMs;
  outcome?: StepOutcome;
}

/** `result` is JSON text, undefined for a step without a result. */
export type StepOutcome = { ok: true; result: string | undefined } | { ok: false; failure: RecordedFailure };

export interface CallbackEntry {
  kind: 'callback';
  name: string;
  callbackId: string;
  timeoutAt: EpochMs;
  woken?: { at: EpochMs; reason: string };
}

export interface Execution {
  name: string;
  functionName: string;
  /** JSON text. */
  payload: string;
  status: Exclude<ExecutionStatus, 'not-found'>;
  /** JSON text of what the function returned. */
  result?: string;
  /** Why it failed or was stopped, one line. */
  error?: string;
  startedAt: EpochMs;
  endedAt?: EpochMs;
  /** Times the function was called, and how many of those calls died. */
  invocations: number;
  crashes: number;
  journal: JournalEntry[];
}

/** How one invocation ended. */
export type InvocationEnd =
  | { kind: 'returned'; result: string | undefined }
  | { kind: 'threw'; failure: RecordedFailure }
  /** Nothing to do before `until`, or before the callback is answered. */
  | { kind: 'suspended'; until: EpochMs; callback?: CallbackEntry }
  /** The process died, or the execution was stopped: whatever it still does is not recorded. */
  | { kind: 'abandoned' }
  /** The code or its values break the rules of replay. */
  | { kind: 'broken'; why: string };

/** Opaque to callers and, like Lambda's, with characters that need care in URLs. */
export function callbackId(executionName: string, position: number): string {
  return Buffer.from(`${executionName}/${position}?>`).toString('base64');
}

/** The execution and the place in its journal, if the text is one of our ids. */
export function placeOf(id: string): { executionName: string; position: number } | undefined {
  const match = /^([^/]+)\/(\d+)\?>$/.exec(Buffer.from(id, 'base64').toString());
  return match?.[1] === undefined ? undefined : { executionName: match[1], position: Number(match[2]) };
}
