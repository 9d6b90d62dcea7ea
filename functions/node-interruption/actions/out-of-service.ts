import type { Action, ActionContext, ActionResult } from '../../../shared/actions/action.ts';
import { MINUTE_MS, SECOND_MS } from '../../../shared/clock.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import type { InstanceState } from '../../../shared/ports/ec2.ts';
import type { Kubernetes, Node } from '../../../shared/ports/kubernetes.ts';
import {
  isOutOfService,
  OUT_OF_SERVICE_ANNOTATION,
  OUT_OF_SERVICE_TAINT,
  OUT_OF_SERVICE_VALUE,
} from '../markers.ts';
import { isNodeReady } from '../node-summary.ts';
import { leftAlone } from '../pods.ts';
import { removeTaint } from './back-in-service.ts';
import { versionOf } from './cordon.ts';
import { connect, sameNode } from './same-node.ts';

const TICK_MS = 5 * SECOND_MS;
const OFF: readonly InstanceState[] = ['stopped', 'terminated'];

/**
 * Tells Kubernetes that the machine is certainly off, so that its pods are removed and its volumes detached at once.
 * On a machine that runs this would attach a volume twice: EC2 must say that it is off, and the Node must agree.
 */
export const outOfService: Action = {
  name: 'out-of-service',
  describe: 'taints the Node of a stopped instance so that its pods and volumes are freed',
  permissions: {
    aws: ['ec2:DescribeInstances'],
    kubernetes: ['get /nodes', 'patch /nodes', 'list /pods', 'list storage.k8s.io/volumeattachments'],
  },
  risk: 'high',
  reversible: true,
  gentle: false,
  onLoss: true,
  cost: 'none',
  cooldownMs: 10 * MINUTE_MS,
  apply: async (context, step) => {
    const kubernetes = await connect(context);
    const node = await sameNode(kubernetes, step);
    if (node === undefined) return { status: 'done', summary: 'the Node is gone', lookAgain: true };
    const why = await whyNotOff(context, node, String(step.goal['instance']));
    if (why !== undefined) return await notOff(context, kubernetes, node, why);
    if (!isOutOfService(node)) {
      await context.checkStop();
      await kubernetes.patchNode(step.targets[0].name, taintPatch(node, context.incident.id));
    }
    return await waitUntilClear(context, kubernetes, step);
  },
  // What is left is named by `apply`, and the playbook judges from the pods' new places.
  verify: async (context, step) => {
    const kubernetes = await connect(context);
    const left = await hanging(kubernetes, step);
    return { holds: true, evidence: `${left.pods} pods and ${left.volumes} volumes hang on the node` };
  },
  undo: async (context, step) => {
    const kubernetes = await connect(context);
    const node = await sameNode(kubernetes, step);
    if (node !== undefined) await removeTaint(kubernetes, node, context.incident.id);
  },
};

/** A machine that runs must not carry the taint for a second longer than we know of it. */
async function notOff(
  context: ActionContext,
  kubernetes: Kubernetes,
  node: Node,
  why: string,
): Promise<ActionResult> {
  await context.checkStop();
  const removed = await removeTaint(kubernetes, node, context.incident.id);
  return { status: 'failed', summary: removed ? `${why}; our taint was removed` : why };
}

/** Asked again right before the taint and while it works: the instance may be started at any time. */
async function whyNotOff({ ports }: ActionContext, node: Node, id: string): Promise<string | undefined> {
  const [instance] = await ports.ec2.describeInstances([id]);
  if (instance === undefined) return 'EC2 does not return the instance: whether it is off is not known';
  if (!OFF.includes(instance.state)) return `EC2 says that the instance is ${instance.state}`;
  return isNodeReady(node) ? 'the Node reads Ready: its machine may be running' : undefined;
}

function taintPatch(node: Node, incidentId: string) {
  const taint = { key: OUT_OF_SERVICE_TAINT, value: OUT_OF_SERVICE_VALUE, effect: 'NoExecute' };
  return {
    metadata: { ...versionOf(node), annotations: { [OUT_OF_SERVICE_ANNOTATION]: incidentId } },
    spec: { taints: [...(node.spec?.taints ?? []), taint] },
  };
}

async function waitUntilClear(
  context: ActionContext,
  kubernetes: Kubernetes,
  step: Step,
): Promise<ActionResult> {
  const { clock } = context.ports;
  const startedAt = Number(context.memory['startedAt'] ?? clock.now());
  const until = startedAt + Number(step.goal['within']);
  const roundEnds = clock.now() + context.roundMs;
  const memory = { startedAt };
  for (;;) {
    const node = await sameNode(kubernetes, step);
    const why =
      node === undefined ? undefined : await whyNotOff(context, node, String(step.goal['instance']));
    if (node !== undefined && why !== undefined) return await notOff(context, kubernetes, node, why);
    const left = await hanging(kubernetes, step);
    const summary = `tainted; ${left.pods} pods and ${left.volumes} volumes still hang on it`;
    if (left.pods === 0 && left.volumes === 0) {
      return { status: 'done', summary: 'its pods are gone and its volumes detached', lookAgain: true };
    }
    if (clock.now() >= until)
      return { status: 'failed', summary: `${summary} at the end of its time`, memory };
    if (clock.now() >= roundEnds || (await context.hasNews())) return { status: 'again', summary, memory };
    await clock.sleep(TICK_MS);
  }
}

async function hanging(
  kubernetes: Kubernetes,
  { targets, goal }: Step,
): Promise<{ pods: number; volumes: number }> {
  const nodeName = targets[0].name;
  const [pods, attachments] = await Promise.all([
    kubernetes.listPods({ nodeName }),
    kubernetes.listVolumeAttachments(),
  ]);
  const emptyDir = goal['emptyDir'] === 'skip' ? 'skip' : 'evict';
  return {
    pods: pods.filter((pod) => leftAlone(pod, emptyDir) === null).length,
    volumes: attachments.filter(({ spec }) => spec?.nodeName === nodeName).length,
  };
}
