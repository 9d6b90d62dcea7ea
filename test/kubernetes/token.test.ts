import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../shared/clock.ts';
import { tokenSource } from '../../shared/kubernetes/token.ts';
import { CREDENTIALS, testClock } from './cluster.ts';

function source(cluster = 'shop', region = 'eu-west-1') {
  const clock = testClock();
  let signatures = 0;
  const credentials = async () => {
    signatures += 1;
    return CREDENTIALS;
  };
  const tokens = tokenSource({ cluster, region, clock, credentials });
  return { tokens, clock, signatures: () => signatures };
}

function urlOf(token: string): URL {
  expect(token).toMatch(/^k8s-aws-v1\.[A-Za-z0-9_-]+$/);
  return new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString('utf8'));
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Signature Version 4 written out from its specification, to check the library's use against. */
function expectedSignature(url: URL, cluster: string, region: string): string {
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = [...url.searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .toSorted((left, right) => (left < right ? -1 : 1))
    .join('&');
  const sha = (text: string) => createHash('sha256').update(text).digest('hex');
  const headers = `host:${url.host}\nx-k8s-aws-id:${cluster}\n`;
  const canonical = ['GET', '/', query, headers, 'host;x-k8s-aws-id', sha('')].join('\n');
  const date = url.searchParams.get('X-Amz-Date') ?? '';
  const scope = `${date.slice(0, 8)}/${region}/sts/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', date, scope, sha(canonical)].join('\n');
  const key = ['sts', 'aws4_request'].reduce(
    hmac,
    hmac(hmac(`AWS4${CREDENTIALS.secretAccessKey}`, date.slice(0, 8)), region),
  );
  return hmac(key, text).toString('hex');
}

describe('EKS token', () => {
  test('is a presigned GetCallerIdentity for this cluster, at the clock’s time', async () => {
    const url = urlOf(await source().tokens.get());
    expect(url.origin + url.pathname).toBe('https://sts.eu-west-1.amazonaws.com/');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      Action: 'GetCallerIdentity',
      Version: '2011-06-15',
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Date': '20261118T110640Z',
      'X-Amz-Expires': '60',
      'X-Amz-Security-Token': CREDENTIALS.sessionToken,
      'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
      'X-Amz-Credential': `${CREDENTIALS.accessKeyId}/20261118/eu-west-1/sts/aws4_request`,
    });
  });

  test('its signature verifies for this cluster and for no other', async () => {
    const url = urlOf(await source('shop', 'eu-west-1').tokens.get());
    const signature = url.searchParams.get('X-Amz-Signature');
    expect(signature).toBe(expectedSignature(url, 'shop', 'eu-west-1'));
    expect(signature).not.toBe(expectedSignature(url, 'shop2', 'eu-west-1'));
  });

  test('never holds the secret', async () => {
    const url = urlOf(await source().tokens.get());
    expect(url.href).not.toContain(CREDENTIALS.secretAccessKey);
  });

  test('China’s STS has its own suffix', async () => {
    expect(urlOf(await source('shop', 'cn-north-1').tokens.get()).host).toBe(
      'sts.cn-north-1.amazonaws.com.cn',
    );
  });

  test('is kept for ten minutes and then signed again', async () => {
    const { tokens, clock, signatures } = source();
    const first = await tokens.get();
    clock.advance(10 * MINUTE_MS - 1);
    expect(await tokens.get()).toBe(first);
    expect(signatures()).toBe(1);
    clock.advance(1);
    expect(await tokens.get()).not.toBe(first);
  });

  test('invalidate makes the next one new', async () => {
    const { tokens, clock, signatures } = source();
    const first = await tokens.get();
    clock.advance(1_000);
    tokens.invalidate();
    expect(await tokens.get()).not.toBe(first);
    expect(signatures()).toBe(2);
  });
});
