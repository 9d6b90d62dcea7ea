import { MINUTE_MS } from '../../shared/clock.ts';
import { instanceIdOf } from '../../shared/cluster/node-match.ts';
import type { Mode } from '../../shared/config/policy.ts';
import { describeFailure } from '../../shared/errors.ts';
import { clearDue, type DueRow, listDue } from '../../shared/incident/due.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { SweepInput } from '../../shared/pipeline/trouble.ts';
import type { Instance } from '../../shared/ports/ec2.ts';
import type { Kubernetes, Node } from '../../shared/ports/kubernetes.ts';
import { uncordon } from './actions/cordon.ts';
import { DETACHED } from './actions/detach.ts';
import { markedFor } from './markers.ts';
import { noticeOf } from './notice.ts';
import type { NodeInterruptionPolicy } from './policy.ts';

/** A reclaim that has not happened this long after its deadline did not happen. */
export const OVERDUE_MS = 10 * MINUTE_MS;

type Input = SweepInput<NodeInterruptionPolicy>;

/** Leftovers of interruptions in one cluster: cordons of ours on nodes that lived on, instances we detached. */
export async function sweep(input: Input): Promise<string[]> {
  const parts = [await guarded(() => sweepDetached(input)), await guarded(() => sweepCordons(input))];
  return parts.flat();
}

/** A cluster that cannot be read must not hide an instance that can. */
async function guarded(work: () => Promise<string[]>): Promise<string[]> {
  try {
    return await work();
  } catch (error) {
    return [describeFailure(error)];
  }
}

async function sweepCordons(input: Input): Promise<string[]> {
  if (input.mode === 'off') return [];
  const kubernetes = await input.ports.kubernetes.connect(input.cluster);
  const marked = (await kubernetes.listNodes()).filter((node) => markedFor(node) !== undefined);
  const ids = marked.map(instanceIdOf).filter((id) => id !== undefined);
  const running = await runningInstances(input, ids);
  const lines: string[] = [];
  for (const node of marked) {
    const incident = await input.readIncident(markedFor(node) ?? '');
    if (!running.has(instanceIdOf(node) ?? '') || !isOver(input, incident)) continue;
    lines.push(await liftCordon(input, kubernetes, node));
  }
  return lines;
}

/** Only what EC2 says is running: an instance it does not return is unknown, not running. */
async function runningInstances(input: Input, ids: readonly string[]): Promise<Map<string, Instance>> {
  const [first, ...rest] = ids;
  if (first === undefined) return new Map();
  const found = await input.ports.ec2.describeInstances([first, ...rest]);
  return new Map(found.filter(({ state }) => state === 'running').map((instance) => [instance.id, instance]));
}

/** Closed, and its deadline long past: the node survived what the cordon was for. */
function isOver({ policy, ports }: Input, incident: Incident | undefined): boolean {
  if (incident === undefined || incident.status === 'open') return false;
  const notice = noticeOf(incident, policy);
  return notice !== undefined && ports.clock.now() > notice.deadline + OVERDUE_MS;
}

async function liftCordon(input: Input, kubernetes: Kubernetes, node: Node): Promise<string> {
  const name = `node ${node.metadata?.name} of ${input.cluster.name}`;
  const incidentId = markedFor(node) ?? '';
  if (!(await mayAct(input, ['auto', 'approve'], incidentId, `lift our cordon from ${name}`))) {
    return `${name} outlived its interruption and still carries our cordon (mode ${input.mode}: not lifted)`;
  }
  await uncordon(kubernetes, node, incidentId);
  return `${name} outlived its interruption: our cordon was lifted`;
}

async function mayAct(
  input: Input,
  modes: readonly Mode[],
  incidentId: string,
  what: string,
): Promise<boolean> {
  return modes.includes(input.mode) && (await input.authorise(incidentId, what));
}

async function sweepDetached(input: Input): Promise<string[]> {
  const due = await listDue(input.ports.table, DETACHED, input.ports.clock.now());
  const lines: string[] = [];
  for (const row of due.filter(({ cluster }) => cluster === input.cluster.name)) {
    const line = await lookAtDetached(input, row);
    if (line !== undefined) lines.push(line);
  }
  return lines;
}

async function lookAtDetached(input: Input, row: DueRow): Promise<string | undefined> {
  const [instance] = await input.ports.ec2.describeInstances([row.id]);
  const what = `instance ${row.id}, detached for ${row.incidentId}`;
  if (instance === undefined) return `${what}: EC2 does not return it, its state is unknown`;
  if (instance.state === 'shutting-down' || instance.state === 'terminated') {
    await clearDue(input.ports.table, row);
    return undefined;
  }
  if (await isMemberAgain(input, row.id)) return `${what}: is in a group again and ${instance.state}`;
  const intent = `terminate ${row.id}, detached by us`;
  const isWanted = input.policy.replacement.terminateStragglers;
  if (isWanted && (await mayAct(input, ['auto'], row.incidentId, intent))) {
    await input.ports.ec2.terminateInstances([row.id]);
    return `${what}, was still ${instance.state}: terminated`;
  }
  return `${what}: still ${instance.state} 10 minutes after its deadline: terminate it by hand`;
}

async function isMemberAgain(input: Input, instanceId: string): Promise<boolean> {
  return (await input.ports.autoscaling.describeInstances([instanceId])).length > 0;
}
