import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { type Clock, type EpochMs, isoTime, MINUTE_MS } from '../clock.ts';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

export interface TokenSource {
  get(): Promise<string>;
  /** Forgets the token, so that the next one is signed with credentials as they are then. */
  invalidate(): void;
}

export interface TokenOptions {
  cluster: string;
  region: string;
  clock: Clock;
  credentials: () => Promise<Credentials>;
}

/** EKS accepts a token for about 15 minutes after it was signed. */
const MAX_AGE_MS = 10 * MINUTE_MS;
/** What EKS asks of the signature; the token's real life is counted from its date. */
const SIGNATURE_SECONDS = 60;
const PREFIX = 'k8s-aws-v1.';
const CLUSTER_HEADER = 'x-k8s-aws-id';

/** Bearer tokens for one cluster. Nothing is sent: the token is a signed STS request that EKS sends itself. */
export function tokenSource(options: TokenOptions): TokenSource {
  let cached: { token: string; signedAt: EpochMs } | undefined;
  return {
    get: async () => {
      const now = options.clock.now();
      if (cached !== undefined && now - cached.signedAt < MAX_AGE_MS) return cached.token;
      const token = await signToken(options, now);
      cached = { token, signedAt: now };
      return token;
    },
    invalidate: () => {
      cached = undefined;
    },
  };
}

async function signToken({ cluster, region, credentials }: TokenOptions, now: EpochMs): Promise<string> {
  const host = stsHost(region);
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: Sha256 });
  const request = new HttpRequest({
    method: 'GET',
    protocol: 'https:',
    hostname: host,
    path: '/',
    query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    headers: { host, [CLUSTER_HEADER]: cluster },
  });
  const signed = await signer.presign(request, {
    expiresIn: SIGNATURE_SECONDS,
    signingDate: isoTime(now),
    unhoistableHeaders: new Set([CLUSTER_HEADER]),
  });
  return PREFIX + Buffer.from(`https://${host}/?${queryText(signed.query)}`, 'utf8').toString('base64url');
}

function queryText(query: Record<string, string | string[] | null> | undefined): string {
  return Object.entries(query ?? {})
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join('&');
}

function stsHost(region: string): string {
  return `sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}
