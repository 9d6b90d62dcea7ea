import { createHmac, timingSafeEqual } from 'node:crypto';
import { type EpochMs, SECOND_MS } from '../clock.ts';
import { sha256Hex } from '../incident/step-key.ts';

export interface SignedRequest {
  /** As they came: names in any case, a header that came twice stands twice or with a comma. */
  headers: readonly (readonly [name: string, value: string])[];
  /** The very bytes that were signed. */
  body: Uint8Array;
}

/** What the signing secret is, and what it was while Slack may still use that. */
export interface SigningSecrets {
  current: string;
  previous?: string;
}

export type Verified =
  /** `nonce` names this very request: whoever brings it again brings nothing new. */
  { ok: true; nonce: string } | { ok: false; why: 'unsigned' | 'out-of-time' | 'forged' };

/** A click that is older, or dated further ahead, is not accepted. */
export const TOLERANCE_MS = 300 * SECOND_MS;

const TIMESTAMP = /^\d{1,11}$/;
const SIGNATURE = /^v0=[0-9a-f]{64}$/;

/** Slack's request signature, version 0. Pure and total; time spent does not tell how much of it was right. */
export function verifySignature(request: SignedRequest, secrets: SigningSecrets, now: EpochMs): Verified {
  const timestamp = onlyHeader(request, 'x-slack-request-timestamp');
  const signature = onlyHeader(request, 'x-slack-signature');
  if (timestamp === undefined || !TIMESTAMP.test(timestamp)) return { ok: false, why: 'unsigned' };
  if (signature === undefined || !SIGNATURE.test(signature)) return { ok: false, why: 'unsigned' };
  if (Math.abs(now - Number(timestamp) * SECOND_MS) > TOLERANCE_MS) return { ok: false, why: 'out-of-time' };
  const right = [secrets.current, secrets.previous ?? '']
    .map((secret) => isSignedWith(secret, timestamp, request.body, signature))
    .includes(true);
  return right ? { ok: true, nonce: sha256Hex(signature).slice(0, 32) } : { ok: false, why: 'forged' };
}

function isSignedWith(secret: string, timestamp: string, body: Uint8Array, signature: string): boolean {
  const digest = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex');
  const wanted = Buffer.from(`v0=${digest}`, 'latin1');
  const given = Buffer.from(signature, 'latin1');
  // An empty secret signs nothing: anybody knows it.
  return secret !== '' && wanted.length === given.length && timingSafeEqual(wanted, given);
}

/** Undefined when it is missing or stands more than once: which one was meant is not ours to guess. */
function onlyHeader({ headers }: SignedRequest, name: string): string | undefined {
  const found = headers.filter(([known]) => known.toLowerCase() === name);
  return found.length === 1 ? found[0]?.[1] : undefined;
}
