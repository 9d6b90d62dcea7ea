import { DAY_MS, type EpochMs, isoTime, MINUTE_MS, SECOND_MS } from '../clock.ts';
import type { ClusterRef } from '../ports/kubernetes.ts';
import type { Table } from '../ports/table.ts';

/** A subject of a cluster that went bad by itself: nobody did it on purpose, as far as is known. */
export interface WentBad {
  subject: string;
  at: EpochMs;
  /** Availability Zone; absent where nobody knew. */
  zone?: string;
}

/** Rows lie in partitions of this much time, so that reading a window reads little else and nothing is contended. */
const SLICE_MS = 10 * MINUTE_MS;

/** The same news about the same subject is one row, however often it is told. */
export async function noteWentBad(
  table: Table,
  cluster: ClusterRef,
  { subject, at, zone }: WentBad,
): Promise<void> {
  const expiresAt = Math.ceil((at + DAY_MS) / SECOND_MS);
  const row = { subject, at, ...(zone !== undefined && { zone }), expiresAt };
  await table.putNew({ pk: pkOf(cluster, at), sk: `${isoTime(at)}#${subject}`, ...row });
}

/** Each subject once, with the newest time of its going bad; the oldest first. */
export async function readWentBad(
  table: Table,
  cluster: ClusterRef,
  { withinMs, now }: { withinMs: number; now: EpochMs },
): Promise<WentBad[]> {
  const first = Math.floor((now - withinMs) / SLICE_MS);
  const last = Math.floor(now / SLICE_MS);
  const slices = Array.from({ length: last - first + 1 }, (_, index) => (first + index) * SLICE_MS);
  const items = (await Promise.all(slices.map((slice) => table.query(pkOf(cluster, slice))))).flat();
  const newest = new Map<string, WentBad>();
  for (const item of items) {
    const at = Number(item['at']);
    const { subject, zone } = { subject: String(item['subject']), zone: item['zone'] };
    if (at <= now - withinMs || at > now || at < (newest.get(subject)?.at ?? 0)) continue;
    newest.set(subject, { subject, at, ...(typeof zone === 'string' && { zone }) });
  }
  return [...newest.values()].toSorted((left, right) => left.at - right.at);
}

function pkOf({ account, region, name }: ClusterRef, at: EpochMs): string {
  return `WENT-BAD#${account}/${region}/${name}#${Math.floor(at / SLICE_MS)}`;
}
