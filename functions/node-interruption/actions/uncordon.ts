import type { Action } from '../../../shared/actions/action.ts';
import { cordonedFor } from '../markers.ts';
import { uncordonNode } from './cordon.ts';
import { connect, sameNode } from './same-node.ts';

/** Takes back a cordon of ours, and only ours: a node somebody else cordoned meanwhile stays as they left it. */
export const uncordon: Action = {
  name: 'uncordon',
  describe: 'lifts the cordon and the load balancer mark that Paramedic set for this incident',
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
    const lifted = await uncordonNode(kubernetes, node, context.incident.id);
    return { status: 'done', summary: lifted ? 'our cordon was lifted' : 'carries no mark of ours any more' };
  },
  verify: async (context, step) => {
    const node = await sameNode(await connect(context), step);
    const isOurs = node !== undefined && cordonedFor(node) === context.incident.id;
    return { holds: !isOurs, evidence: isOurs ? 'still carries our mark' : 'carries no mark of ours' };
  },
};
