import type { EpochMs } from '../../shared/clock.ts';
import { type Fact, readFact } from '../../shared/fact.ts';
import type { Ports } from '../../shared/ports/index.ts';

/** The instance's Auto Scaling group. */
export interface GroupFacts {
  name: string;
  lifecycleState: string;
  terminateHooks: string[];
  /** EKS managed node groups must keep their instances. */
  managed: boolean;
}

const MANAGED_TAGS = ['eks:nodegroup-name', 'eks:cluster-name'];

export async function readGroup(
  ports: Ports,
  instanceId: string,
  at: EpochMs,
): Promise<Fact<GroupFacts | null>> {
  return await readFact('Auto Scaling group', at, async () => {
    const [member] = await ports.autoscaling.describeInstances([instanceId]);
    if (member === undefined) return null;
    const [group, terminateHooks] = await Promise.all([
      ports.autoscaling.describeGroup(member.group),
      ports.autoscaling.describeTerminateHooks(member.group),
    ]);
    const managed = MANAGED_TAGS.some((tag) => group.tags[tag] !== undefined);
    return { name: group.name, lifecycleState: member.lifecycleState, terminateHooks, managed };
  });
}

/** Undefined when detaching is right; else why not. Detached instances run no hooks and leave their node group. */
export function whyNotDetach(group: Fact<GroupFacts | null>): string | undefined {
  if (!group.known) return `group unknown: ${group.why}`;
  if (group.value === null) return 'the instance is in no Auto Scaling group';
  const { lifecycleState, terminateHooks, managed } = group.value;
  if (lifecycleState !== 'InService') return `lifecycle state is ${lifecycleState}, not InService`;
  if (managed) return 'an EKS managed node group replaces its own instances';
  if (terminateHooks.length > 0) return `terminate hooks would be skipped: ${terminateHooks.join(', ')}`;
  return undefined;
}
