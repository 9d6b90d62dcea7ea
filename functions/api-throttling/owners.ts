import { type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { ownerByTags } from '../../shared/cluster/ownership.ts';
import { describeFailure } from '../../shared/errors.ts';
import { inPool } from '../../shared/pipeline/pool.ts';
import type { Ports } from '../../shared/ports/index.ts';
import type { Key, Table } from '../../shared/ports/table.ts';
import type { AttributionContext } from './attribution/index.ts';
import { takeRead } from './reads.ts';

export type Owner = { is: 'ours'; cluster: string } | { is: 'foreign' } | { is: 'unknown' };
export type Owners = AttributionContext['instances'];

const KEPT_MS = 6 * HOUR_MS;
/** EC2 may know an instance a little later than its first call. */
const UNKNOWN_FOR_MS = 2 * MINUTE_MS;
/** As many values as EC2 takes in one filter; the rest is asked for with the next batch. */
const MAX_IDS = 200;
const PARALLEL = 16;
/** What EKS allows as a name; tags may hold anything. */
const CLUSTER_NAME = /^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/;

/**
 * Whose instances these are: from the ledger, and for those it does not have from EC2 in one call. Bounded: at most
 * one read per batch, at most so many a minute over all batches. A failed read is told in `unread` and leaves its
 * instances unknown, which is not foreign.
 */
export async function ownersOf(ports: Ports, ids: readonly string[], unread: string[]): Promise<Owners> {
  const now = ports.clock.now();
  const owners = new Map<string, Owner>();
  await inPool([...new Set(ids)], PARALLEL, async (id) => {
    const known = await remembered(ports.table, id, now);
    if (known !== undefined) owners.set(id, known);
  });
  const [first, ...rest] = [...new Set(ids)].filter((id) => !owners.has(id)).slice(0, MAX_IDS);
  if (first === undefined) return owners;
  if (!(await takeRead(ports, 'instances'))) {
    unread.push('owners of instances: as often as allowed in this minute');
    return owners;
  }
  try {
    const found = await ports.ec2.describeInstances([first, ...rest]);
    const byId = new Map(found.map((instance) => [instance.id, instance]));
    for (const id of [first, ...rest]) owners.set(id, plainOwner(ownerByTags(byId.get(id))));
  } catch (error) {
    unread.push(`owners of instances: ${describeFailure(error)}`);
    return owners;
  }
  await inPool([first, ...rest], PARALLEL, (id) =>
    remember(ports.table, id, owners.get(id) ?? { is: 'unknown' }, now),
  );
  return owners;
}

function plainOwner(owner: ReturnType<typeof ownerByTags>): Owner {
  if (owner.is !== 'ours') return { is: owner.is };
  return CLUSTER_NAME.test(owner.cluster) ? { is: 'ours', cluster: owner.cluster } : { is: 'unknown' };
}

async function remembered(table: Table, id: string, now: EpochMs): Promise<Owner | undefined> {
  const item = await table.get(keyOf(id));
  if (item === undefined || Number(item['until']) <= now) return undefined;
  return item['owner'] as unknown as Owner;
}

async function remember(table: Table, id: string, owner: Owner, now: EpochMs): Promise<void> {
  const until = now + (owner.is === 'unknown' ? UNKNOWN_FOR_MS : KEPT_MS);
  await table.update(keyOf(id), { set: { owner, until, expiresAt: Math.ceil(until / SECOND_MS) } }, []);
}

function keyOf(id: string): Key {
  return { pk: `OWNER#${id}`, sk: 'HEAD' };
}
