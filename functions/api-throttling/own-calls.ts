import { type EpochMs, HOUR_MS, isoTime, MINUTE_MS } from '../../shared/clock.ts';
import { PortError } from '../../shared/errors.ts';
import { inPool } from '../../shared/pipeline/pool.ts';
import type { Ports } from '../../shared/ports/index.ts';
import type { Item, Key, Table } from '../../shared/ports/table.ts';
import type { ThrottledCall } from './calls.ts';
import { blocksBetween, expiryOf, idHash } from './keys.ts';
import { minuteOf } from './rate.ts';

/** Calls of one operation that this deployment made and AWS throttled. */
export interface OwnThrottling {
  /** e.g. `ec2:DescribeInstances`. */
  operation: string;
  /** The minute of the first one, looked at back to half an hour. */
  since: EpochMs;
  /** What can wait is not read before this. */
  until: EpochMs;
  /** In the last `WINDOW_MS`; of a minute not all of more than `MAX_IDS` are counted. */
  calls: number;
}

/** One alone may be anybody's burst. */
const OPEN_AT = 3;
/** By the calls' own times, of which CloudTrail tells up to a quarter of an hour late. */
const WINDOW_MS = 15 * MINUTE_MS;
const LOOK_BACK_MS = HOUR_MS / 2;
/** More is not worth knowing, at three the reads stop: a row holds fewer than two times this. */
const MAX_IDS = 100;
const PARALLEL = 8;
/** One deployment has one table: the ledger's own account and region are meant. */
const PK = 'OWN-CALLS';
const IDS = 'ids';
/** The `code` of a read that was not made. */
const OWN_CALLS_THROTTLED = 'OwnCallsThrottled';

/** Remembers each call once however often it comes: one write for each minute and operation. Opens nothing. */
export async function rememberOwn(table: Table, calls: readonly ThrottledCall[]): Promise<void> {
  const rows = Map.groupBy(calls, (call) => keyOf(call).sk);
  await inPool([...rows.values()], PARALLEL, async (own) => {
    const [first] = own;
    if (first === undefined) return;
    const set = { operation: operationOf(first), expiresAt: expiryOf(minuteOf(first.at)) };
    const ids = own.map(({ eventId }) => idHash(eventId)).slice(0, MAX_IDS);
    await table.addToSet(keyOf(first), { [IDS]: ids }, { bound: MAX_IDS, set });
  });
}

function keyOf(call: ThrottledCall): Key {
  return { pk: PK, sk: `${isoTime(minuteOf(call.at))}#${operationOf(call)}` };
}

function operationOf({ service, api }: ThrottledCall): string {
  return `${service}:${api}`;
}

/** Which of our own operations are throttled now, as far as CloudTrail has told, by name. */
export async function ownThrottling(table: Table, now: EpochMs): Promise<OwnThrottling[]> {
  const blocks = blocksBetween(now - LOOK_BACK_MS, now);
  const found = await Promise.all(blocks.map((block) => table.query(PK, block)));
  const rows = Map.groupBy(found.flat().map(rowOf), ({ operation }) => operation);
  return [...rows]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([operation, own]) => throttlingOf(operation, own, now) ?? []);
}

interface Row {
  operation: string;
  minute: EpochMs;
  calls: number;
}

function rowOf(item: Item): Row {
  const ids = item[IDS];
  return {
    operation: String(item['operation']),
    minute: Date.parse(item.sk.slice(0, item.sk.indexOf('#'))),
    calls: Array.isArray(ids) ? ids.length : 0,
  };
}

function throttlingOf(operation: string, rows: readonly Row[], now: EpochMs): OwnThrottling | undefined {
  const recent = rows.filter(({ minute }) => minute > now - WINDOW_MS);
  const calls = recent.reduce((sum, row) => sum + row.calls, 0);
  if (calls < OPEN_AT) return undefined;
  const newest = Math.max(...recent.map(({ minute }) => minute));
  return { operation, since: beginningOf(rows, newest), until: newest + WINDOW_MS, calls };
}

/** A pause of a whole window ends one and begins another. */
function beginningOf(rows: readonly Row[], newest: EpochMs): EpochMs {
  let since = newest;
  for (const { minute } of rows.toSorted((left, right) => right.minute - left.minute))
    if (minute < since && since - minute <= WINDOW_MS) since = minute;
  return since;
}

/** For people: what is throttled, since when, and until when we do without. */
export function ownThrottlingText({ operation, since, until, calls }: OwnThrottling): string {
  return `AWS throttles our own calls of ${operation} since ${isoTime(since)} (${calls} in the last minutes); what can wait is not read until ${isoTime(until)}`;
}

/** Throws a PortError `throttled` with the reason: what is optional is done without. */
export function refuseWhile([first, ...others]: readonly OwnThrottling[]): void {
  if (first === undefined) return;
  const more = others.length === 0 ? '' : ` and of ${others.length} more`;
  const message = `not read: ${ownThrottlingText(first)}${more}`;
  throw new PortError('throttled', message, { operation: first.operation, code: OWN_CALLS_THROTTLED });
}

/** The same ports, but that EC2 and EKS are not asked: for readers whose ledger remembers the last answer. */
export function withheld(ports: Ports, throttled: readonly OwnThrottling[]): Ports {
  if (throttled.length === 0) return ports;
  const refused = async () => {
    refuseWhile(throttled);
    return [];
  };
  return {
    ...ports,
    ec2: { ...ports.ec2, describeInstances: refused },
    eks: { ...ports.eks, listClusters: refused },
  };
}
