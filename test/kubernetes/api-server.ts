import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';

export interface Received {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: unknown;
}

export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** Never answer. */
export const HANG = Symbol('hang');
export type Handler = (request: Received) => Reply | typeof HANG;

export interface ApiServer {
  url: string;
  requests: Received[];
  /** Connections accepted so far. */
  connections(): number;
  /** Closes kept connections from the server's side, as a load balancer does. */
  dropConnections(): void;
  close(): Promise<void>;
}

/** Certificates that only ever stand in for a cluster's authority in these tests. */
export function testCertificate(name: 'server' | 'other'): { cert: string; key: string } {
  const read = (kind: string) =>
    readFileSync(join(import.meta.dirname, 'fixtures', `test-only-${name}.${kind}.pem`), 'utf8');
  return { cert: read('cert'), key: read('key') };
}

/** A TLS server on loopback that answers as the handler says and remembers what it was asked. */
export async function apiServer(
  handler: Handler,
  certificate: 'server' | 'other' = 'server',
): Promise<ApiServer> {
  const requests: Received[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer(testCertificate(certificate), (incoming, outgoing) => {
    receive(incoming).then(
      (request) => {
        requests.push(request);
        answer(outgoing, handler(request));
      },
      () => outgoing.destroy(),
    );
  });
  server.on('secureConnection', (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const dropConnections = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    connections: () => connections,
    dropConnections,
    close: async () => {
      dropConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function receive(incoming: IncomingMessage): Promise<Received> {
  const parts: Buffer[] = [];
  for await (const part of incoming as AsyncIterable<Buffer>) parts.push(part);
  const text = Buffer.concat(parts).toString('utf8');
  const url = new URL(incoming.url ?? '/', 'https://host');
  return {
    method: incoming.method ?? '',
    path: (incoming.url ?? '').replace(/\?.*$/, ''),
    query: url.searchParams,
    headers: incoming.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

function answer(outgoing: ServerResponse, reply: Reply | typeof HANG): void {
  if (reply === HANG) return;
  const { status = 200, headers = {}, body = {} } = reply;
  outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
  outgoing.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** A `Status` answer as kube-apiserver writes it. */
export function status(code: number, reason: string, details: object = {}, message = 'text'): Reply {
  return {
    status: code,
    body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, details },
  };
}
