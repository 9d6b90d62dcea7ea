import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { testCertificate } from '../../test/kubernetes/api-server.ts';
import { textOf } from './runtime-api.ts';

/** One call of the AWS SDK. `operation` is its name, or method and path where the service goes by those. */
export interface AwsCall {
  service: string;
  operation: string;
  body: string;
}

export interface AwsReply {
  status?: number;
  contentType: string;
  body: string;
}

/** Undefined for what there is no answer to. */
export type AwsAnswers = (call: AwsCall) => AwsReply | undefined;

/** For `NODE_EXTRA_CA_CERTS`: what signed for every server on this stage. */
export const CA_FILE = join(import.meta.dirname, '../../test/kubernetes/fixtures/test-only-server.cert.pem');

/**
 * A loopback server for `AWS_ENDPOINT_URL`: any service, told apart by whom the request is signed for. TLS, as at
 * AWS: over plain HTTP the SDK would load what it never needs there.
 */
export class AwsServer {
  /** In order of arrival. */
  readonly calls: AwsCall[] = [];
  readonly unanswered: AwsCall[] = [];
  readonly #server: Server;

  private constructor(answers: AwsAnswers) {
    this.#server = createServer(testCertificate('server'), (request, response) => {
      this.#answer(request, answers).then(
        ({ status = 200, contentType, body }) =>
          response.writeHead(status, { 'content-type': contentType }).end(body),
        () => response.destroy(),
      );
    });
  }

  static async start(answers: AwsAnswers): Promise<AwsServer> {
    const server = new AwsServer(answers);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, answers: AwsAnswers): Promise<AwsReply> {
    const body = await textOf(request);
    const call = { service: serviceOf(request), operation: operationOf(request, body), body };
    this.calls.push(call);
    const reply = answers(call);
    if (reply !== undefined) return reply;
    this.unanswered.push(call);
    return { status: 400, contentType: 'application/json', body: '{"__type":"UnknownOperationException"}' };
  }
}

/** `Credential=<key>/<day>/<region>/<service>/aws4_request` of the signature. */
function serviceOf({ headers }: IncomingMessage): string {
  const scope = /Credential=[^/]+\/\d+\/[\w-]+\/([\w-]+)\//.exec(headers.authorization ?? '');
  return scope?.[1] ?? 'unsigned';
}

function operationOf(request: IncomingMessage, body: string): string {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') return target.replace(/^.*\./, '');
  const action = /^(?:.*&)?Action=(\w+)/.exec(body);
  if (request.url === '/' && action?.[1] !== undefined) return action[1];
  const path = (request.url ?? '/').replace(/\?.*$/, '');
  return `${request.method} ${decodeURIComponent(path)}`;
}
