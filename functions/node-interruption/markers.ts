import type { Node } from '../../shared/ports/kubernetes.ts';

/** Says that the cordon is ours and for which incident; only such a cordon is ever undone by us. */
export const CORDON_ANNOTATION = 'paramedic/cordoned-for';
/** Takes the node out of the load balancers of Services; the value says that we set it. */
export const EXCLUDE_LABEL = 'node.kubernetes.io/exclude-from-external-load-balancers';
export const EXCLUDE_VALUE = 'paramedic';

export function cordonedFor(node: Node): string | undefined {
  return node.metadata?.annotations?.[CORDON_ANNOTATION];
}

export function isCordoned(node: Node): boolean {
  return node.spec?.unschedulable === true;
}

export function isExcluded(node: Node): boolean {
  return node.metadata?.labels?.[EXCLUDE_LABEL] !== undefined;
}
