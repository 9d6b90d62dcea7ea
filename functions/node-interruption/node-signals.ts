import type { FleetNode, GroupCapacity, GuardFacts, LossSignal } from '../../shared/pipeline/trouble.ts';
import type { Input } from './input.ts';
import { openRaise } from './outcome.ts';

const OFF = ['stopped', 'terminated'];

/** Whether the machine is lost, by two sources that do not read from each other. */
export function lossesOf({ facts }: Input): LossSignal[] {
  return [ec2Signal(facts.instance), nodeSignal(facts.node)];
}

function ec2Signal(instance: Input['facts']['instance']): LossSignal {
  const source = 'EC2';
  if (!instance.known) return { source, says: 'unknown', evidence: `EC2: unknown (${instance.why})` };
  // EC2 forgets a terminated instance after about an hour, and may not know one yet.
  if (instance.value === null)
    return { source, says: 'unknown', evidence: 'EC2 does not return the instance' };
  const { state } = instance.value;
  const evidence = `EC2 says ${state}`;
  if (OFF.includes(state)) return { source, says: 'lost', evidence };
  return { source, says: state === 'unknown' ? 'unknown' : 'alive', evidence };
}

/** The condition turns when the kubelet's lease runs out. */
function nodeSignal(node: Input['facts']['node']): LossSignal {
  const source = 'Node';
  if (!node.known) return { source, says: 'unknown', evidence: `Node: unknown (${node.why})` };
  if (node.value === null) return { source, says: 'lost', evidence: 'the Node is gone' };
  return node.value.ready
    ? { source, says: 'alive', evidence: 'the Node reads Ready' }
    : { source, says: 'lost', evidence: 'the Node does not read Ready' };
}

/** What is read only where something would be done on purpose. */
export function voluntaryFacts(input: Input): Pick<GuardFacts, 'fleet' | 'capacity'> {
  const fleet = fleetOf(input);
  const capacity = capacityOf(input);
  return { ...(fleet !== undefined && { fleet }), ...(capacity !== undefined && { capacity }) };
}

function fleetOf({ facts, incident }: Input): FleetNode[] | undefined {
  const fleet = facts.fleet.known ? facts.fleet.value : null;
  if (fleet === null) return undefined;
  const group = facts.group.known ? facts.group.value : null;
  const members = new Set([...(group?.members ?? []), incident.subject.id]);
  return fleet.map(({ instanceId: id, zone }) => ({ id, zone, inGroup: members.has(id) }));
}

/** Auto Scaling calls a node in service that Kubernetes cannot use: both must agree. */
function capacityOf({ facts, incident }: Input): GroupCapacity | null | undefined {
  const fleet = facts.fleet.known ? facts.fleet.value : null;
  if (!facts.group.known || fleet === null) return undefined;
  const group = facts.group.value;
  if (group === null) return null;
  const usable = new Set(fleet.filter(({ down }) => !down).map(({ instanceId }) => instanceId));
  const others = group.inService.filter((id) => id !== incident.subject.id && usable.has(id));
  const raise = openRaise(incident);
  const desired =
    raise === undefined ? group.desired : Math.min(group.desired, Number(raise.step.goal['before']));
  return { group: group.name, desired, others: others.length };
}
