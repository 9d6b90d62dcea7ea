import type { ActionContext } from '../../../shared/actions/action.ts';
import { PortError } from '../../../shared/errors.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import type { Modification, Volume } from '../../../shared/ports/volumes.ts';
import { isSame, provisionedFor } from '../performance.ts';
import type { Performance } from '../volume.ts';

/** Throws PortError `not-found` when EC2 does not return it. */
export async function readVolume({ ports }: ActionContext, step: Step): Promise<Volume> {
  const { id } = step.targets[0];
  const [volume] = await ports.volumes.describeVolumes([id]);
  if (volume !== undefined) return volume;
  throw new PortError('not-found', `EC2 does not return ${id}`, { operation: 'ec2:DescribeVolumes' });
}

/** The newest one; undefined: never modified. */
export async function readLatest({ ports }: ActionContext, step: Step): Promise<Modification | undefined> {
  const [latest] = await ports.volumes.describeModifications([step.targets[0].id]);
  return latest;
}

/** What the step gives the volume: type, IOPS and throughput together. */
export function goalOf({ goal }: Step): Performance {
  return goal['to'] as unknown as Performance;
}

/** What it was when the step was planned. */
export function beforeOf({ goal }: Step): Performance {
  return goal['from'] as unknown as Performance;
}

export function isAt(volume: Volume, performance: Performance): boolean {
  return isSame(provisionedFor(volume), performance);
}

export function isRunning(modification: Modification | undefined): boolean {
  return modification !== undefined && modification.state !== 'completed' && modification.state !== 'failed';
}

export function shown({ type, iops, throughputMib }: Performance): string {
  return `${type} with ${iops} IOPS and ${Math.round(throughputMib)} MiB/s`;
}
