import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { PortError } from '../errors.ts';

export interface HttpRequest {
  /** For the failure, e.g. `list pods`. */
  operation: string;
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Encoded path with query. */
  path: string;
  headers: Record<string, string>;
  body?: string;
  /** An answer larger than this is given up. */
  maxBytes: number;
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** One API server. */
export interface Transport {
  /** Any status is an answer. Throws PortError `unreachable`, or `invalid` for an oversized answer. */
  send(message: HttpRequest): Promise<HttpAnswer>;
  close(): void;
}

export interface Endpoint {
  url: string;
  /** PEM; the only authority this server's certificate may come from. */
  certificateAuthority: string;
  /** Whole exchange, from connecting to the last byte. */
  timeoutMs: number;
}

const MAX_SOCKETS = 16;
const TIMED_OUT = 'ETIMEDOUT';

const TLS_CODES: ReadonlySet<string> = new Set([
  'CERT_CHAIN_TOO_LONG',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** The server's certificate does not come from the authority we know. */
export function isTlsFailure(error: unknown): boolean {
  return error instanceof PortError && error.code !== undefined && TLS_CODES.has(error.code);
}

export function httpsTransport(endpoint: Endpoint): Transport {
  const agent = new Agent({
    keepAlive: true,
    maxSockets: MAX_SOCKETS,
    ca: endpoint.certificateAuthority,
    rejectUnauthorized: true,
  });
  const exchange = (message: HttpRequest) => send(endpoint, agent, message);
  return {
    send: async (message) => {
      try {
        return await exchange(message).catch((error: unknown) => {
          // A kept socket that the server closed meanwhile, e.g. while Lambda was frozen. Every request we
          // send is safe to repeat.
          if (error instanceof ExchangeError && error.stale) return exchange(message);
          throw error;
        });
      } catch (error) {
        throw toPortError(message, error);
      }
    },
    close: () => agent.destroy(),
  };
}

class ExchangeError extends Error {
  readonly code: string;
  readonly stale: boolean;

  constructor(code: string, stale: boolean) {
    super(code);
    this.code = code;
    this.stale = stale;
  }
}

function send(endpoint: Endpoint, agent: Agent, message: HttpRequest): Promise<HttpAnswer> {
  const url = new URL(endpoint.url);
  const signal = AbortSignal.timeout(endpoint.timeoutMs);
  const codeOf = (error: unknown) => (signal.aborted ? TIMED_OUT : socketCode(error));
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent,
        signal,
        // An IPv6 address stands in brackets in a URL and without them in a request.
        hostname: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port,
        path: url.pathname.replace(/\/$/, '') + message.path,
        method: message.method,
        headers: withLength(message),
      },
      (incoming) => {
        readAnswer(message, incoming).then(resolve, (error: unknown) =>
          reject(error instanceof PortError ? error : new ExchangeError(codeOf(error), false)),
        );
      },
    );
    outgoing.on('error', (error) => {
      const code = codeOf(error);
      const stale = outgoing.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE');
      reject(new ExchangeError(code, stale));
    });
    outgoing.end(message.body);
  });
}

function withLength({ headers, body }: HttpRequest): Record<string, string> {
  return body === undefined ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) };
}

async function readAnswer(message: HttpRequest, incoming: IncomingMessage): Promise<HttpAnswer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > message.maxBytes) {
      const text = `the answer is larger than ${message.maxBytes} bytes`;
      throw new PortError('invalid', text, { operation: message.operation });
    }
    parts.push(part);
  }
  const body = Buffer.concat(parts).toString('utf8');
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, body };
}

function socketCode(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : 'unknown';
}

/** Says nothing of the request: its headers hold the token. */
function toPortError({ operation }: HttpRequest, error: unknown): unknown {
  if (!(error instanceof ExchangeError)) return error;
  const { code } = error;
  const why = TLS_CODES.has(code)
    ? 'its certificate is not from the cluster authority'
    : 'no answer from the API server';
  return new PortError('unreachable', `${why} (${code})`, { operation, code });
}
