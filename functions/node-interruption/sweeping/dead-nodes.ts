import { type EpochMs, isoTime, MINUTE_MS } from '../../../shared/clock.ts';
import { instanceIdOf } from '../../../shared/cluster/node-match.ts';
import { incidentId } from '../../../shared/incident/keys.ts';
import type { Signal } from '../../../shared/incident/signal.ts';
import type { Instance } from '../../../shared/ports/ec2.ts';
import type { Node } from '../../../shared/ports/kubernetes.ts';
import { TROUBLE } from '../events.ts';
import { isCordoned } from '../markers.ts';
import { isNodeReady } from '../node-summary.ts';
import { isInstanceId, nameOf, oneOf, type Round } from './round.ts';

/** The cloud controller and the event itself come first. */
const HEAD_START_MS = MINUTE_MS;
/** EC2 forgets a terminated instance after about an hour; a Node that is NotReady without one is worth a word. */
const MISSING_MS = 15 * MINUTE_MS;

/** Nodes whose machine is off although nobody told us: the event was lost. */
export async function sweepDeadNodes(round: Round): Promise<string[]> {
  const lines: string[] = [];
  for (const node of round.nodes) {
    const id = instanceIdOf(node);
    if (!isInstanceId(id) || isNodeReady(node)) continue;
    await oneOf(lines, nameOf(node, round), () => lookAtDead(round, node, id));
  }
  return lines;
}

async function lookAtDead(round: Round, node: Node, id: string): Promise<string | undefined> {
  const instance = round.instances.get(id);
  const age = round.now - notReadySince(round, node);
  if (instance === undefined) {
    if (age < MISSING_MS) return undefined;
    return `${nameOf(node, round)} is NotReady and EC2 does not return its instance ${id}: not known to be gone`;
  }
  if (instance.state !== 'stopped' && instance.state !== 'terminated') return undefined;
  if (age < round.policy.stateChange.nodeGrace + HEAD_START_MS) return undefined;
  if (!(await isNews(round, node, instance))) return undefined;
  const how = await round.open(signalOf(round, instance));
  return `${nameOf(node, round)}: its instance ${id} is ${instance.state} and no event said so (${how})`;
}

/** By our clock. Unknown counts as just now: nothing is opened on a guess. */
function notReadySince({ kubernetes, now }: Round, node: Node): EpochMs {
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
  const since = Date.parse(ready?.lastTransitionTime ?? '');
  return Number.isNaN(since) ? now : since - kubernetes.serverAheadMs();
}

/** Once per end of the machine: what was opened for it and closed, for whatever reason, is not opened again. */
async function isNews(round: Round, node: Node, instance: Instance): Promise<boolean> {
  const subject = { kind: 'instance', id: instance.id } as const;
  const incident = await round.readIncident(incidentId(TROUBLE, round.cluster, subject));
  if (incident === undefined) return true;
  if (incident.status === 'open') return false;
  // A stop was dealt with by the incident that closed over it, or on a node that is still cordoned for it; of a
  // termination the Node itself is what is left.
  const seen = instance.state === 'stopped' ? (incident.seen['state:stopped'] ?? 0) : 0;
  const told = seen <= (incident.closedAt ?? 0) || isCordoned(node) ? seen : 0;
  const found = Math.max(told, incident.seen[meaningOf(instance)] ?? 0);
  return found === 0 || (instance.launchedAt !== undefined && instance.launchedAt > found);
}

function meaningOf({ state }: Instance): string {
  return `sweep:${state}`;
}

function signalOf({ cluster, now }: Round, instance: Instance): Signal {
  return {
    kind: 'state-change',
    subject: { kind: 'instance', id: instance.id },
    occurredAt: now,
    eventId: `sweep-${instance.id}-${isoTime(now)}`,
    account: cluster.account,
    region: cluster.region,
    meaning: meaningOf(instance),
    data: { state: instance.state, foundBy: 'sweep' },
  };
}
