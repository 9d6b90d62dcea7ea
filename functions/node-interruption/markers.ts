import type { Node } from '../../shared/ports/kubernetes.ts';

/** Says that the cordon is ours and for which incident; only such a cordon is ever undone by us. */
export const CORDON_ANNOTATION = 'paramedic/cordoned-for';
/** The same for the load balancer label, which we may set on a node somebody else cordoned. */
export const EXCLUDE_ANNOTATION = 'paramedic/excluded-for';
/** Takes the node out of the load balancers of Services; the value says that we set it. */
export const EXCLUDE_LABEL = 'node.kubernetes.io/exclude-from-external-load-balancers';
export const EXCLUDE_VALUE = 'paramedic';

export function cordonedFor(node: Node): string | undefined {
  return node.metadata?.annotations?.[CORDON_ANNOTATION];
}

/** The incident any mark of ours on the node names. */
export function markedFor(node: Node): string | undefined {
  return cordonedFor(node) ?? node.metadata?.annotations?.[EXCLUDE_ANNOTATION];
}

export function isCordoned(node: Node): boolean {
  return node.spec?.unschedulable === true;
}

export function isExcluded(node: Node): boolean {
  return node.metadata?.labels?.[EXCLUDE_LABEL] !== undefined;
}
