import type { EpochMs } from '../../../shared/clock.ts';
import type { Step } from '../../../shared/incident/plan.ts';

/** What one rung of the ladder is to do, out of the goal of its step. */
export interface Goal {
  nodeName: string;
  /** The rung does nothing before this. */
  from: EpochMs;
  until: EpochMs;
  deadline: EpochMs;
  marginMs: number;
  parallel: number;
  emptyDir: 'evict' | 'skip';
}

export function goalOf(step: Step): Goal {
  const { goal, targets } = step;
  const until = Number(goal['until']);
  const deadline = Number(goal['deadline']);
  return {
    nodeName: targets[0].name,
    from: Number(goal['from']),
    until,
    deadline,
    marginMs: Number(goal['margin']),
    parallel: Number(goal['parallel']),
    emptyDir: goal['emptyDir'] === 'skip' ? 'skip' : 'evict',
  };
}
