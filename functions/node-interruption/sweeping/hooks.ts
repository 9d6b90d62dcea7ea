import { isoTime } from '../../../shared/clock.ts';
import { instanceIdOf } from '../../../shared/cluster/node-match.ts';
import { isFailure } from '../../../shared/errors.ts';
import type { Incident } from '../../../shared/incident/incident.ts';
import { incidentId } from '../../../shared/incident/keys.ts';
import { happenedAt, type Signal } from '../../../shared/incident/signal.ts';
import type { GroupMember, TerminateHook } from '../../../shared/ports/autoscaling.ts';
import { lastBeat } from '../drain/hook-keeper.ts';
import { TROUBLE } from '../events.ts';
import { isInstanceId, mayAct, type Round } from './round.ts';

const WAITING = 'Terminating:Wait';

/** Hooks the config names: those nobody told us of are opened, those about to time out are kept waiting. */
export async function sweepHooks(round: Round): Promise<string[]> {
  if (round.policy.terminationHooks.names.length === 0) return [];
  const [first, ...rest] = round.nodes.map(instanceIdOf).filter(isInstanceId);
  if (first === undefined) return [];
  const members = await round.ports.autoscaling.describeInstances([first, ...rest]);
  const lines: string[] = [];
  for (const member of members.filter(({ lifecycleState }) => lifecycleState === WAITING)) {
    for (const hook of await namedHooks(round, member.group)) {
      const line = await lookAtHook(round, member, hook);
      if (line !== undefined) lines.push(line);
    }
  }
  return lines;
}

async function namedHooks({ ports, policy }: Round, group: string): Promise<TerminateHook[]> {
  const hooks = await ports.autoscaling.describeTerminateHooks(group);
  return hooks.filter(({ name }) => policy.terminationHooks.names.includes(name));
}

async function lookAtHook(
  round: Round,
  { instanceId, group }: GroupMember,
  hook: TerminateHook,
): Promise<string | undefined> {
  const subject = { kind: 'instance', id: instanceId } as const;
  const incident = await round.readIncident(incidentId(TROUBLE, round.cluster, subject));
  const known = incident?.signals.find(
    ({ kind, data }) => kind === 'termination-hook' && data['hook'] === hook.name,
  );
  if (known === undefined) {
    const how = await round.open(signalOf(round, instanceId, group, hook.name));
    return `${instanceId} waits for hook ${hook.name} and no event said so (${how})`;
  }
  if (incident?.status !== 'open') return undefined;
  const isOver = round.now >= happenedAt(known) + round.policy.terminationHooks.drainWithin;
  const since = Math.max(keptAt(incident), happenedAt(known));
  if (isOver || round.now - since < hook.heartbeatMs / 2) return undefined;
  return await keep(round, incident, { group, hook: hook.name, instanceId });
}

/** The newest heartbeat that a drain of this incident remembers. */
function keptAt({ records }: Incident): number {
  return Math.max(0, ...records.map(({ memory }) => lastBeat(memory ?? {})));
}

/** The run that should do this is late or dead; it is started again elsewhere in the sweep. */
async function keep(
  round: Round,
  incident: Incident,
  action: { group: string; hook: string; instanceId: string },
): Promise<string | undefined> {
  const what = `keep hook ${action.hook} of ${action.instanceId} waiting`;
  if (!(await mayAct(round, ['auto', 'approve'], incident.id, what))) return undefined;
  try {
    await round.ports.autoscaling.recordHeartbeat(action);
    return `${action.instanceId}: hook ${action.hook} was about to time out and was kept waiting`;
  } catch (error) {
    if (isFailure(error, 'invalid')) return undefined;
    throw error;
  }
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
