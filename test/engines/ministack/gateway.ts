import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Incoming, operationOf, signerOf } from './operations.ts';

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Where a call was carried out; `both`: the engine answered, and our fake changed the answer. */
export type RanOn = 'ministack' | 'our fake' | 'both';

export interface Call {
  operation: string;
  ranOn: RanOn;
  status: number;
  /** The access key it was signed with. */
  signer: string;
  /** The SDK's own words on what it runs on, e.g. `… md/nodejs#24.21.0 …`. */
  agent: string;
}

/** Answers in the engine's place, or takes its answer and changes it. Undefined: the engine answers. */
export type Front = (
  incoming: Incoming,
  engine: (incoming: Incoming) => Promise<Reply>,
) => Promise<{ reply: Reply; ranOn: RanOn } | undefined>;

export interface Gateway {
  port: number;
  calls: Call[];
  close(): Promise<void>;
}

/** What everybody takes for AWS. */
export const GATEWAY_HOST = '127.0.0.1';
/** Where the engine itself listens, on the same port: queue URLs and endpoints then all lead to the gateway. */
export const ENGINE_HOST = '127.0.0.2';

/**
 * Stands in front of the engine, passes every request on as it came (so that its signature holds) and remembers
 * which call ran where. `fronts` answer single operations instead.
 */
export async function startGateway(fronts: Readonly<Record<string, Front>>): Promise<Gateway> {
  const calls: Call[] = [];
  const server = createServer((message, response) => {
    const answer = async () => {
      const incoming = await read(message);
      const operation = operationOf(incoming);
      const engine = (to: Incoming) => passOn(port, to);
      const front = await fronts[operation]?.(incoming, engine);
      const { reply, ranOn } = front ?? { reply: await engine(incoming), ranOn: 'ministack' as const };
      const { 'user-agent': agent = '' } = incoming.headers;
      calls.push({ operation, ranOn, status: reply.status, signer: signerOf(incoming), agent });
      response.writeHead(reply.status, reply.headers);
      response.end(reply.body);
    };
    // The engine went away under it: the caller sees a broken connection, as it would.
    answer().catch(() => response.destroy());
  });
  server.listen(0, GATEWAY_HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    calls,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function read(message: IncomingMessage): Promise<Incoming> {
  const { method = '', url = '/', headers } = message;
  return { method, url, headers, body: await bytesOf(message) };
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}

async function passOn(port: number, { method, url, headers, body }: Incoming): Promise<Reply> {
  const outgoing = request({ host: ENGINE_HOST, port, method, path: url, headers });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: incoming.statusCode ?? 502, headers: incoming.headers, body: await bytesOf(incoming) };
}
