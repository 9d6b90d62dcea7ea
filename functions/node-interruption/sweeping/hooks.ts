import { type EpochMs, isoTime } from '../../../shared/clock.ts';
import { instanceIdOf } from '../../../shared/cluster/node-match.ts';
import { isFailure } from '../../../shared/errors.ts';
import type { Incident } from '../../../shared/incident/incident.ts';
import { incidentId } from '../../../shared/incident/keys.ts';
import { happenedAt, type Signal } from '../../../shared/incident/signal.ts';
import type { GroupMember, TerminateHook } from '../../../shared/ports/autoscaling.ts';

import { timeIn } from '../actions/hold-hook.ts';
import { TROUBLE } from '../events.ts';
import { type Input, isInstanceId, mayAct, oneOf, type Round } from './round.ts';

const WAITING = 'Terminating:Wait';

/**
 * Hooks of open incidents that are about to time out are kept waiting: their run is late or dead. Asks Auto Scaling
 * alone, so that a cluster that cannot be reached loses no hook.
 */
export async function sweepHeldHooks(input: Input): Promise<string[]> {
  const lines: string[] = [];
  for (const incident of input.openIncidents) {
    await oneOf(lines, incident.id, () => lookAtHeld(input, incident));
  }
  return lines;
}

async function lookAtHeld(input: Input, incident: Incident): Promise<string | undefined> {
  const { id } = incident.subject;
  const known = incident.signals.filter(({ kind }) => kind === 'termination-hook');
  if (known.length === 0) return undefined;
  const [member] = await input.ports.autoscaling.describeInstances([id]);
  if (member?.lifecycleState !== WAITING) return undefined;
  const kept: string[] = [];
  for (const hook of await namedHooks(input, member.group)) {
    const signal = known.find(({ data }) => data['hook'] === hook.name);
    const isDue = signal !== undefined && isAboutToExpire(input, incident, happenedAt(signal), hook);
    if (isDue && (await keep(input, incident, { group: member.group, hook: hook.name, instanceId: id })))
      kept.push(hook.name);
  }
  return kept.length === 0
    ? undefined
    : `${id}: hook ${kept.join(', ')} was about to time out and was kept waiting`;
}

function isAboutToExpire(
  { ports, policy }: Input,
  incident: Incident,
  begunAt: EpochMs,
  hook: TerminateHook,
): boolean {
  const now = ports.clock.now();
  const held = incident.records.findLast(({ step }) => step.action === 'hold-hook');
  const since = Math.max(begunAt, timeIn(held?.memory, 'beatAt') ?? 0);
  return now < begunAt + policy.terminationHooks.drainWithin && now - since >= hook.heartbeatMs / 2;
}

async function keep(
  input: Input,
  incident: Incident,
  action: { group: string; hook: string; instanceId: string },
): Promise<boolean> {
  const what = `keep hook ${action.hook} of ${action.instanceId} waiting`;
  if (!(await mayAct(input, ['auto', 'approve'], incident.id, what))) return false;
  try {
    await input.ports.autoscaling.recordHeartbeat(action);
    return true;
  } catch (error) {
    if (isFailure(error, 'invalid')) return false;
    throw error;
  }
}

/** Hooks the config names that wait although no event said so. */
export async function sweepLostHooks(round: Round): Promise<string[]> {
  if (round.policy.terminationHooks.names.length === 0) return [];
  const [first, ...rest] = round.nodes.map(instanceIdOf).filter(isInstanceId);
  if (first === undefined) return [];
  const members = await round.ports.autoscaling.describeInstances([first, ...rest]);
  const lines: string[] = [];
  for (const member of members.filter(({ lifecycleState }) => lifecycleState === WAITING)) {
    await oneOf(lines, member.instanceId, () => lookForLost(round, member));
  }
  return lines;
}

async function lookForLost(round: Round, { instanceId, group }: GroupMember): Promise<string | undefined> {
  const subject = { kind: 'instance', id: instanceId } as const;
  const incident = await round.readIncident(incidentId(TROUBLE, round.cluster, subject));
  const known = new Set(
    incident?.signals.filter(({ kind }) => kind === 'termination-hook').map(({ data }) => data['hook']),
  );
  const lost = (await namedHooks(round, group)).filter(({ name }) => !known.has(name));
  for (const { name } of lost) await round.open(signalOf(round, instanceId, group, name));
  if (lost.length === 0) return undefined;
  return `${instanceId} waits for hook ${lost.map(({ name }) => name).join(', ')} and no event said so`;
}

async function namedHooks({ ports, policy }: Input, group: string): Promise<TerminateHook[]> {
  const hooks = await ports.autoscaling.describeTerminateHooks(group);
  return hooks.filter(({ name }) => policy.terminationHooks.names.includes(name));
}

/** When the hook began is not known: it is held from now on, within the group's own limit. */
function signalOf({ cluster, now }: Round, instanceId: string, group: string, hook: string): Signal {
  return {
    kind: 'termination-hook',
    subject: { kind: 'instance', id: instanceId },
    occurredAt: now,
    eventId: `sweep-${instanceId}-${isoTime(now)}`,
    account: cluster.account,
    region: cluster.region,
    meaning: `termination-hook:${hook}`,
    data: { group, hook },
  };
}
