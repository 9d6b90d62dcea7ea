import type { Clock, EpochMs } from '../clock.ts';
import { classifyAnswer, type Failed } from './classify.ts';
import { type HttpAnswer, type HttpRequest, isTlsFailure, type Transport } from './http.ts';
import type { TokenSource } from './token.ts';

export interface Call extends Failed {
  method: HttpRequest['method'];
  /** Encoded path with query. */
  path: string;
  body?: { contentType: string; value: unknown };
  maxBytes?: number;
}

/** Authenticated requests to one cluster. */
export interface Session {
  /** Any status but a 401 that a fresh token might cure. Throws PortError `unreachable`. */
  exchange(call: Call): Promise<HttpAnswer>;
  /** The body of a 2xx answer; every other answer is thrown as its PortError. */
  send(call: Call): Promise<string>;
  /** See the port's own. */
  serverAheadMs(): number;
}

/** Where the cluster is. `reread` asks EKS again: its authority may have been rotated. */
export interface Connection {
  transport(): Transport;
  reread(): Promise<Transport>;
}

const MAX_OBJECT_BYTES = 8 * 1024 * 1024;

export function session(connection: Connection, tokens: TokenSource, clock: Clock): Session {
  let aheadMs = 0;
  const timed = async (call: Call) => {
    const message = await toRequest(call, tokens);
    const sentAt = clock.now();
    const answer = await trusted(connection, message);
    aheadMs = aheadOf(answer, (sentAt + clock.now()) / 2) ?? aheadMs;
    return answer;
  };
  const exchange = async (call: Call) => {
    const first = await timed(call);
    if (first.status !== 401) return first;
    tokens.invalidate();
    return timed(call);
  };
  return {
    exchange,
    serverAheadMs: () => aheadMs,
    send: async (call) => {
      const answer = await exchange(call);
      if (!isSuccess(answer)) throw classifyAnswer(call, answer);
      return answer.body;
    },
  };
}

export function isSuccess({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300;
}

/**
 * The header's whole seconds are left as they are: the object times it is compared by are cut in the same way.
 * Undefined without a header that is a time.
 */
function aheadOf({ headers }: HttpAnswer, at: EpochMs): number | undefined {
  const serverAt = Date.parse(headers.date ?? '');
  return Number.isNaN(serverAt) ? undefined : Math.round(serverAt - at);
}

async function trusted(connection: Connection, message: HttpRequest): Promise<HttpAnswer> {
  try {
    return await connection.transport().send(message);
  } catch (error) {
    if (!isTlsFailure(error)) throw error;
    return (await connection.reread()).send(message);
  }
}

async function toRequest(call: Call, tokens: TokenSource): Promise<HttpRequest> {
  const headers: Record<string, string> = {
    accept: 'application/json',
    authorization: `Bearer ${await tokens.get()}`,
    'user-agent': 'paramedic',
  };
  const { operation, method, path, body, maxBytes = MAX_OBJECT_BYTES } = call;
  const message = { operation, method, path, headers, maxBytes };
  if (body === undefined) return message;
  headers['content-type'] = body.contentType;
  return { ...message, body: JSON.stringify(body.value) };
}
