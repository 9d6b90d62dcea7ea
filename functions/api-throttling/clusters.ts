import { DAY_MS, type EpochMs, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { describeFailure } from '../../shared/errors.ts';
import { inPool } from '../../shared/pipeline/pool.ts';
import type { Ports } from '../../shared/ports/index.ts';
import type { Table, Value } from '../../shared/ports/table.ts';
import type { AttributionContext } from './attribution/index.ts';
import { type Place, ratePk } from './keys.ts';
import { takeRead } from './reads.ts';

export type Clusters = AttributionContext['clusters'];

/** New clusters are known after this. */
const FRESH_MS = 10 * MINUTE_MS;
/** Each is described once in ten minutes; an account has seldom more. */
const MAX_CLUSTERS = 100;
const PARALLEL = 4;

/**
 * The clusters of the account and region with their OIDC issuers, read from EKS every ten minutes at most and
 * remembered in the ledger. Where EKS cannot be read the last answer stands, and with none the configured names.
 */
export async function clustersOf(
  ports: Ports,
  place: Place,
  configured: () => Promise<string[]>,
  unread: string[],
): Promise<Clusters> {
  const now = ports.clock.now();
  const known = await remembered(ports.table, place);
  if (known !== undefined && known.at + FRESH_MS > now) return known.clusters;
  if (await takeRead(ports, 'clusters')) {
    try {
      const clusters = await readClusters(ports, known?.clusters ?? [], unread);
      await remember(ports.table, place, clusters, now);
      return clusters;
    } catch (error) {
      unread.push(`clusters: ${describeFailure(error)}`);
    }
  }
  return known?.clusters ?? (await configured()).map((name) => ({ name }));
}

/** A cluster that cannot be read keeps the issuer it had: EKS is throttled when we need it most. */
async function readClusters({ eks }: Ports, known: Clusters, unread: string[]): Promise<Clusters> {
  const all = await eks.listClusters();
  const names = all.slice(0, MAX_CLUSTERS);
  if (all.length > names.length) unread.push(`${all.length - names.length} clusters above ${MAX_CLUSTERS}`);
  const issuers = new Map(known.map(({ name, oidcIssuer }) => [name, oidcIssuer]));
  await inPool(names, PARALLEL, async (name) => {
    try {
      const { oidcIssuer } = await eks.describeCluster(name);
      if (oidcIssuer !== undefined) issuers.set(name, oidcIssuer);
    } catch (error) {
      unread.push(`issuer of ${name}: ${describeFailure(error)}`);
    }
  });
  return names.map((name) => ({ name, oidcIssuer: issuers.get(name) }));
}

async function remembered(
  table: Table,
  place: Place,
): Promise<{ clusters: Clusters; at: EpochMs } | undefined> {
  const item = await table.get(keyOf(place));
  if (item === undefined) return undefined;
  return { clusters: item['clusters'] as unknown as Clusters, at: Number(item['at']) };
}

async function remember(table: Table, place: Place, clusters: Clusters, at: EpochMs): Promise<void> {
  const stored = JSON.parse(JSON.stringify(clusters)) as Value;
  const expiresAt = Math.ceil((at + DAY_MS) / SECOND_MS);
  await table.update(keyOf(place), { set: { clusters: stored, at, expiresAt } }, []);
}

function keyOf(place: Place): { pk: string; sk: string } {
  return { pk: `CLUSTERS#${ratePk(place)}`, sk: 'HEAD' };
}
