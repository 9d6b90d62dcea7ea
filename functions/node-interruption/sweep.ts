import type { Permissions } from '../../shared/actions/action.ts';
import { describeFailure } from '../../shared/errors.ts';
import { sweepDeadNodes } from './sweeping/dead-nodes.ts';
import { sweepDetached } from './sweeping/detached.ts';
import { sweepHeldHooks, sweepLostHooks } from './sweeping/hooks.ts';
import { sweepMarks } from './sweeping/marks.ts';
import { type Input, lookAround, type Round } from './sweeping/round.ts';

/** What the parts below read and change. */
export const sweeps: Permissions = {
  aws: [
    'ec2:DescribeInstances',
    'ec2:TerminateInstances',
    'eks:DescribeCluster',
    'autoscaling:DescribeAutoScalingInstances',
    'autoscaling:DescribeLifecycleHooks',
    'autoscaling:RecordLifecycleActionHeartbeat',
  ],
  kubernetes: ['list /nodes', 'get /nodes', 'patch /nodes'],
};

const PARTS: readonly ((round: Round) => Promise<string[]>)[] = [sweepLostHooks, sweepDeadNodes, sweepMarks];

/**
 * What events did not bring and runs left behind, in one cluster: hooks about to time out, machines that ended
 * unheard of, marks of ours on nodes that lived on, instances we detached.
 */
export async function sweep(input: Input): Promise<string[]> {
  const lines = await guarded(() => sweepDetached(input));
  if (input.mode === 'off') return lines;
  lines.push(...(await guarded(() => sweepHeldHooks(input))));
  const around = await guarded(async () => {
    const round = await lookAround(input);
    const found: string[] = [];
    for (const part of PARTS) found.push(...(await guarded(() => part(round))));
    return found;
  });
  return [...lines, ...around];
}

/** A part that cannot be read must not hide the others. */
async function guarded(work: () => Promise<string[]>): Promise<string[]> {
  try {
    return await work();
  } catch (error) {
    return [describeFailure(error)];
  }
}
