import { type FailureKind, PortError } from '../errors.ts';

/**
 * A step's last error as its checkpoint keeps it. Code after the step sees the same error on the first run and
 * on every replay: a PortError keeps its kind, of anything else name and message remain.
 */
export interface RecordedFailure {
  name: string;
  message: string;
  kind?: FailureKind;
  operation?: string;
  code?: string;
  retryAfterMs?: number;
}

const MAX_MESSAGE_LENGTH = 1_000;

export function recordFailure(error: unknown): RecordedFailure {
  if (!(error instanceof Error)) return { name: 'Error', message: 'unknown failure' };
  const failure = { name: error.name, message: error.message.slice(0, MAX_MESSAGE_LENGTH) };
  if (!(error instanceof PortError)) return failure;
  const { kind, operation, code, retryAfterMs } = error;
  return {
    ...failure,
    kind,
    operation,
    ...(code === undefined ? {} : { code }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

export function reviveFailure({ kind, name, message, ...details }: RecordedFailure): Error {
  if (kind !== undefined) {
    return new PortError(kind, message, { ...details, operation: details.operation ?? 'unknown' });
  }
  const error = new Error(message);
  error.name = name;
  return error;
}
