import type { Action, Verification } from '../../../shared/actions/action.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import type { Kubernetes, Node, NodePatch } from '../../../shared/ports/kubernetes.ts';
import {
  CORDON_ANNOTATION,
  EXCLUDE_ANNOTATION,
  EXCLUDE_LABEL,
  EXCLUDE_VALUE,
  isCordoned,
  isExcluded,
} from '../markers.ts';
import { connect, sameNode } from './same-node.ts';

/**
 * Makes the node unschedulable and takes it out of Service load balancers. The annotation is set only when we
 * cordoned it ourselves: a cordon somebody else made is never ours to undo.
 */
export const cordon: Action = {
  name: 'cordon',
  describe: 'makes the node unschedulable and takes it out of load balancers',
  permissions: { aws: [], kubernetes: ['get /nodes', 'patch /nodes'] },
  risk: 'low',
  reversible: true,
  gentle: true,
  disrupts: true,
  cost: 'none',
  cooldownMs: 0,
  apply: async (context, step) => {
    const kubernetes = await connect(context);
    const node = await sameNode(kubernetes, step);
    if (node === undefined) return { status: 'done', summary: 'the Node is gone' };
    const patch = cordonPatch(node, step, context.incident.id);
    const memory = { cordonedByUs: !isCordoned(node), excludedByUs: !isExcluded(node) };
    if (patch === undefined) return { status: 'done', summary: 'cordoned already', memory };
    await context.checkStop();
    await kubernetes.patchNode(step.targets[0].name, patch);
    return { status: 'done', summary: 'cordoned', memory };
  },
  verify: async (context, step): Promise<Verification> => {
    const node = await sameNode(await connect(context), step);
    if (node === undefined) return { holds: true, evidence: 'the Node is gone' };
    const holds = isCordoned(node);
    return {
      holds,
      evidence: holds ? 'the Node reads unschedulable' : 'the Node does not read unschedulable',
    };
  },
  undo: async (context, step) => {
    const kubernetes = await connect(context);
    const node = await sameNode(kubernetes, step);
    if (node !== undefined) await uncordonNode(kubernetes, node, context.incident.id);
  },
};

/** Removes our own marks, and what each mark says is ours. Safe to repeat. */
export async function uncordonNode(kubernetes: Kubernetes, node: Node, incidentId: string): Promise<boolean> {
  const marks = node.metadata?.annotations ?? {};
  const isCordonOurs = marks[CORDON_ANNOTATION] === incidentId;
  const isLabelOurs = marks[EXCLUDE_ANNOTATION] === incidentId;
  if (!isCordonOurs && !isLabelOurs) return false;
  await kubernetes.patchNode(node.metadata?.name ?? '', {
    metadata: {
      ...versionOf(node),
      annotations: {
        ...(isCordonOurs ? { [CORDON_ANNOTATION]: null } : {}),
        ...(isLabelOurs ? { [EXCLUDE_ANNOTATION]: null } : {}),
      },
      ...(isLabelOurs && node.metadata?.labels?.[EXCLUDE_LABEL] === EXCLUDE_VALUE
        ? { labels: { [EXCLUDE_LABEL]: null } }
        : {}),
    },
    ...(isCordonOurs ? { spec: { unschedulable: null } } : {}),
  });
  return true;
}

function cordonPatch(node: Node, step: Step, incidentId: string): NodePatch | undefined {
  const addLabel = step.goal['excludeFromLoadBalancers'] === true && !isExcluded(node);
  const addCordon = !isCordoned(node);
  if (!addLabel && !addCordon) return undefined;
  return {
    metadata: {
      ...versionOf(node),
      annotations: {
        ...(addCordon ? { [CORDON_ANNOTATION]: incidentId } : {}),
        ...(addLabel ? { [EXCLUDE_ANNOTATION]: incidentId } : {}),
      },
      ...(addLabel ? { labels: { [EXCLUDE_LABEL]: EXCLUDE_VALUE } } : {}),
    },
    ...(addCordon ? { spec: { unschedulable: true } } : {}),
  };
}

/** A patch that carries the version it was computed from loses against a newer change instead of hiding it. */
export function versionOf(node: Node): { resourceVersion?: string } {
  const resourceVersion = node.metadata?.resourceVersion;
  return resourceVersion === undefined ? {} : { resourceVersion };
}
