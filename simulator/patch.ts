import { isDeepStrictEqual } from 'node:util';
import { PortError } from '../shared/errors.ts';
import type { NodePatch } from '../shared/ports/kubernetes.ts';
import type { SimCluster } from './cluster.ts';
import type { SimNode } from './model.ts';

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
  const patched = { ...node, metadata, spec: mergeSpec(node.spec, patch.spec) };
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

/** The node controller turns `unschedulable` into its taint; here at once. */
function mergeSpec(spec: SimNode['spec'], change: NodePatch['spec']): SimNode['spec'] {
  if (change?.unschedulable === undefined) return spec;
  const { unschedulable: _old, taints, ...rest } = spec;
  const others = (taints ?? []).filter((taint) => taint.key !== CORDON_TAINT);
  if (change.unschedulable === true) {
    const taint = { key: CORDON_TAINT, effect: 'NoSchedule' };
    return { ...rest, unschedulable: true, taints: [...others, taint] };
  }
  return others.length > 0 ? { ...rest, taints: others } : rest;
}
