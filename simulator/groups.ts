import { MINUTE_MS } from '../shared/clock.ts';
import { ActivityLog } from './activities.ts';
import type { HookSpec } from './group-file.ts';
import { nameSuffix } from './ids.ts';
import type { MachinePlan } from './machines.ts';
import type { GroupSpec } from './world-file.ts';

export interface Member {
  lifecycleState: string;
  /** On its way out for good: the desired capacity no longer counts it. */
  leaving: boolean;
}

export interface SimGroup {
  cluster: string;
  spec: GroupSpec;
  /** Absent where no Auto Scaling group stands behind the nodes (Karpenter, Auto Mode). */
  asg?: string;
  /** Terminate hooks, EKS's own included. */
  hooks: readonly HookSpec[];
  desired: number;
  /** By instance id. */
  readonly members: ReadonlyMap<string, Member>;
  activities: ActivityLog;
  launched: number;
}

/** What EKS puts on the groups behind managed node groups. */
export const EKS_HOOK: HookSpec = {
  name: 'Terminate-LC-Hook',
  heartbeat: 30 * MINUTE_MS,
  global: 48 * 60 * MINUTE_MS,
  default: 'CONTINUE',
};

/** The groups of a fleet and who belongs to them. */
export class Groups {
  readonly all: SimGroup[] = [];
  readonly #seed: number;
  readonly #byName = new Map<string, SimGroup>();
  readonly #byInstance = new Map<string, SimGroup>();
  readonly #members = new Map<SimGroup, Map<string, Member>>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  add(cluster: string, spec: GroupSpec): SimGroup {
    const isManaged = spec.kind === 'managed';
    const hasAsg = isManaged || spec.kind === 'self-managed';
    const asg = `${cluster}-${spec.name}-${nameSuffix(this.#seed, 8, cluster, spec.name)}`;
    const members = new Map<string, Member>();
    const group: SimGroup = {
      cluster,
      spec,
      ...(hasAsg ? { asg } : {}),
      hooks: [...spec.terminateHooks, ...(isManaged && spec.eksHooks ? [EKS_HOOK] : [])],
      desired: spec.count,
      members,
      activities: new ActivityLog(),
      launched: 0,
    };
    this.all.push(group);
    this.#members.set(group, members);
    if (hasAsg) this.#byName.set(asg, group);
    return group;
  }

  named(asg: string): SimGroup | undefined {
    return this.#byName.get(asg);
  }

  of(instanceId: string): SimGroup | undefined {
    return this.#byInstance.get(instanceId);
  }

  put(group: SimGroup, instanceId: string, lifecycleState: string, leaving = false): void {
    this.#members.get(group)?.set(instanceId, { lifecycleState, leaving });
    this.#byInstance.set(instanceId, group);
  }

  remove(group: SimGroup, instanceId: string): void {
    this.#members.get(group)?.delete(instanceId);
    this.#byInstance.delete(instanceId);
  }
}

/** The members the desired capacity counts, oldest first. */
export function countedMembers(group: SimGroup): string[] {
  return [...group.members].flatMap(([id, member]) => (member.leaving ? [] : [id]));
}

export function minOf(group: SimGroup): number {
  return group.spec.min ?? 0;
}

export function maxOf(group: SimGroup): number {
  return group.spec.max ?? group.spec.count * 2;
}

export function planOf(group: SimGroup, index: number): MachinePlan {
  const { cluster, spec, asg } = group;
  return { cluster, spec, index, ...(asg === undefined ? {} : { asg }) };
}
