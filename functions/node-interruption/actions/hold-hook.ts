import type { Action, ActionContext } from '../../../shared/actions/action.ts';
import { type EpochMs, SECOND_MS } from '../../../shared/clock.ts';
import { describeFailure, isFailure, isRetryable } from '../../../shared/errors.ts';
import type { StepRecord } from '../../../shared/incident/incident.ts';
import type { Hook, Hooks } from '../hooks.ts';

/** A heartbeat may fail twice before its hook times out. */
const BEATS_PER_TIMEOUT = 3;
const RETRY_MS = 30 * SECOND_MS;

/** How long the hooks may go without a heartbeat of ours. */
export function beatEvery({ hooks }: Pick<Hooks, 'hooks'>): number {
  return Math.min(...hooks.map((hook) => hook.heartbeatMs)) / BEATS_PER_TIMEOUT;
}

/** When the next heartbeat is due, by what the step remembers; a hook begins with its full timeout. */
export function nextBeat(held: Hooks, record: StepRecord | undefined): EpochMs {
  const beatAt = timeIn(record?.memory, 'beatAt') ?? held.begunAt;
  const triedAt = timeIn(record?.memory, 'triedAt');
  const due = beatAt + beatEvery(held);
  return triedAt === undefined ? due : Math.max(due, triedAt + Math.min(RETRY_MS, beatEvery(held)));
}

export function timeIn(memory: StepRecord['memory'], name: 'beatAt' | 'triedAt'): EpochMs | undefined {
  const value = memory?.[name];
  return typeof value === 'number' ? value : undefined;
}

/**
 * One heartbeat for each hook: the group waits on while pods leave or people think. Proposed whenever the next is
 * due, so it goes on whatever else the run does.
 */
export const holdHook: Action = {
  name: 'hold-hook',
  describe: 'keeps the termination hook waiting by a heartbeat',
  permissions: { aws: ['autoscaling:RecordLifecycleActionHeartbeat'], kubernetes: [] },
  risk: 'low',
  reversible: false,
  gentle: false,
  keeps: true,
  cost: 'the instance runs on while its group waits',
  cooldownMs: 0,
  apply: async (context, step) => {
    await context.checkStop();
    const hooks = step.goal['hooks'] as unknown as Hook[];
    const answers = await Promise.all(hooks.map((hook) => beat(context, hook)));
    const now = context.ports.clock.now();
    const refused = answers.find(({ is }) => is === 'refused');
    if (refused !== undefined)
      return { status: 'failed', summary: `the hook cannot be kept waiting: ${refused.why}` };
    const missed = answers.find(({ is }) => is === 'missed');
    if (missed !== undefined) {
      return {
        status: 'again',
        summary: `no heartbeat: ${missed.why}`,
        memory: { ...context.memory, triedAt: now },
      };
    }
    const beats = Number(context.memory['beats'] ?? 0) + 1;
    return { status: 'again', summary: `kept waiting, ${beats} heartbeats`, memory: { beatAt: now, beats } };
  },
  verify: async () => ({ holds: true, evidence: 'the group answered the heartbeat' }),
};

type Answer = { is: 'kept' | 'missed' | 'refused'; why: string };

/** A hook that does not wait any more needs no heartbeat. */
async function beat({ ports, incident }: ActionContext, { group, name }: Hook): Promise<Answer> {
  try {
    await ports.autoscaling.recordHeartbeat({ group, hook: name, instanceId: incident.subject.id });
    return { is: 'kept', why: '' };
  } catch (error) {
    if (isFailure(error, 'invalid', 'not-found')) return { is: 'kept', why: '' };
    return { is: isRetryable(error) ? 'missed' : 'refused', why: describeFailure(error) };
  }
}
