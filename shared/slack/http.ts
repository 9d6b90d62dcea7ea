import { SECOND_MS } from '../clock.ts';
import { type FailureDetails, PortError } from '../errors.ts';

export interface SlackRequest {
  /** For the failure, e.g. `slack:chat.postMessage`. */
  operation: string;
  url: string;
  headers: Record<string, string>;
  body: string | Uint8Array<ArrayBuffer>;
  timeoutMs: number;
}

export interface SlackAnswer {
  status: number;
  retryAfterMs?: number;
  body: string;
}

/** From connecting to the last byte. */
export const TIMEOUT_MS = 3 * SECOND_MS;

/** Failures before a byte of the request left us. Of all others nobody knows what came of the request. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/**
 * One POST. Any status is an answer. Throws PortError `unreachable`, with `mayHaveHappened` unless the request never
 * left. The failure says nothing of the request, whose headers, URL and body may all be secret, and has no cause.
 */
export async function post(request: SlackRequest): Promise<SlackAnswer> {
  const signal = AbortSignal.timeout(request.timeoutMs);
  try {
    const answer = await fetch(request.url, {
      method: 'POST',
      // A kept connection that died while Lambda was frozen would fail half of a request, with nobody knowing which.
      headers: { ...request.headers, connection: 'close' },
      body: request.body,
      // Followed, it would carry the token to wherever it points.
      redirect: 'manual',
      signal,
    });
    const wait = retryAfterMs(answer.headers.get('retry-after'));
    const body = await answer.text();
    return { status: answer.status, body, ...(wait !== undefined && { retryAfterMs: wait }) };
  } catch (error) {
    throw unreachable(request.operation, signal.aborted ? 'ETIMEDOUT' : socketCode(error));
  }
}

function unreachable(operation: string, code: string): PortError {
  const details: FailureDetails = { operation, code };
  if (!NEVER_SENT.has(code)) details.mayHaveHappened = true;
  return new PortError('unreachable', `no answer from Slack (${code})`, details);
}

/** `fetch` hides what went wrong in its error's cause. */
function socketCode(error: unknown): string {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined;
  return typeof code === 'string' ? code : 'unknown';
}

function retryAfterMs(header: string | null): number | undefined {
  return header !== null && /^\d{1,5}$/.test(header) ? Number(header) * SECOND_MS : undefined;
}
