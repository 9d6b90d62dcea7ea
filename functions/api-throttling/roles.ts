import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { describeFailure } from '../../shared/errors.ts';
import type { Ports } from '../../shared/ports/index.ts';
import type { Table, Value } from '../../shared/ports/table.ts';
import { type ClusterRoles, NO_ROLES, type RoleMap, roleMap } from './attribution/index.ts';
import type { Clusters } from './clusters.ts';
import { type Place, ratePk } from './keys.ts';
import { type OwnThrottling, refuseWhile } from './own-calls.ts';
import { takeRead } from './reads.ts';

/** A cluster is asked again after this, whatever came of it. */
const AGAIN_MS = 6 * HOUR_MS;
/** Of a reading that nobody finished. */
const AGAIN_AFTER_CRASH_MS = 10 * MINUTE_MS;
/** What was read in full stands so long, also when it cannot be read again. */
const KEPT_MS = DAY_MS;
/** A batch has a minute in all. */
const PATIENCE_MS = 15 * SECOND_MS;
/** As many as are listed may not be all. */
const LISTED_AT_MOST = 100;

interface Remembered {
  /** Read in full, at this moment. */
  roles?: ClusterRoles;
  at: EpochMs;
  /** Not asked before this. */
  dueAt: EpochMs;
  /** What the last reading lacked. */
  unread: string[];
}

type Known = ReadonlyMap<string, Remembered>;

export interface RolesInput {
  ports: Ports;
  place: Place;
  clusters: Clusters;
  /** Of our own calls. */
  throttled: readonly OwnThrottling[];
  /** Somebody called whom nothing else attributes: only then EKS is asked. */
  isNeeded: boolean;
}

/**
 * The roles of all known clusters, from the ledger, or `NO_ROLES` as long as not every one of them was read in full
 * within a day: a role may be shared with a cluster that was not read. At most one cluster a minute is read over all
 * batches, each once in six hours, none while our own calls are throttled.
 */
export async function rolesOf(input: RolesInput, unread: string[]): Promise<RoleMap> {
  const { ports, place, clusters, isNeeded } = input;
  if (!isWholeList(clusters)) return NO_ROLES;
  let known = await remembered(ports.table, place);
  if (isNeeded && (await readNext(input, known, unread))) known = await remembered(ports.table, place);
  const now = ports.clock.now();
  const full = clusters.flatMap(({ name }) => rolesIn(known.get(name), now) ?? []);
  const map = full.length < clusters.length ? NO_ROLES : roleMap(full);
  if (map.complete) return map;
  if (isNeeded) unread.push(lackOf(clusters, known, map, now));
  return NO_ROLES;
}

/** Names from the config have no issuer: they stand in for a list that could not be read, and may not be all. */
function isWholeList(clusters: Clusters): boolean {
  return clusters.length < LISTED_AT_MOST && clusters.some(({ oidcIssuer }) => oidcIssuer !== undefined);
}

function rolesIn(found: Remembered | undefined, now: EpochMs): ClusterRoles | undefined {
  return found !== undefined && found.at + KEPT_MS > now ? found.roles : undefined;
}

/** Answers true when a cluster was asked. The row says so before it is, so that nobody else does it as well. */
async function readNext(input: RolesInput, known: Known, unread: string[]): Promise<boolean> {
  const { ports, place, clusters, throttled } = input;
  const now = ports.clock.now();
  const cluster = nextOf(clusters, known, now);
  if (cluster === undefined) return false;
  try {
    refuseWhile(throttled);
  } catch (error) {
    unread.push(`roles: ${describeFailure(error)}`);
    return false;
  }
  if (!(await takeRead(ports, 'roles'))) return false;
  await remember(ports.table, place, cluster, { dueAt: now + AGAIN_AFTER_CRASH_MS });
  const found = await readCluster(ports, cluster);
  const full = found.unread.length === 0 ? { roles: plain(found), at: now } : {};
  const outcome = { ...full, unread: [...found.unread], dueAt: now + AGAIN_MS };
  await remember(ports.table, place, cluster, outcome);
  return true;
}

/** Whoever was never asked first, then whoever was asked longest ago. */
function nextOf(clusters: Clusters, known: Known, now: EpochMs): string | undefined {
  const [first] = clusters
    .map(({ name }) => ({ name, dueAt: known.get(name)?.dueAt ?? 0 }))
    .filter(({ dueAt }) => dueAt <= now)
    .toSorted((left, right) => left.dueAt - right.dueAt);
  return first?.name;
}

async function readCluster({ eks, clock }: Ports, cluster: string): Promise<ClusterRoles> {
  const until = clock.now() + PATIENCE_MS;
  try {
    const found = await eks.describeRoles(cluster, () => clock.now() >= until);
    // People are most of the entries and in no map: they need not be kept.
    const accessEntries = found.accessEntries.filter(({ type }) => type !== 'STANDARD');
    return { cluster, ...found, accessEntries };
  } catch (error) {
    const unread = [describeFailure(error)];
    return { cluster, nodeRoles: [], accessEntries: [], podIdentities: [], addons: [], unread };
  }
}

/** For people: what is missing first. */
function lackOf(clusters: Clusters, known: Known, map: RoleMap, now: EpochMs): string {
  const missing = clusters.find(({ name }) => rolesIn(known.get(name), now) === undefined);
  if (missing === undefined) return `roles of ${map.unread[0]}`;
  return `roles of ${missing.name}: ${known.get(missing.name)?.unread[0] ?? 'not read yet'}`;
}

async function remembered(table: Table, place: Place): Promise<Known> {
  const items = await table.query(pkOf(place));
  return new Map(
    items.map(({ sk, roles, at, dueAt, unread }) => [
      sk,
      {
        ...(roles !== undefined && { roles: roles as unknown as ClusterRoles }),
        at: Number(at ?? 0),
        dueAt: Number(dueAt),
        unread: Array.isArray(unread) ? unread.map(String) : [],
      },
    ]),
  );
}

/** What is left out stays as it is. */
async function remember(
  table: Table,
  place: Place,
  cluster: string,
  set: Partial<Record<keyof Remembered, Value>>,
): Promise<void> {
  const expiresAt = Math.ceil((Number(set.dueAt) + KEPT_MS) / SECOND_MS);
  await table.update({ pk: pkOf(place), sk: cluster }, { set: { ...set, expiresAt } }, []);
}

function pkOf(place: Place): string {
  return `ROLES#${ratePk(place)}`;
}

function plain(value: unknown): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}
