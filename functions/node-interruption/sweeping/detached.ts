import { clearDue, type DueRow, listDue } from '../../../shared/incident/due.ts';
import { DETACHED } from '../actions/detach.ts';
import { type Input, mayAct } from './round.ts';

/** Instances that we detached: nobody but the reclaim, or we, will end them. */
export async function sweepDetached(input: Input): Promise<string[]> {
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
