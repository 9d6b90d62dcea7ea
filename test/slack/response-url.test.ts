import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { isFailure, PortError } from '../../shared/errors.ts';
import { replyToClick } from '../../shared/slack/response-url.ts';

const CANARY = 'canary-7f3a9c';
let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serving(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/actions/${CANARY}`;
}

async function failureAt(url: string): Promise<PortError> {
  const error: unknown = await replyToClick(url, 'too late').catch((caught: unknown) => caught);
  if (!(error instanceof PortError)) throw new Error('it did not fail');
  return error;
}

test('a reply is for the person who clicked alone, and leaves the message as it is', async () => {
  let body = '';
  const url = await serving((request, response) => {
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => response.end('ok'));
  });
  await replyToClick(url, 'too late');
  expect(JSON.parse(body)).toEqual({ response_type: 'ephemeral', replace_original: false, text: 'too late' });
});

test('a refusal and a redirect are failures that do not name where it went', async () => {
  for (const status of [302, 404, 500]) {
    const url = await serving((_, response) => {
      response.writeHead(status, { location: `https://example.com/${CANARY}` }).end(CANARY);
    });
    const error = await failureAt(url);
    expect(error.code).toBe(String(status));
    expect(JSON.stringify([error.message, error.operation, error.code, error.cause])).not.toContain(CANARY);
    server?.close();
  }
});

test('silence is given up after a second', async () => {
  const url = await serving(() => {});
  const begun = performance.now();
  expect(isFailure(await failureAt(url), 'unreachable')).toBe(true);
  expect(performance.now() - begun).toBeLessThan(2_500);
});
