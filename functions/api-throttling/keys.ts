import { type EpochMs, HOUR_MS, isoTime, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { canonicalJson, sha256Hex } from '../../shared/incident/step-key.ts';
import type { Key } from '../../shared/ports/table.ts';
import type { Controller } from './attribution/index.ts';
import type { ThrottledCall } from './calls.ts';
import { minuteOf } from './rate.ts';

/** Rows are read for half an hour at most and kept for people to look at. */
const KEPT_MS = 2 * HOUR_MS;
const BLOCK_MS = 10 * MINUTE_MS;

export interface Place {
  account: string;
  region: string;
}

/** All rows of one account and region lie together, by minute. */
export function ratePk({ account, region }: Place): string {
  return `RATE#${account}#${region}`;
}

/**
 * One row per minute, API and caller. A caller is a principal and what it is, both of which the call alone says: a
 * copy of it that comes while an owner cannot be read must find the same row. A tool's name is its own choice, so it
 * may not make many rows of one caller.
 */
export function rateKey(call: ThrottledCall, { kind, name }: Controller): Key {
  const { service, api, principal, viaInstanceRole } = call;
  const own = { service, api, principal, viaInstanceRole, kind };
  const caller = canonicalJson(kind === 'other-tool' ? own : { ...own, name });
  return { pk: ratePk(call), sk: `${isoTime(minuteOf(call.at))}#${sha256Hex(caller).slice(0, 16)}` };
}

/** 48 bits: among the 2,000 ids of a row two are the same once in a hundred million rows. */
export function idHash(eventId: string): string {
  return sha256Hex(eventId).slice(0, 12);
}

/** The beginnings of `sk` that cover the time between two moments, ten minutes each. */
export function blocksBetween(from: EpochMs, to: EpochMs): string[] {
  const blocks: string[] = [];
  for (let at = Math.floor(from / BLOCK_MS) * BLOCK_MS; at <= to; at += BLOCK_MS)
    blocks.push(isoTime(at).slice(0, 'YYYY-MM-DDTHH:M'.length));
  return blocks;
}

/** Epoch seconds. */
export function expiryOf(minute: EpochMs): number {
  return Math.floor((minute + KEPT_MS) / SECOND_MS);
}
