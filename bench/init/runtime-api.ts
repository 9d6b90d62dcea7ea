import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HOME } from '../setup.ts';

/** What a function's process tells the Runtime API, with the moment it arrived (`performance.now()`). */
export type Message =
  | { is: 'ready'; at: number }
  | { is: 'response'; at: number; result: unknown }
  | { is: 'error' | 'init error'; at: number; type: string; message: string };

/** `timeoutMs` is what `getRemainingTimeInMillis` counts down. */
export interface Invoked {
  name: string;
  timeoutMs: number;
}

/**
 * Lambda's side of the Runtime API for one process, on a loopback port of its own: `next` stays open until an
 * event is delivered, everything the process says is handed on in order.
 */
export class RuntimeApi {
  readonly #server: Server;
  readonly #inbox: Message[] = [];
  #reader: ((message: Message) => void) | undefined;
  #next: ServerResponse | undefined;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#take(request, response).catch(() => response.destroy());
    });
  }

  static async start(): Promise<RuntimeApi> {
    const api = new RuntimeApi();
    api.#server.listen(0, '127.0.0.1');
    await once(api.#server, 'listening');
    return api;
  }

  /** For `AWS_LAMBDA_RUNTIME_API`. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The oldest message not read yet; waits for it. One reader at a time. */
  message(): Promise<Message> {
    const waiting = this.#inbox.shift();
    if (waiting !== undefined) return Promise.resolve(waiting);
    return new Promise((resolve) => {
      this.#reader = resolve;
    });
  }

  /** Answers the process that asked for `next`; returns when that was. */
  deliver(event: unknown, { name, timeoutMs }: Invoked): number {
    if (this.#next === undefined) throw new Error('no process has asked for an event');
    const body = JSON.stringify(event);
    const headers = {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': randomUUID(),
      'lambda-runtime-invoked-function-arn': `arn:aws:lambda:${HOME.region}:${HOME.account}:function:${name}`,
      'lambda-runtime-deadline-ms': String(Date.now() + timeoutMs),
    };
    const at = performance.now();
    this.#next.writeHead(200, headers).end(body);
    this.#next = undefined;
    return at;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = performance.now();
    const path = (request.url ?? '').replace(/^\/2018-06-01\/runtime/, '');
    if (request.method === 'GET' && path === '/invocation/next') {
      this.#next = response;
      this.#say({ is: 'ready', at });
      return;
    }
    const is = kindOf(path);
    if (request.method !== 'POST' || is === undefined) {
      response.writeHead(404).end();
      return;
    }
    const body: unknown = JSON.parse(await textOf(request));
    response.writeHead(202).end('{"status":"OK"}');
    this.#say(is === 'response' ? { is, at, result: body } : { is, at, ...failureIn(body) });
  }

  #say(message: Message): void {
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader === undefined) this.#inbox.push(message);
    else reader(message);
  }
}

function kindOf(path: string): 'response' | 'error' | 'init error' | undefined {
  if (path === '/init/error') return 'init error';
  if (/^\/invocation\/[\w-]+\/response$/.test(path)) return 'response';
  return /^\/invocation\/[\w-]+\/error$/.test(path) ? 'error' : undefined;
}

function failureIn(body: unknown): { type: string; message: string } {
  const fields = body !== null && typeof body === 'object' ? body : {};
  const text = (name: string): string => String(Reflect.get(fields, name) ?? 'not given');
  return { type: text('errorType'), message: text('errorMessage') };
}

export async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
