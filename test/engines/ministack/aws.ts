import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { GATEWAY_HOST } from './gateway.ts';
import type { Incoming } from './operations.ts';

export const ACCOUNT = '210987654321';
export const REGION = 'eu-west-1';
/** The account itself: its id is the access key, this its secret. */
export const SECRET = 'ministack-test-only';
const CREDENTIALS = { accessKeyId: ACCOUNT, secretAccessKey: SECRET };

/** What an SDK client needs to talk to the engine as the account itself. */
export function clientOptions(port: number) {
  return { region: REGION, endpoint: `http://${GATEWAY_HOST}:${port}`, credentials: CREDENTIALS };
}

/** The request as the account itself sends it. */
export async function signed(port: number, service: string, incoming: Incoming): Promise<Incoming> {
  const { pathname, searchParams } = new URL(incoming.url, 'http://host');
  const signer = new SignatureV4({ service, region: REGION, credentials: CREDENTIALS, sha256: Sha256 });
  const { headers } = await signer.sign(
    new HttpRequest({
      method: incoming.method,
      protocol: 'http:',
      hostname: GATEWAY_HOST,
      port,
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: { ...plain(incoming.headers), host: `${GATEWAY_HOST}:${port}` },
      body: incoming.body,
    }),
  );
  return { ...incoming, headers };
}

/** Without what another signature or connection left behind. */
function plain(headers: Incoming['headers']): Record<string, string> {
  const gone = new Set([
    'authorization',
    'connection',
    'x-amz-security-token',
    'x-amz-date',
    'x-amz-content-sha256',
  ]);
  const kept = Object.entries(headers).filter(
    ([name, value]) => !gone.has(name) && typeof value === 'string',
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

export interface Aws {
  /** For services without a client here. The answer's XML; throws with it when the call fails. */
  query(
    service: string,
    version: string,
    action: string,
    parameters?: Record<string, string>,
  ): Promise<string>;
  /** The same for services that speak JSON, e.g. `json('events', 'AWSEvents.DescribeRule', { Name })`. */
  json(service: string, target: string, input: object): Promise<Record<string, unknown>>;
  /** For what the SDKs' types leave out of a REST service; the answer's text. */
  rest(service: string, method: 'GET' | 'PUT', path: string, input?: object): Promise<string>;
}

export function awsAt(port: number): Aws {
  const send = async (service: string, incoming: Incoming): Promise<string> => {
    const { method, url, headers, body } = await signed(port, service, incoming);
    const answer = await fetch(`http://${GATEWAY_HOST}:${port}${url}`, {
      method,
      headers: plainHeaders(headers),
      ...(method !== 'GET' && { body }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${service} ${url} answered ${answer.status}: ${text.slice(0, 500)}`);
    return text;
  };
  const post = (headers: Record<string, string>, body: string): Incoming => {
    return { method: 'POST', url: '/', headers, body: Buffer.from(body) };
  };
  return {
    query: (service, Version, Action, parameters = {}) => {
      const form = new URLSearchParams({ Action, Version, ...parameters }).toString();
      return send(service, post({ 'content-type': 'application/x-www-form-urlencoded' }, form));
    },
    json: async (service, target, input) => {
      const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
      return JSON.parse(await send(service, post(headers, JSON.stringify(input)))) as Record<string, unknown>;
    },
    rest: (service, method, path, input) => {
      const body = Buffer.from(input === undefined ? '' : JSON.stringify(input));
      return send(service, { method, url: path, headers: {}, body });
    },
  };
}

/** `fetch` sets the host itself. */
function plainHeaders(headers: Incoming['headers']): Record<string, string> {
  const { host: _, ...others } = headers;
  return Object.fromEntries(Object.entries(others).map(([name, value]) => [name, String(value)]));
}

/** The text of every element of this name, in order. */
export function elements(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text = '']) => text);
}
