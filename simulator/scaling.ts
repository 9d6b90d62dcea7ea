import { DAY_MS, SECOND_MS } from '../shared/clock.ts';
import { PortError } from '../shared/errors.ts';
import * as text from './activities.ts';
import { type HookDestination, NO_CAPACITY } from './events.ts';
import { countedMembers, EKS_HOOK, Groups, maxOf, minOf, planOf, type SimGroup } from './groups.ts';
import { LifecycleHooks } from './hooks.ts';
import type { BootSteps, FleetContext, Machines } from './machines.ts';
import type { SimInstance } from './model.ts';
import type { GroupSpec } from './world-file.ts';

/** EKS completes its own hook about this fast. */
const EKS_COMPLETES_MS = 5 * SECOND_MS;
const BY_REQUEST = 'Client.UserInitiatedShutdown';

export interface Detachment {
  at: number;
  asg: string;
  instanceId: string;
}

/** Auto Scaling: keeps each group's number, and lets machines go through its hooks. */
export class Scaling {
  readonly groups: Groups;
  readonly hooks: LifecycleHooks;
  readonly detachments: Detachment[] = [];
  readonly #context: FleetContext;
  readonly #machines: Machines;

  constructor(context: FleetContext, machines: Machines) {
    this.#context = context;
    this.#machines = machines;
    this.groups = new Groups(context.spec.seed);
    this.hooks = new LifecycleHooks(context);
    machines.onChange((instance) => this.#changed(instance));
  }

  /** A group with its instances up and joined, as the world starts. */
  add(cluster: string, spec: GroupSpec): void {
    const group = this.groups.add(cluster, spec);
    for (let index = 0; index < spec.count; index++) {
      const plan = planOf(group, group.launched++);
      const instance = this.#machines.settled(plan, this.#now() - 3 * DAY_MS);
      this.groups.put(group, instance.id, 'InService');
    }
  }

  /** DetachInstances without lowering the desired capacity: a replacement is launched at once. */
  detach(asg: string, id: string): void {
    const group = this.groups.named(asg);
    if (group === undefined || group.members.get(id)?.lifecycleState !== 'InService') {
      const message = `the instance ${id} is not part of Auto Scaling group ${asg} or not in service`;
      throw refused('autoscaling:DetachInstances', message);
    }
    this.groups.remove(group, id);
    this.detachments.push({ at: this.#now(), asg, instanceId: id });
    group.activities.begin(this.#now(), id, text.DETACHING, text.detachCause(this.#now(), id));
    group.activities.finish(id);
    this.#fill(group);
  }

  /** SetDesiredCapacity: launches what is missing, or takes the oldest. Throws `invalid` outside min and max. */
  setDesired(asg: string, desired: number): void {
    const group = this.groups.named(asg);
    if (group === undefined || desired < minOf(group) || desired > maxOf(group)) {
      const message = `New SetDesiredCapacity value ${desired} is outside the limits of group ${asg}`;
      throw refused('autoscaling:SetDesiredCapacity', message);
    }
    const change = { from: group.desired, to: desired };
    group.desired = desired;
    const members = countedMembers(group);
    for (const id of members.slice(0, Math.max(0, members.length - desired))) {
      this.takeOut(group, id, text.shrinkCause(this.#now(), text.BY_USER, change, id));
    }
    this.#fill(group, text.capacityCause(this.#now(), text.BY_USER, change));
  }

  /** TerminateInstanceInAutoScalingGroup with a lower desired capacity. */
  terminateInGroup(id: string): void {
    const operation = 'autoscaling:TerminateInstanceInAutoScalingGroup';
    const group = this.groups.of(id);
    const member = group?.members.get(id);
    if (group?.asg === undefined)
      throw refused(operation, `Instance Id not found - No managed instance ${id}`);
    if (member?.lifecycleState !== 'InService') {
      const details = { operation, code: 'ScalingActivityInProgress' };
      throw new PortError('conflict', `an activity for ${id} is in progress`, details);
    }
    if (group.desired <= minOf(group)) {
      throw refused(operation, `terminating without replacement violates the minimum size of ${group.asg}`);
    }
    const change = { from: group.desired, to: group.desired - 1 };
    group.desired = change.to;
    this.takeOut(group, id, text.userTerminationCause(this.#now(), change));
  }

  /** The group wants one instance less, and takes this one. `by` in the API's words. */
  scaleIn(id: string, by = text.BY_USER, destination: HookDestination = 'EC2'): void {
    const group = this.groups.of(id);
    if (group === undefined) throw new Error(`${id} is in no group`);
    const change = { from: group.desired, to: Math.max(0, group.desired - 1) };
    group.desired = change.to;
    this.takeOut(group, id, text.shrinkCause(this.#now(), by, change, id), destination);
  }

  /** Through the hooks; a group that then has too few launches another. */
  takeOut(group: SimGroup, id: string, cause: string, destination: HookDestination = 'EC2'): void {
    if (group.members.get(id)?.leaving !== false) return;
    const { activities, hooks } = group;
    const state = destination === 'EC2' ? 'Terminating' : 'Warmed:Pending';
    activities.begin(this.#now(), id, destination === 'EC2' ? text.TERMINATING : text.TO_WARM_POOL, cause);
    activities.waitsForHooks(id, hooks.length > 0);
    this.groups.put(group, id, `${state}:Wait`, true);
    const asg = group.asg ?? group.spec.name;
    this.hooks.hold({ asg, instanceId: id, hooks, destination }, () => {
      this.groups.put(group, id, `${state}:Proceed`, true);
      activities.waitsForHooks(id, false);
      this.#release(group, id, destination);
    });
    if (hooks.includes(EKS_HOOK)) this.#completeForEks({ group: asg, hook: EKS_HOOK.name, instanceId: id });
    this.#fill(group);
  }

  /** An unhealthy member goes after the group's health check; what EC2 took already is only written off. */
  replace(id: string, why: string): void {
    const group = this.groups.of(id);
    if (group === undefined || group.members.get(id)?.leaving !== false || !group.spec.replaceUnhealthy)
      return;
    const isUp = this.#machines.existing(id).state === 'running';
    if (!isUp) this.groups.put(group, id, 'Terminating');
    this.#context.clock.after(this.#context.spec.delays.replace, () => {
      if (group.members.get(id)?.leaving !== false) return;
      const cause = text.outOfServiceCause(this.#now(), why);
      if (isUp && this.#machines.existing(id).state === 'running') this.takeOut(group, id, cause);
      else this.#writeOff(group, id, cause);
    });
  }

  /** One more, whatever the desired capacity says. */
  launch(group: SimGroup, cause: string, steps: BootSteps = {}): void {
    const { asg, spec, activities } = group;
    const { clock, events, emit } = this.#context;
    if (spec.launchFails) {
      activities.launchFailed(this.#now(), NO_CAPACITY, cause);
      emit(events.launchFailed(this.#now(), asg ?? spec.name));
      return;
    }
    const instance = this.#machines.launch(planOf(group, group.launched++), {
      ...steps,
      running: (running) => {
        this.groups.put(group, running.id, 'InService');
        activities.finish(running.id);
        if (asg !== undefined) emit(events.launched(clock.now(), asg, running));
        steps.running?.(running);
      },
    });
    this.groups.put(group, instance.id, 'Pending');
    activities.begin(this.#now(), instance.id, text.LAUNCHING, cause);
  }

  #fill(group: SimGroup, asked = ''): void {
    for (let has = countedMembers(group).length; has < group.desired; has++) {
      const cause = text.growCause(this.#now(), { from: has, to: group.desired });
      this.launch(group, asked === '' ? cause : `${asked}  ${cause}`);
    }
  }

  #completeForEks(action: { group: string; hook: string; instanceId: string }): void {
    this.#context.clock.after(EKS_COMPLETES_MS, () => {
      if (this.hooks.isWaiting(action)) this.hooks.complete(action);
    });
  }

  #release(group: SimGroup, id: string, destination: HookDestination): void {
    if (destination === 'WarmPool') this.#machines.stop(id, BY_REQUEST);
    else if (this.#machines.existing(id).state === 'terminated') this.#gone(group, id);
    else this.#machines.terminate(id, BY_REQUEST);
  }

  #writeOff(group: SimGroup, id: string, cause: string): void {
    group.activities.begin(this.#now(), id, text.TERMINATING, cause);
    this.groups.put(group, id, 'Terminating', true);
    this.#release(group, id, 'EC2');
    this.#fill(group);
  }

  #changed({ id, state }: SimInstance): void {
    const group = this.groups.of(id);
    const member = group?.members.get(id);
    if (group === undefined || member === undefined) return;
    if (state === 'shutting-down' || state === 'stopping') this.replace(id, text.HEALTH_CHECK);
    if (state === 'terminated' && member.leaving && !member.lifecycleState.endsWith(':Wait'))
      this.#gone(group, id);
    if (state === 'stopped' && member.lifecycleState === 'Warmed:Pending:Proceed') this.#parked(group, id);
  }

  #gone(group: SimGroup, id: string): void {
    group.activities.finish(id);
    this.groups.remove(group, id);
  }

  #parked(group: SimGroup, id: string): void {
    group.activities.finish(id);
    this.groups.put(group, id, 'Warmed:Stopped', true);
  }

  #now(): number {
    return this.#context.clock.now();
  }
}

function refused(operation: string, message: string): PortError {
  return new PortError('invalid', message, { operation, code: 'ValidationError' });
}
