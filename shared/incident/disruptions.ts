import { type EpochMs, HOUR_MS, humanDuration } from '../clock.ts';
import type { ClusterRef } from '../ports/kubernetes.ts';
import type { Item, Table } from '../ports/table.ts';
import { ceilShare } from '../share.ts';

/** How much may be taken from a cluster on purpose; from `global.disruptionBudget`. */
export interface DisruptionLimits {
  /** Of the nodes of the cluster and of the group, 0 to 1. */
  share: number;
  /** At least this many, however small the cluster or group. */
  floor: number;
  /** Per cluster, started within any hour. */
  perHour: number;
}

/** Who wants to take which node out of service on purpose. */
export interface DisruptionRequest {
  incidentId: string;
  /** Instance id. */
  node: string;
  group: string;
  /** Empty: not known. */
  zone: string;
  /** The place is free again then, whatever happened to its holder. */
  until: EpochMs;
  cluster: DisruptionScope;
  inGroup: DisruptionScope;
  /** Instance ids of all nodes of the zone; those of them that are down are among the cluster's. */
  zoneNodes: readonly string[];
}

export interface DisruptionScope {
  nodes: number;
  /** Instance ids of the other nodes that are NotReady, cordoned or being deleted, whoever did it. */
  down: string[];
}

export type DisruptionState =
  | { is: 'held'; why: string }
  | { is: 'free'; why: string }
  /** The only node of its group: nobody else could take its pods. */
  | { is: 'alone'; why: string }
  | { is: 'full'; why: string; againAt?: EpochMs };

interface Holder {
  incidentId: string;
  node: string;
  group: string;
  zone: string;
  until: EpochMs;
}

interface Row {
  version: number;
  active: Holder[];
  starts: EpochMs[];
}

const MAX_LOST_RACES = 12;

/** What the budget says now; changes nothing. */
export async function peekDisruption(
  table: Table,
  cluster: ClusterRef,
  request: DisruptionRequest,
  limits: DisruptionLimits,
  now: EpochMs,
): Promise<DisruptionState> {
  return judge(rowOf(await table.get(keyOf(cluster)), now), request, limits, now);
}

/**
 * Takes a place by compare-and-set, so that any number of runs at once never take more than there are. Taking it
 * again is the same place. `alone` takes one as well: whoever asks has asked a person.
 */
export async function claimDisruption(
  table: Table,
  cluster: ClusterRef,
  request: DisruptionRequest,
  limits: DisruptionLimits,
  now: EpochMs,
): Promise<DisruptionState> {
  for (let race = 0; race < MAX_LOST_RACES; race++) {
    const row = rowOf(await table.get(keyOf(cluster)), now);
    const state = judge(row, request, limits, now);
    if (state.is === 'held' || state.is === 'full') return state;
    const { incidentId, node, group, zone, until } = request;
    const active = [...row.active, { incidentId, node, group, zone, until }];
    if (await write(table, cluster, { ...row, active, starts: [...row.starts, now] })) {
      return { is: 'held', why: state.why };
    }
  }
  return { is: 'full', why: 'too many ask for a place at once' };
}

/** Gives the place back; that it was used counts for another hour. */
export async function releaseDisruption(
  table: Table,
  cluster: ClusterRef,
  incidentId: string,
  now: EpochMs,
): Promise<void> {
  for (let race = 0; race < MAX_LOST_RACES; race++) {
    const row = rowOf(await table.get(keyOf(cluster)), now);
    const active = row.active.filter((holder) => holder.incidentId !== incidentId);
    if (active.length === row.active.length || (await write(table, cluster, { ...row, active }))) return;
  }
}

function judge(
  row: Row,
  request: DisruptionRequest,
  limits: DisruptionLimits,
  now: EpochMs,
): DisruptionState {
  const { incidentId, group, zone } = request;
  if (row.active.some((holder) => holder.incidentId === incidentId)) {
    return { is: 'held', why: 'this incident holds a place in the budget' };
  }
  if (row.starts.length >= limits.perHour) {
    const againAt = Math.min(...row.starts) + HOUR_MS;
    return full(
      `${row.starts.length} nodes within the last hour, ${limits.perHour} are allowed; again in ${humanDuration(againAt - now)}`,
      againAt,
    );
  }
  const sibling = row.active.find((holder) => holder.group === group);
  if (sibling !== undefined) return full(`${sibling.node} of group ${group} is being moved: one at a time`);
  const elsewhere = row.active.find((holder) => holder.zone !== zone || zone === '');
  if (elsewhere !== undefined) return full(`${zoneWords(elsewhere, zone)}: one zone at a time`);
  const crowded = crowdedScope(row, request, limits);
  if (crowded !== undefined) return full(crowded);
  if (request.inGroup.nodes <= 1) return { is: 'alone', why: `it is the only node of group ${group}` };
  return { is: 'free', why: 'the disruption budget has room' };
}

/** Two zones that nobody knows are not the same zone. */
function zoneWords(holder: Holder, zone: string): string {
  if (zone === '') return `its zone is not known, and ${holder.node} is being moved`;
  if (holder.zone === '') return `the zone of ${holder.node}, which is being moved, is not known`;
  return `zone ${holder.zone} is being worked on`;
}

function full(why: string, againAt?: EpochMs): DisruptionState {
  return againAt === undefined ? { is: 'full', why } : { is: 'full', why, againAt };
}

/** Nodes that are down for whatever reason use the budget up; this one does not count against itself. */
function crowdedScope(
  row: Row,
  { node, group, zone, cluster, inGroup, zoneNodes }: DisruptionRequest,
  limits: DisruptionLimits,
): string | undefined {
  const members = new Set(zoneNodes);
  const inZone = { nodes: members.size, down: cluster.down.filter((id) => members.has(id)) };
  const scopes = [
    { name: 'the cluster', scope: cluster, holders: row.active },
    {
      name: `group ${group}`,
      scope: inGroup,
      holders: row.active.filter((holder) => holder.group === group),
    },
    {
      name: zone === '' ? 'a zone that is not known' : `zone ${zone}`,
      scope: inZone,
      holders: row.active.filter((holder) => holder.zone === zone),
    },
  ];
  for (const { name, scope, holders } of scopes) {
    const out = new Set([...scope.down, ...holders.map((holder) => holder.node)]);
    out.delete(node);
    const allowed = Math.max(limits.floor, ceilShare(scope.nodes, limits.share));
    if (out.size >= allowed)
      return `${out.size} of ${scope.nodes} nodes of ${name} are out, ${allowed} may be`;
  }
  return undefined;
}

function rowOf(item: Item | undefined, now: EpochMs): Row {
  const active = (item?.['active'] ?? []) as unknown as Holder[];
  const starts = (item?.['starts'] ?? []) as unknown as EpochMs[];
  return {
    version: Number(item?.['version'] ?? 0),
    active: active.filter((holder) => holder.until > now),
    starts: starts.filter((start) => start > now - HOUR_MS),
  };
}

async function write(table: Table, cluster: ClusterRef, { version, active, starts }: Row): Promise<boolean> {
  const set = { active: active.map((holder) => ({ ...holder })), starts, version: version + 1 };
  const unchanged =
    version === 0
      ? ({ attribute: 'version', is: 'missing' } as const)
      : ({ attribute: 'version', is: 'equal', value: version } as const);
  return await table.update(keyOf(cluster), { set }, [unchanged]);
}

function keyOf({ account, region, name }: ClusterRef): { pk: string; sk: string } {
  return { pk: `DISRUPTIONS#${account}/${region}/${name}`, sk: 'HEAD' };
}
