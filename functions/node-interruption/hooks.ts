import { type EpochMs, MINUTE_MS } from '../../shared/clock.ts';
import { happenedAt } from '../../shared/incident/signal.ts';
import type { Input } from './input.ts';

/** A terminate hook of ours that waits for this instance. Plain JSON: it travels in a step's goal. */
export interface Hook {
  group: string;
  name: string;
  heartbeatMs: number;
}

export interface Hooks {
  hooks: [Hook, ...Hook[]];
  begunAt: EpochMs;
  /** They are completed at this moment at the latest: before AWS would give up on them. */
  until: EpochMs;
}

export type HookState =
  | { is: 'waiting'; held: Hooks }
  /** There was one, or its group cannot be read. */
  | { is: 'over' | 'unknown'; why: string }
  | { is: 'none' };

/** Hooks by which EKS drains its own managed node groups. */
const EKS_HOOKS: readonly string[] = ['Terminate-LC-Hook', 'Launch-LC-Hook'];
const WAITING = 'Terminating:Wait';
/** Completed this long before the group's own limit. */
const RESERVE_MS = MINUTE_MS;

/** The signals say that hooks were started, the group whether they still wait. Only hooks the config names. */
export function hooksOf({ incident, facts, policy, now }: Input): HookState {
  const { names, drainWithin } = policy.terminationHooks;
  const signals = incident.signals.filter(
    ({ kind, data }) => kind === 'termination-hook' && names.includes(String(data['hook'])),
  );
  if (signals.length === 0) return { is: 'none' };
  const { group } = facts;
  if (!group.known) {
    // They waited when the group was last read; a hook does not end unheard of within its time.
    const last = incident.plan?.keep?.['held'] as unknown as Hooks | undefined;
    const isHeld = last !== undefined && now < last.until + RESERVE_MS;
    return isHeld ? { is: 'waiting', held: last } : { is: 'unknown', why: group.why };
  }
  if (group.value === null) return { is: 'over', why: 'the instance is in no Auto Scaling group any more' };
  const { name, lifecycleState, terminateHooks, nodegroup } = group.value;
  if (lifecycleState !== WAITING) return { is: 'over', why: `its lifecycle state is ${lifecycleState}` };
  const wanted = new Set(signals.map(({ data }) => String(data['hook'])));
  const known = terminateHooks.filter((hook) => wanted.has(hook.name));
  const ours = known.filter((hook) => nodegroup === null || !EKS_HOOKS.includes(hook.name));
  const [first, ...rest] = ours.map((hook) => ({
    group: name,
    name: hook.name,
    heartbeatMs: hook.heartbeatMs,
  }));
  if (first === undefined) {
    const why = known.length === 0 ? `group ${name} has no such hook` : 'the hook is EKS’s own';
    return { is: 'over', why };
  }
  const begunAt = Math.min(...signals.map(happenedAt));
  const limit = Math.min(...ours.map((hook) => hook.globalMs)) - RESERVE_MS;
  return {
    is: 'waiting',
    held: { hooks: [first, ...rest], begunAt, until: begunAt + Math.min(drainWithin, limit) },
  };
}
