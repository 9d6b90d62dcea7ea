import type { ActionContext } from '../../../shared/actions/action.ts';
import type { EpochMs } from '../../../shared/clock.ts';
import { isFailure, isRetryable } from '../../../shared/errors.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import type { Hook } from '../hooks.ts';

/** A heartbeat may fail twice before its hook times out. */
const BEATS_PER_TIMEOUT = 3;

export function hooksOfGoal({ goal }: Step): Hook[] {
  return Array.isArray(goal['hooks']) ? (goal['hooks'] as unknown as Hook[]) : [];
}

/** When the hooks of this step were last kept waiting, by its memory. */
export function lastBeat(memory: ActionContext['memory']): EpochMs {
  return typeof memory['beatAt'] === 'number' ? memory['beatAt'] : 0;
}

/** Keeps the hooks of a drain waiting. A hook that is gone, or cannot be reached for now, never stops the drain. */
export class HookKeeper {
  readonly #context: ActionContext;
  readonly #instanceId: string;
  #hooks: Hook[];
  #beatAt: EpochMs;

  constructor(context: ActionContext, step: Step) {
    this.#context = context;
    this.#instanceId = context.incident.subject.id;
    this.#hooks = hooksOfGoal(step);
    this.#beatAt = lastBeat(context.memory);
  }

  /** To be remembered with the step. */
  get memory(): { beatAt?: EpochMs } {
    return this.#beatAt === 0 ? {} : { beatAt: this.#beatAt };
  }

  /** Sends what is due; call it at least every few seconds. Throws only `Stopped`. */
  async beat(): Promise<void> {
    const now = this.#context.ports.clock.now();
    const shortest = Math.min(...this.#hooks.map((hook) => hook.heartbeatMs));
    if (this.#hooks.length === 0 || now - this.#beatAt < shortest / BEATS_PER_TIMEOUT) return;
    await this.#context.checkStop();
    const kept = await Promise.all(this.#hooks.map((hook) => this.#beatOne(hook)));
    this.#hooks = this.#hooks.filter((_, index) => kept[index] !== 'gone');
    if (!kept.includes('failed')) this.#beatAt = now;
  }

  async #beatOne({ group, name }: Hook): Promise<'kept' | 'gone' | 'failed'> {
    try {
      const action = { group, hook: name, instanceId: this.#instanceId };
      await this.#context.ports.autoscaling.recordHeartbeat(action);
      return 'kept';
    } catch (error) {
      if (isFailure(error, 'invalid', 'not-found')) return 'gone';
      if (isRetryable(error) || isFailure(error, 'unauthorised')) return 'failed';
      throw error;
    }
  }
}
