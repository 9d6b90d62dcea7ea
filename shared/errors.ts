/**
 * Every failure from AWS, Kubernetes or the network is classified once, by the adapter that saw it, from its
 * code and never from its message text. Everything above the ports decides on `kind` alone.
 */
export type FailureKind =
  | 'not-found'
  | 'conflict'
  | 'throttled'
  | 'unauthorised'
  | 'unsupported'
  | 'transient'
  | 'blocked-by-budget'
  | 'budget-not-observed'
  | 'several-budgets'
  | 'unreachable'
  | 'invalid';

export interface FailureDetails {
  /** What was being done, e.g. `ec2:DescribeInstances` or `create pods/eviction`. */
  operation: string;
  /** The provider's own code or HTTP status, for the record. */
  code?: string;
  /** How long the provider asked us to wait, in ms. */
  retryAfterMs?: number;
  /** It failed without an answer: it may have been done all the same. */
  mayHaveHappened?: true;
  /** What the provider would have taken at the most, where it says so. */
  maximum?: Maximum;
  cause?: unknown;
}

/** A whole number above 0. From the provider's words, read by its adapter: it bounds what is asked for next. */
export interface Maximum {
  of: 'iops' | 'throughputMib';
  value: number;
}

export class PortError extends Error {
  override readonly name = 'PortError';
  readonly kind: FailureKind;
  readonly operation: string;
  readonly code: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly mayHaveHappened: boolean;
  readonly maximum: Maximum | undefined;

  constructor(kind: FailureKind, message: string, details: FailureDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.operation = details.operation;
    this.code = details.code;
    this.retryAfterMs = details.retryAfterMs;
    this.mayHaveHappened = details.mayHaveHappened === true;
    this.maximum = details.maximum;
  }
}

export function failureKind(error: unknown): FailureKind | 'bug' {
  return error instanceof PortError ? error.kind : 'bug';
}

export function isFailure(error: unknown, ...kinds: FailureKind[]): error is PortError {
  return error instanceof PortError && kinds.includes(error.kind);
}

/** Kinds that may go away by themselves: worth another attempt. The rest need a person or another plan. */
export function isRetryable(error: unknown): boolean {
  return isFailure(error, 'throttled', 'transient', 'conflict', 'unreachable');
}

const MAX_REASON_LENGTH = 300;

/**
 * One bounded line for people: operation, kind and code. SDK error objects are mapped here, never serialised,
 * because they carry request headers.
 */
export function describeFailure(error: unknown): string {
  if (error instanceof PortError) {
    const code = error.code === undefined ? '' : ` (${error.code})`;
    return clip(`${error.operation}: ${error.kind}${code}: ${error.message}`);
  }
  if (error instanceof Error) return clip(`${error.name}: ${error.message}`);
  return 'unknown failure';
}

function clip(text: string): string {
  const line = text.replace(/\p{Cc}+/gu, ' ');
  return line.length <= MAX_REASON_LENGTH ? line : `${line.slice(0, MAX_REASON_LENGTH - 1)}…`;
}
