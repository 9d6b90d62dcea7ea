import type { SQSRecord } from 'aws-lambda';
import { type EpochMs, MINUTE_MS } from '../clock.ts';
import type { Ownership } from '../cluster/ownership.ts';
import { searchNodes, searchOwner } from '../cluster/search.ts';
import { incidentId } from '../incident/keys.ts';
import type { Ledger } from '../incident/ledger.ts';
import type { Signal } from '../incident/signal.ts';
import type { Environment } from './environment.ts';
import { firstReceivedAt, receiveCount } from './intake.ts';
import type { Trouble } from './trouble.ts';

/** Tries before the long way to an owner is taken: EC2's answer may be early or throttled. */
const OWNER_TRIES = 3;
/** After its first receive: by then every answer of AWS knows what was made just before an event about it. */
const SETTLED_AFTER_MS = 2 * MINUTE_MS;
/** Longer than that: with it, the fourth try is the last. */
export const SETTLED_RETRY_SECONDS = 150;

/**
 * What becomes of a signal that nobody can be found for. `ignore`: it is about what is gone and says nothing any more.
 * `retry`, `retry-later`: the next answer may be another. `park`: a person has to look.
 */
export interface Unplaced {
  do: 'retry' | 'park' | 'retry-later' | 'ignore';
  signal: Signal;
  why: string;
}

type Unknown = Extract<Ownership, { is: 'unknown' }>;

/** What the look for the whole batch said, else, after some tries, the long way. What is gone has no owner but an open incident's. */
export async function ownerOf<F, P>(
  trouble: Pick<Trouble<F, P>, 'name' | 'opens'>,
  environment: Environment,
  ledger: Ledger,
  { record, signal, owners }: { record: SQSRecord; signal: Signal; owners: ReadonlyMap<string, Ownership> },
): Promise<Ownership> {
  const owner = owners.get(signal.subject.id) ?? { is: 'unknown', why: 'not looked up' };
  if (owner.is !== 'unknown') return owner;
  // An incident that could take it is open: no need to try again.
  if (isIdle(trouble, signal, owner)) return (await openOwner(trouble, ledger, signal)) ?? owner;
  if (receiveCount(record) < OWNER_TRIES) return owner;
  if (trouble.opens === undefined || owner.isGone !== true)
    return await searchOwner(environment, ledger, signal.subject, owner);
  return (
    (await openOwner(trouble, ledger, signal)) ?? (await searchNodes(environment, signal.subject, owner))
  );
}

/** That it had an incident once says nothing of what is gone. */
async function openOwner<F, P>(
  { name }: Pick<Trouble<F, P>, 'name'>,
  ledger: Ledger,
  { subject }: Signal,
): Promise<Ownership | undefined> {
  const cluster = await ledger.ownerOf(subject);
  if (cluster === undefined) return undefined;
  const incident = await ledger.readIncident(incidentId(name, cluster, subject));
  if (incident?.status !== 'open') return undefined;
  return { is: 'ours', cluster: cluster.name, why: `an incident about it is open in ${cluster.name}` };
}

/**
 * Pure. A read that failed is tried again, then parked. What AWS says it does not have is believed at once where the
 * signal opens nothing, and else when AWS says it again minutes later: a new volume is not in every answer yet.
 */
export function fateOf<F, P>(
  trouble: Pick<Trouble<F, P>, 'opens'>,
  { record, signal, owner, now }: { record: SQSRecord; signal: Signal; owner: Unknown; now: EpochMs },
): Unplaced {
  const about = { signal, why: owner.why };
  if (isIdle(trouble, signal, owner)) return { do: 'ignore', ...about };
  if (receiveCount(record) < OWNER_TRIES) return { do: 'retry', ...about };
  if (trouble.opens === undefined || owner.isGone !== true) return { do: 'park', ...about };
  const isSettled = now - (firstReceivedAt(record) ?? now) >= SETTLED_AFTER_MS;
  return { do: isSettled ? 'ignore' : 'retry-later', ...about };
}

function isIdle<F, P>({ opens }: Pick<Trouble<F, P>, 'opens'>, signal: Signal, { isGone }: Unknown): boolean {
  return isGone === true && opens?.(signal) === false;
}
