import { type EpochMs, MINUTE_MS } from '../../../shared/clock.ts';
import { instanceIdOf } from '../../../shared/cluster/node-match.ts';
import type { Incident } from '../../../shared/incident/incident.ts';
import { happenedAt } from '../../../shared/incident/signal.ts';
import type { Node } from '../../../shared/ports/kubernetes.ts';
import { removeTaint } from '../actions/back-in-service.ts';
import { uncordonNode } from '../actions/cordon.ts';
import { hasSignal } from '../group.ts';
import { markedFor, outOfServiceFor } from '../markers.ts';
import { interruptionOf } from '../notice.ts';
import { voluntaryUntil } from '../reaction.ts';
import { mayAct, nameOf, oneOf, type Round } from './round.ts';

/** A reclaim that has not happened this long after its deadline did not happen. */
const OVERDUE_MS = 10 * MINUTE_MS;

/** Marks of ours on nodes that live on after their incident. */
export async function sweepMarks(round: Round): Promise<string[]> {
  const lines: string[] = [];
  for (const node of round.nodes) {
    await oneOf(
      lines,
      nameOf(node, round),
      async () => (await liftTaint(round, node)) ?? (await liftCordon(round, node)),
    );
  }
  return lines;
}

/** Our taint has no business on a machine that runs, nor after its incident. */
async function liftTaint(round: Round, node: Node): Promise<string | undefined> {
  const id = outOfServiceFor(node);
  if (id === undefined) return undefined;
  const incident = await round.readIncident(id);
  if (incident?.status === 'open' && !isRunning(round, node)) return undefined;
  const name = nameOf(node, round);
  if (!(await mayAct(round, ['auto', 'approve'], id, `remove our out-of-service taint from ${name}`))) {
    return `${name} still carries our out-of-service taint (mode ${round.mode}: not removed)`;
  }
  await removeTaint(round.kubernetes, node, id);
  return `${name}: our out-of-service taint was removed`;
}

async function liftCordon(round: Round, node: Node): Promise<string | undefined> {
  const id = markedFor(node);
  if (id === undefined || !isRunning(round, node)) return undefined;
  const incident = await round.readIncident(id);
  if (incident === undefined || !(await isOver(round, incident))) return undefined;
  const name = nameOf(node, round);
  if (!(await mayAct(round, ['auto', 'approve'], id, `lift our cordon from ${name}`))) {
    return `${name} outlived its interruption and still carries our cordon (mode ${round.mode}: not lifted)`;
  }
  await uncordonNode(round.kubernetes, node, id);
  return `${name} outlived its interruption: our cordon was lifted`;
}

/** Only what EC2 says is running: an instance it does not return is unknown, not running. */
function isRunning({ instances }: Round, node: Node): boolean {
  return instances.get(instanceIdOf(node) ?? '')?.state === 'running';
}

/** Closed, and everything that could still come of it long past: the node survived what the cordon was for. */
async function isOver(round: Round, incident: Incident): Promise<boolean> {
  if (incident.status === 'open') return false;
  if (round.now <= lastMoment(round, incident) + OVERDUE_MS) return false;
  if (!hasSignal(incident, 'termination-hook')) return true;
  // Its group was ending it: other hooks may hold it for two days.
  const [member] = await round.ports.autoscaling.describeInstances([incident.subject.id]);
  return member === undefined || member.lifecycleState === 'InService';
}

function lastMoment({ policy }: Round, incident: Incident): EpochMs {
  const deadline = interruptionOf(incident, policy)?.deadline ?? 0;
  const risks = incident.signals
    .filter(({ kind }) => kind === 'rebalance')
    .map((signal) =>
      Math.max(happenedAt(signal) + policy.rebalance.ttl, voluntaryUntil(policy, happenedAt(signal))),
    );
  return Math.max(deadline, incident.closedAt ?? 0, ...risks);
}
