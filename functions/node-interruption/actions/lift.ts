import type { Action } from '../../../shared/actions/action.ts';
import type { Kubernetes, Node } from '../../../shared/ports/kubernetes.ts';
import { connect, sameNode } from './same-node.ts';

/** A mark of ours on a Node, and how it comes off. */
export interface Mark {
  name: string;
  describe: string;
  /** e.g. `cordon`, for people. */
  what: string;
  /** The incident that the mark names, if it is ours at all. */
  ownerOf(node: Node): string | undefined;
  /** Takes it off if it is the incident's; false when it is not there. Safe to repeat. */
  remove(kubernetes: Kubernetes, node: Node, incidentId: string): Promise<boolean>;
}

/** An action that takes back a mark of ours, and only ours: what somebody else set meanwhile stays. */
export function lift(mark: Mark): Action {
  return {
    name: mark.name,
    describe: mark.describe,
    permissions: { aws: [], kubernetes: ['get /nodes', 'patch /nodes'] },
    risk: 'low',
    reversible: false,
    gentle: false,
    concludes: true,
    cost: 'none',
    cooldownMs: 0,
    apply: async (context, step) => {
      const kubernetes = await connect(context);
      const node = await sameNode(kubernetes, step);
      if (node === undefined) return { status: 'done', summary: 'the Node is gone' };
      await context.checkStop();
      const removed = await mark.remove(kubernetes, node, context.incident.id);
      return {
        status: 'done',
        summary: removed ? `our ${mark.what} was lifted` : `carries no ${mark.what} of ours`,
      };
    },
    verify: async (context, step) => {
      const node = await sameNode(await connect(context), step);
      const isOurs = node !== undefined && mark.ownerOf(node) === context.incident.id;
      return {
        holds: !isOurs,
        evidence: `carries ${isOurs ? 'our' : 'no'} ${mark.what}${isOurs ? '' : ' of ours'}`,
      };
    },
  };
}
