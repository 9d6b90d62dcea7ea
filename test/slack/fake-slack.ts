import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RateLimits } from './rate-limits.ts';
import { type Arguments, Workspace } from './workspace.ts';

/** What the next call of a method meets instead of an answer. `accepted-…` does what was asked first. */
export type Mishap =
  | 'hang'
  | 'reset'
  | 'accepted-then-500'
  | 'accepted-then-reset'
  | 'accepted-then-hang'
  | { status: number; body?: string; retryAfter?: number }
  | { error: string; [field: string]: unknown };

export interface Received {
  method: string;
  authorization: string | undefined;
  args: Arguments;
}

export interface FakeSlack {
  url: string;
  webhookUrl: string;
  workspace: Workspace;
  requests: Received[];
  /** Accepted so far. */
  connections(): number;
  /** What the next calls of this method (`webhook`, `upload` for those without a name) meet, in order. */
  next(method: string, ...mishaps: Mishap[]): void;
  close(): Promise<void>;
}

export interface FakeOptions {
  token: string;
  /** Of the rate limits and timestamps, in ms. */
  now?: () => number;
  /** Off unless asked for: 1 post per second and channel, 50 updates per minute. */
  limits?: boolean;
}

const WEBHOOK_PATH = '/services/T0/B0/secret-path';

/** Slack on loopback, over real TCP: answers, stores what was posted, and misbehaves as scripted. */
export async function fakeSlack({ token, now = Date.now, limits = false }: FakeOptions): Promise<FakeSlack> {
  const workspace = new Workspace(now);
  const rates = limits ? new RateLimits(now) : undefined;
  const mishaps = new Map<string, Mishap[]>();
  const requests: Received[] = [];
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch(() => outgoing.destroy());
  });
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await bytesOf(incoming);
    const method = methodOf(incoming.url ?? '/');
    const args = method === 'upload' ? { bytes: body } : argumentsOf(incoming, body.toString('utf8'));
    const { authorization } = incoming.headers;
    requests.push({ method, authorization, args });
    const mishap = mishaps.get(method)?.shift();
    const respond = () => replyTo(method, args, authorization);
    const reply = mishap === undefined ? respond() : replyWith(mishap, respond);
    if (reply === 'reset') outgoing.socket?.resetAndDestroy();
    if (typeof reply === 'object') write(outgoing, reply);
  }

  function replyTo(method: string, args: Arguments, authorization: string | undefined): Reply {
    const retryAfter = rates?.wait(method, args);
    if (retryAfter !== undefined) return { status: 429, body: RATE_LIMITED, retryAfter };
    if (needsToken(method) && authorization !== `Bearer ${token}`) return { status: 200, body: NOT_OURS };
    const answer = workspace.call(method, args, url);
    return { status: 200, body: typeof answer === 'string' ? answer : JSON.stringify(answer) };
  }

  return {
    url: `${url}/api`,
    webhookUrl: `${url}${WEBHOOK_PATH}`,
    workspace,
    requests,
    connections: () => connections,
    next: (method, ...more) => {
      mishaps.set(method, [...(mishaps.get(method) ?? []), ...more]);
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Reply {
  status: number;
  body: string;
  retryAfter?: number;
}

const RATE_LIMITED = JSON.stringify({ ok: false, error: 'ratelimited' });
const NOT_OURS = JSON.stringify({ ok: false, error: 'invalid_auth' });

function replyWith(mishap: Mishap, respond: () => Reply): Reply | 'hang' | 'reset' {
  if (typeof mishap === 'object') {
    if ('error' in mishap) return { status: 200, body: JSON.stringify({ ok: false, ...mishap }) };
    return { body: '', ...mishap };
  }
  if (mishap.startsWith('accepted')) respond();
  if (mishap.endsWith('500')) return { status: 500, body: 'upstream failed' };
  return mishap.endsWith('reset') ? 'reset' : 'hang';
}

function write(outgoing: ServerResponse, { status, body, retryAfter }: Reply): void {
  outgoing.writeHead(status, {
    'content-type': 'application/json',
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
  });
  outgoing.end(body);
}

function needsToken(method: string): boolean {
  return method !== 'webhook' && method !== 'upload';
}

function methodOf(url: string): string {
  if (url === WEBHOOK_PATH) return 'webhook';
  return url.startsWith('/upload/') ? 'upload' : url.replace('/api/', '');
}

/** JSON as it is; of a form, fields that hold JSON are read. */
function argumentsOf(incoming: IncomingMessage, body: string): Arguments {
  if (incoming.headers['content-type']?.startsWith('application/json')) return JSON.parse(body) as Arguments;
  const fields = [...new URLSearchParams(body)];
  return Object.fromEntries(
    fields.map(([name, value]) => [name, /^[[{]/.test(value) ? (JSON.parse(value) as unknown) : value]),
  );
}

async function bytesOf(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of incoming as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}
