import { isDeepStrictEqual } from 'node:util';
import { PortError } from '../shared/errors.ts';
import type { NodePatch, Taint } from '../shared/ports/kubernetes.ts';
import type { SimCluster } from './cluster.ts';
import { isReady, type SimNode } from './model.ts';
import { UNREACHABLE } from './node-object.ts';

const CORDON_TAINT = 'node.kubernetes.io/unschedulable';

/** JSON merge patch on a Node: null removes. A patch that changes nothing keeps the resourceVersion. */
export function patchNode(cluster: SimCluster, node: SimNode, patch: NodePatch): SimNode {
  const expected = patch.metadata?.resourceVersion;
  if (expected !== undefined && expected !== node.metadata.resourceVersion) {
    const message = 'the object has been modified; please apply your changes to the latest version';
    throw new PortError('conflict', message, { operation: 'patch /nodes', code: '409' });
  }
  const metadata = {
    ...node.metadata,
    labels: merge(node.metadata.labels, patch.metadata?.labels),
    annotations: merge(node.metadata.annotations, patch.metadata?.annotations),
  };
  const patched = { ...node, metadata, spec: mergeSpec(node, patch.spec) };
  return isDeepStrictEqual(patched, node) ? node : cluster.putNode(patched);
}

function merge(
  current: Record<string, string>,
  change: Record<string, string | null> | undefined,
): Record<string, string> {
  const merged = new Map(Object.entries(current));
  for (const [name, value] of Object.entries(change ?? {})) {
    if (value === null) merged.delete(name);
    else merged.set(name, value);
  }
  return Object.fromEntries(merged);
}

/** Whoever drops the taints of an unreachable node gets them back from the node controller; here at once. */
function mergeSpec({ spec, status }: SimNode, change: NodePatch['spec']): SimNode['spec'] {
  if (change === undefined) return spec;
  const { unschedulable: before, taints: beforeTaints, ...rest } = spec;
  const unschedulable = change.unschedulable === undefined ? before === true : change.unschedulable === true;
  const given = change.taints === undefined ? beforeTaints : change.taints;
  const kept = (beforeTaints ?? []).filter(
    (taint) => taint.key === UNREACHABLE && !isReady({ status }) && !hasTaint(given ?? [], taint),
  );
  const taints = withCordonTaint([...(given ?? []), ...kept], unschedulable);
  return {
    ...rest,
    ...(unschedulable ? { unschedulable } : {}),
    ...(taints.length > 0 ? { taints } : {}),
  };
}

function hasTaint(taints: readonly Taint[], wanted: Taint): boolean {
  return taints.some((taint) => taint.key === wanted.key && taint.effect === wanted.effect);
}

/** The node controller keeps its taint in step with `unschedulable`; here at once. */
function withCordonTaint(taints: readonly Taint[], unschedulable: boolean): Taint[] {
  const isThere = taints.some((taint) => taint.key === CORDON_TAINT);
  if (!unschedulable) return taints.filter((taint) => taint.key !== CORDON_TAINT);
  return isThere ? [...taints] : [...taints, { key: CORDON_TAINT, effect: 'NoSchedule' }];
}
