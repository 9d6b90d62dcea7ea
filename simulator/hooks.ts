import type { EpochMs } from '../shared/clock.ts';
import { PortError } from '../shared/errors.ts';
import type { LifecycleAction, TerminateHook } from '../shared/ports/autoscaling.ts';
import type { HookDestination } from './events.ts';
import type { HookSpec } from './group-file.ts';
import { uuid } from './ids.ts';
import type { FleetContext } from './machines.ts';

/** The times at which a hook may be kept alive. */
const MOST_HEARTBEATS = 100;

/** One instance that one hook held, for tests to look back on. */
export interface LifecycleRecord {
  group: string;
  hook: string;
  instanceId: string;
  begunAt: EpochMs;
  /** When heartbeats arrived. */
  heartbeats: EpochMs[];
  endedAt?: EpochMs;
  /** A hook that timed out ends with its own default. Either way the instance goes. */
  result?: 'CONTINUE' | 'ABANDON';
  endedBy?: 'completed' | 'timed-out';
}

export interface HeldInstance {
  asg: string;
  instanceId: string;
  hooks: readonly HookSpec[];
  destination: HookDestination;
}

interface Waiting {
  record: LifecycleRecord;
  spec: HookSpec;
  cancel: () => void;
  released: () => void;
}

/** Holds instances that leave their group until each terminate hook was completed or timed out. */
export class LifecycleHooks {
  readonly records: LifecycleRecord[] = [];
  readonly #context: FleetContext;
  readonly #waiting = new Map<string, Waiting>();

  constructor(context: FleetContext) {
    this.#context = context;
  }

  /** All hooks begin together; `released` is called once, when the last one ended. */
  hold(held: HeldInstance, released: () => void): void {
    let left = held.hooks.length;
    if (left === 0) released();
    for (const spec of held.hooks) {
      this.#begin(held, spec, () => {
        left -= 1;
        if (left === 0) released();
      });
    }
  }

  /** The hook's timeout starts again; its global limit does not. */
  heartbeat(action: LifecycleAction): void {
    const waiting = this.#find(action, 'autoscaling:RecordLifecycleActionHeartbeat');
    waiting.record.heartbeats.push(this.#context.clock.now());
    waiting.cancel();
    waiting.cancel = this.#timeout(action, waiting);
  }

  isWaiting(action: LifecycleAction): boolean {
    return this.#waiting.has(keyOf(action));
  }

  complete(action: LifecycleAction): void {
    const waiting = this.#find(action, 'autoscaling:CompleteLifecycleAction');
    this.#end(action, waiting, 'CONTINUE', 'completed');
  }

  #begin(held: HeldInstance, spec: HookSpec, released: () => void): void {
    const { clock, emit, events, spec: world } = this.#context;
    const { asg, instanceId, destination } = held;
    const action = { group: asg, hook: spec.name, instanceId };
    const record: LifecycleRecord = { ...action, begunAt: clock.now(), heartbeats: [] };
    this.records.push(record);
    const waiting = { record, spec, cancel: () => {}, released };
    waiting.cancel = this.#timeout(action, waiting);
    this.#waiting.set(keyOf(action), waiting);
    const token = uuid(world.seed, 'lifecycle', this.records.length);
    emit(events.terminateAction(clock.now(), { ...action, token, destination }));
  }

  #timeout(action: LifecycleAction, waiting: Waiting): () => void {
    const { clock } = this.#context;
    const { record, spec } = waiting;
    const at = Math.min(clock.now() + spec.heartbeat, record.begunAt + globalLimit(spec));
    return clock.at(at, () => this.#end(action, waiting, spec.default, 'timed-out'));
  }

  #end(
    action: LifecycleAction,
    waiting: Waiting,
    result: 'CONTINUE' | 'ABANDON',
    endedBy: 'completed' | 'timed-out',
  ): void {
    waiting.cancel();
    this.#waiting.delete(keyOf(action));
    Object.assign(waiting.record, { endedAt: this.#context.clock.now(), result, endedBy });
    waiting.released();
  }

  #find(action: LifecycleAction, operation: string): Waiting {
    const waiting = this.#waiting.get(keyOf(action));
    if (waiting !== undefined) return waiting;
    const message = `No active Lifecycle Action found with instance ID ${action.instanceId}`;
    throw new PortError('invalid', message, { operation, code: 'ValidationError' });
  }
}

/** As DescribeLifecycleHooks shows it. */
export function describeHook(spec: HookSpec): TerminateHook {
  return {
    name: spec.name,
    heartbeatMs: spec.heartbeat,
    globalMs: globalLimit(spec),
    defaultResult: spec.default,
  };
}

function globalLimit({ global, heartbeat }: HookSpec): number {
  return Math.min(global, MOST_HEARTBEATS * heartbeat);
}

function keyOf({ group, hook, instanceId }: LifecycleAction): string {
  return `${group}/${hook}/${instanceId}`;
}
