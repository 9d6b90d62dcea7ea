import type { CallGuard } from '../breaker/calls.ts';
import { type FailureDetails, type FailureKind, PortError } from '../errors.ts';
import { isCredentialCode, isSocketCode, kindOfCode, kindOfStatus } from './failure-codes.ts';

const MAX_TEXT = 200;
/** Names of errors that no service gave: the last is the SDK's for an answer it cannot read, such as a proxy's page. */
const NO_CODES: ReadonlySet<string> = new Set(['Error', 'SyntaxError']);

/** One for the process, as its AWS clients are: whatever port a call belongs to, AWS counts it as ours. */
let guard: CallGuard | undefined;

/** From now on every AWS call of this process goes through it. */
export function guardCalls(by: CallGuard): void {
  guard = by;
}

/**
 * Runs one AWS call. Its failure comes out as a PortError; an error that is not AWS's or the network's (a bug
 * of ours) passes unchanged. `operation` is the IAM permission, e.g. `ec2:DescribeInstances`. A call that the guard
 * refuses is not made: a PortError `throttled`.
 */
export async function awsCall<T>(operation: string, send: () => Promise<T>): Promise<T> {
  const classified = () => classifiedCall(operation, send);
  return await (guard === undefined ? classified() : guard.call(operation, classified));
}

async function classifiedCall<T>(operation: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw classifyAws(operation, error) ?? error;
  }
}

/** Undefined when the error is neither AWS's nor the network's. */
export function classifyAws(operation: string, error: unknown): PortError | undefined {
  if (error instanceof PortError) return error;
  if (!(error instanceof Error)) return undefined;
  const codes = codesOf(error);
  const status = statusOf(error);
  const code = codes.find((each) => kindOfCode(each) !== undefined) ?? codes[0];
  const kind = kindOf(codes, status);
  if (kind === undefined) return undefined;
  const known = code ?? (status === undefined ? undefined : String(status));
  // The SDK's error stays behind: it carries request and response headers.
  const details: FailureDetails = { operation };
  if (known !== undefined) details.code = known;
  const wait = retryAfterMs(error);
  if (wait !== undefined) details.retryAfterMs = wait;
  return new PortError(kind, messageOf(kind, operation, known, error), details);
}

function kindOf(codes: readonly string[], status: number | undefined): FailureKind | undefined {
  for (const code of codes) {
    const kind = kindOfCode(code);
    if (kind !== undefined) return kind;
  }
  return status === undefined ? undefined : kindOfStatus(status);
}

function messageOf(kind: FailureKind, operation: string, code: string | undefined, error: Error): string {
  if (kind === 'unauthorised') {
    if (code !== undefined && isCredentialCode(code)) return `AWS did not accept our credentials (${code})`;
    return `missing permission ${operation}`;
  }
  if (kind === 'unreachable') return `no answer from ${operation.split(':')[0]} (${code})`;
  const text = error.message.replace(/\p{Cc}+/gu, ' ');
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1)}…`;
}

/** The error's own code first, then the socket's, which the SDK wraps as a cause. */
function codesOf(error: Error): string[] {
  const codes = [textField(error, 'code'), textField(error, 'Code'), error.name];
  const cause = error.cause instanceof Error ? textField(error.cause, 'code') : undefined;
  if (cause !== undefined && isSocketCode(cause)) codes.unshift(cause);
  return codes
    .filter((code) => code !== undefined)
    .filter((code) => !NO_CODES.has(code))
    .map(bareCode);
}

/** `com.amazonaws.x#Throttling`, `Client.RequestLimitExceeded` → the code alone. */
function bareCode(code: string): string {
  return code.replace(/^.*#/, '').replace(/^(Client|Server)\./, '');
}

function textField(error: Error, name: string): string | undefined {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function statusOf(error: Error): number | undefined {
  const metadata: unknown = Reflect.get(error, '$metadata');
  if (metadata === null || typeof metadata !== 'object') return undefined;
  const status: unknown = Reflect.get(metadata, 'httpStatusCode');
  return typeof status === 'number' ? status : undefined;
}

function retryAfterMs(error: Error): number | undefined {
  const response: unknown = Reflect.get(error, '$response');
  if (response === null || typeof response !== 'object') return undefined;
  const headers: unknown = Reflect.get(response, 'headers');
  if (headers === null || typeof headers !== 'object') return undefined;
  const value: unknown = Reflect.get(headers, 'retry-after');
  return typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) * 1_000 : undefined;
}
