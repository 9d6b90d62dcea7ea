import type { Node, Taint } from '../../shared/ports/kubernetes.ts';

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

/** Kubernetes' word for a node whose machine is certainly off: its pods are removed and its volumes detached. */
export const OUT_OF_SERVICE_TAINT = 'node.kubernetes.io/out-of-service';
/** The taint's value says that we set it. */
export const OUT_OF_SERVICE_VALUE = 'paramedic';
/** Says for which incident. */
export const OUT_OF_SERVICE_ANNOTATION = 'paramedic/out-of-service-for';

export function isOutOfService(node: Node): boolean {
  return (node.spec?.taints ?? []).some(({ key }) => key === OUT_OF_SERVICE_TAINT);
}

/** The incident our own out-of-service taint is there for. */
export function outOfServiceFor(node: Node): string | undefined {
  const isOurs = (node.spec?.taints ?? []).some(isOurTaint);
  return isOurs ? node.metadata?.annotations?.[OUT_OF_SERVICE_ANNOTATION] : undefined;
}

export function isOurTaint({ key, value }: Taint): boolean {
  return key === OUT_OF_SERVICE_TAINT && value === OUT_OF_SERVICE_VALUE;
}

/** Set by other controllers that have taken the node in hand. */
const FOREIGN_TAINT = /^(aws-node-termination-handler\/|karpenter\.sh\/disrupted$)/;

export function foreignTaint(node: Node): string | undefined {
  return (node.spec?.taints ?? []).find(({ key }) => FOREIGN_TAINT.test(key))?.key;
}
