import { readFile } from 'node:fs/promises';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';
import type { Certificates } from './certificates.ts';

export interface ApiObject {
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    [key: string]: unknown;
  };
  [key: string]: unknown;
}

const MERGE = 'application/merge-patch+json';
export const STRATEGIC_MERGE = 'application/strategic-merge-patch+json';

/** A refusal of the API server, with its status code. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** An administrator by client certificate: for what the product must not be able to do. */
export class Admin {
  readonly #url: URL;
  readonly #agent: Agent;

  private constructor(url: string, agent: Agent) {
    this.#url = new URL(url);
    this.#agent = agent;
  }

  static async connect(url: string, { authority, admin }: Certificates): Promise<Admin> {
    const [ca, cert, key] = await Promise.all(
      [authority.cert, admin.cert, admin.key].map((path) => readFile(path)),
    );
    return new Admin(url, new Agent({ keepAlive: true, maxSockets: 24, ca, cert, key }));
  }

  async get<T = ApiObject>(path: string): Promise<T> {
    return (await this.#send('GET', path)) as T;
  }

  async create<T = ApiObject>(path: string, object: object): Promise<T> {
    return (await this.#send('POST', path, object)) as T;
  }

  async patch(path: string, change: object, type = MERGE): Promise<void> {
    await this.#send('PATCH', path, change, type);
  }

  /** Of what is gone already, nothing is said. */
  async remove(path: string, options: object = {}): Promise<void> {
    await this.#send('DELETE', path, options).catch((error: unknown) => {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    });
  }

  /** Every object there is, then every change, until `close` or the server's own limit. */
  watch(
    path: string,
    onEvent: (type: string, object: ApiObject) => void,
    onEnd: () => void,
  ): { close(): void } {
    const outgoing = this.#open('GET', path);
    outgoing.on('response', (incoming) => {
      incoming.on('error', () => undefined);
      const lines = createInterface({ input: incoming });
      // Cut off: `close` follows.
      lines.on('error', () => undefined);
      lines.on('line', (line) => {
        const event = JSON.parse(line) as { type: string; object: ApiObject };
        onEvent(event.type, event.object);
      });
    });
    outgoing.on('error', () => undefined);
    outgoing.on('close', onEnd);
    outgoing.end();
    return { close: () => outgoing.destroy() };
  }

  close(): void {
    this.#agent.destroy();
  }

  async #send(method: string, path: string, body?: object, type = 'application/json'): Promise<unknown> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = this.#open(method, path, type);
      // Node gives a DELETE neither a length nor chunks by itself.
      outgoing.setHeader('content-length', Buffer.byteLength(text));
      outgoing.on('response', resolve);
      outgoing.on('error', reject);
      outgoing.end(text);
    });
    const parts: Buffer[] = [];
    for await (const part of incoming as AsyncIterable<Buffer>) parts.push(part);
    const answer = Buffer.concat(parts).toString('utf8');
    const status = incoming.statusCode ?? 0;
    if (status >= 300) throw new ApiError(status, `${method} ${path}: ${status} ${answer.slice(0, 500)}`);
    return incoming.headers['content-type']?.includes('json') === true ? JSON.parse(answer) : answer;
  }

  #open(method: string, path: string, type = 'application/json'): ClientRequest {
    const { hostname, port } = this.#url;
    const headers = { accept: 'application/json', 'content-type': type };
    return request({ agent: this.#agent, hostname, port, path, method, headers });
  }
}
