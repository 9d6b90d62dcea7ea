import type { EpochMs } from '../../shared/clock.ts';
import { instanceIdOf } from '../../shared/cluster/node-match.ts';
import type { Node } from '../../shared/ports/kubernetes.ts';
import { cordonedFor, foreignTaint, isCordoned, isExcluded, outOfServiceFor } from './markers.ts';

/** What the playbook needs to know of the node itself, plain JSON. */
export interface NodeSummary {
  name: string;
  uid: string;
  /** Condition Ready is True; anything else, unknown included, is not. */
  ready: boolean;
  zone: string;
  cordoned: boolean;
  /** The incident our own marker names. */
  cordonedFor: string | null;
  excluded: boolean;
  /** The incident our out-of-service taint names. */
  outOfServiceFor: string | null;
  /** A taint by which another controller says that it handles the node. */
  foreignTaint: string | null;
  labels: Record<string, string>;
}

const ZONE_LABEL = 'topology.kubernetes.io/zone';

export function summariseNode(node: Node): NodeSummary {
  const labels = node.metadata?.labels ?? {};
  return {
    name: node.metadata?.name ?? '',
    uid: node.metadata?.uid ?? '',
    ready: isNodeReady(node),
    zone: labels[ZONE_LABEL] ?? '',
    cordoned: isCordoned(node),
    cordonedFor: cordonedFor(node) ?? null,
    excluded: isExcluded(node),
    outOfServiceFor: outOfServiceFor(node) ?? null,
    foreignTaint: foreignTaint(node) ?? null,
    labels,
  };
}

export function isNodeReady(node: Node): boolean {
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True';
}

/** The cluster's nodes as the disruption budget counts them. */
export interface FleetNode {
  instanceId: string;
  zone: string;
  ready: boolean;
  /** Cordoned, NotReady or being deleted, whoever did it. */
  down: boolean;
  /** When the API server first saw it, by our clock. */
  bornAt: EpochMs;
}

/** `aheadMs`: how far the API server's clock is ahead of ours. */
export function summariseFleet(nodes: readonly Node[], aheadMs: number): FleetNode[] {
  return nodes.flatMap((node) => {
    const instanceId = instanceIdOf(node);
    if (instanceId === undefined) return [];
    const ready = isNodeReady(node);
    const down = !ready || isCordoned(node) || node.metadata?.deletionTimestamp !== undefined;
    const bornAt = Date.parse(node.metadata?.creationTimestamp ?? '') - aheadMs;
    const zone = node.metadata?.labels?.[ZONE_LABEL] ?? '';
    return [{ instanceId, zone, ready, down, bornAt }];
  });
}
