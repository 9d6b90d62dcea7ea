import { type FailureDetails, type FailureKind, PortError } from '../errors.ts';
import type { HttpAnswer } from './http.ts';

/** What of a `Status` object we decide on: reasons are codes, its message is for people. */
interface Status {
  reason?: string;
  message?: string;
  details?: { retryAfterSeconds?: number; causes?: { reason?: string }[] };
}

export interface Failed {
  /** Verb and resource, e.g. `create pods/eviction`. */
  operation: string;
  namespace?: string;
}

const MAX_TEXT = 200;
const BUDGET_CAUSE = 'DisruptionBudget';
const TERMINATING_CAUSE = 'NamespaceTerminating';

/** The failure a non-2xx answer stands for, from its status, reasons and headers. */
export function classifyAnswer(failed: Failed, answer: HttpAnswer): PortError {
  const status = readStatus(answer.body);
  const wait = retryAfterMs(answer, status);
  const kind = kindOf(answer.status, status, wait);
  const details: FailureDetails = {
    operation: failed.operation,
    code: status.reason ?? String(answer.status),
  };
  if (wait !== undefined) details.retryAfterMs = wait;
  return new PortError(kind, messageOf(kind, failed, answer.status, status), details);
}

const KINDS: ReadonlyMap<number, FailureKind> = new Map([
  [401, 'unauthorised'],
  [403, 'unauthorised'],
  [404, 'not-found'],
  [405, 'unsupported'],
  [408, 'transient'],
  [409, 'conflict'],
  [410, 'transient'],
  [501, 'unsupported'],
]);

function kindOf(code: number, status: Status, wait: number | undefined): FailureKind {
  if (code === 429) return kindOf429(status, wait);
  // Everything in a namespace that is being deleted goes by itself: soon the answer is 404.
  if (code === 403 && hasCause(status, TERMINATING_CAUSE)) return 'transient';
  return KINDS.get(code) ?? (code >= 500 ? 'transient' : 'invalid');
}

/**
 * Three answers share 429. A budget that allows no disruption names its cause and no time; one whose
 * controller has not caught up names both; API priority and fairness names no cause.
 */
function kindOf429(status: Status, wait: number | undefined): FailureKind {
  if (!hasCause(status, BUDGET_CAUSE)) return 'throttled';
  return wait === undefined ? 'blocked-by-budget' : 'budget-not-observed';
}

function hasCause(status: Status, reason: string): boolean {
  return status.details?.causes?.some((cause) => cause.reason === reason) ?? false;
}

function retryAfterMs(answer: HttpAnswer, status: Status): number | undefined {
  const header = answer.headers['retry-after'];
  if (header !== undefined && /^\d{1,5}$/.test(header)) return Number(header) * 1_000;
  const seconds = status.details?.retryAfterSeconds;
  return typeof seconds === 'number' && seconds > 0 ? seconds * 1_000 : undefined;
}

function messageOf(kind: FailureKind, failed: Failed, code: number, status: Status): string {
  const where = failed.namespace === undefined ? '' : ` in namespace ${failed.namespace}`;
  const what = `${failed.operation}${where}`;
  if (code === 401) return `the cluster does not know our role: ${what} (no access entry?)`;
  if (kind === 'unauthorised') return `missing permission in the cluster: ${what}`;
  const text = typeof status.message === 'string' ? status.message.replace(/\p{Cc}+/gu, ' ') : '';
  return text === '' ? `HTTP ${code}` : text.slice(0, MAX_TEXT);
}

/** Proxies and load balancers answer with other bodies than `Status`: those say nothing. */
function readStatus(body: string): Status {
  try {
    const parsed: unknown = JSON.parse(body);
    if (parsed === null || typeof parsed !== 'object') return {};
    const { reason, message, details } = parsed as Record<string, unknown>;
    return {
      ...(typeof reason === 'string' && reason !== '' && { reason }),
      ...(typeof message === 'string' && { message }),
      ...(details !== null && typeof details === 'object' && { details: readDetails(details) }),
    };
  } catch {
    return {};
  }
}

function readDetails(details: object): NonNullable<Status['details']> {
  const { retryAfterSeconds, causes } = details as Record<string, unknown>;
  return {
    ...(typeof retryAfterSeconds === 'number' && { retryAfterSeconds }),
    ...(Array.isArray(causes) && { causes: causes.filter((cause) => cause !== null) }),
  };
}
