import { DAY_MS, HOUR_MS, SECOND_MS } from '../shared/clock.ts';
import { PortError } from '../shared/errors.ts';
import type { InstanceState } from '../shared/ports/ec2.ts';
import type { VirtualClock } from './clock.ts';
import { type CloudEvent, EventWriter } from './events.ts';
import { instanceId, nameSuffix } from './ids.ts';
import type { SimInstance } from './model.ts';
import { tagsOf } from './node-object.ts';
import type { ClusterRuntime } from './runtime.ts';
import { Store } from './store.ts';
import type { GroupSpec, WorldSpec } from './world-file.ts';

/** What Spot gives between the warning and the end. */
const NOTICE_MS = 120 * SECOND_MS;
/** EC2 shows a terminated instance for about this long. */
const SHOWN_AFTER_END_MS = HOUR_MS;

export type InterruptAction = 'terminate' | 'stop' | 'hibernate';

export interface SimGroup {
  cluster: string;
  spec: GroupSpec;
  /** Absent where no Auto Scaling group stands behind the nodes (Karpenter, Auto Mode). */
  asg?: string;
  desired: number;
  /** Instance id → lifecycle state. */
  members: Map<string, string>;
  launched: number;
}

export interface Detachment {
  at: number;
  asg: string;
  instanceId: string;
}

/** EC2 and Auto Scaling: machines, and the groups that keep their number. */
export class Fleet {
  readonly instances: Store<SimInstance>;
  readonly groups: SimGroup[] = [];
  readonly detachments: Detachment[] = [];
  readonly #clock: VirtualClock;
  readonly #spec: WorldSpec;
  readonly #runtimes: ReadonlyMap<string, ClusterRuntime>;
  readonly #emit: (event: CloudEvent) => void;
  readonly #events: EventWriter;
  #addresses = 0;

  constructor(
    clock: VirtualClock,
    spec: WorldSpec,
    runtimes: ReadonlyMap<string, ClusterRuntime>,
    emit: (event: CloudEvent) => void,
  ) {
    this.#clock = clock;
    this.#spec = spec;
    this.#runtimes = runtimes;
    this.#emit = emit;
    this.#events = new EventWriter(spec);
    this.instances = new Store(clock);
  }

  /** A group with its instances up and joined, as the world starts. */
  addGroup(cluster: string, spec: GroupSpec): void {
    const hasAsg = spec.kind === 'managed' || spec.kind === 'self-managed';
    const asg = `${cluster}-${spec.name}-${nameSuffix(this.#spec.seed, 8, cluster, spec.name)}`;
    const group = {
      cluster,
      spec,
      ...(hasAsg ? { asg } : {}),
      desired: spec.count,
      members: new Map(),
      launched: 0,
    };
    this.groups.push(group);
    for (let index = 0; index < spec.count; index++) {
      const instance = this.#create(group, 'running', this.#clock.now() - 3 * DAY_MS);
      group.members.set(instance.id, 'InService');
      this.#runtimes.get(cluster)?.join(spec, instance);
    }
  }

  /** Undefined once EC2 no longer shows it. */
  isShown(instance: SimInstance): boolean {
    const { terminatedAt } = instance;
    return terminatedAt === undefined || this.#clock.now() - terminatedAt < SHOWN_AFTER_END_MS;
  }

  groupNamed(asg: string): SimGroup | undefined {
    return this.groups.find((group) => group.asg === asg);
  }

  groupOf(id: string): SimGroup | undefined {
    return this.groups.find((group) => group.members.has(id));
  }

  /** Spot takes the instance: the warning now, the end two minutes later (hibernation begins at once). */
  interrupt(id: string, action: InterruptAction, warned: boolean): void {
    const instance = this.#existing(id);
    if (warned) this.#emit(this.#events.interruption(this.#clock.now(), instance, action));
    if (action === 'hibernate') {
      this.stop(id, 'Server.SpotInstanceShutdown');
      return;
    }
    this.#clock.after(NOTICE_MS, () => {
      if (action === 'stop') this.stop(id, 'Server.SpotInstanceShutdown');
      else this.terminate(id, 'Server.SpotInstanceTermination');
    });
  }

  /** Groups with capacity rebalancing launch the replacement first; the old instance stays as it is. */
  rebalance(id: string): void {
    this.#emit(this.#events.rebalance(this.#clock.now(), this.#existing(id)));
    const group = this.groupOf(id);
    if (group?.spec.capacityRebalance === true) this.#launch(group);
  }

  /** Idempotent. */
  terminate(id: string, reason: string): void {
    const instance = this.#existing(id);
    if (instance.state === 'terminated' || instance.state === 'shutting-down') return;
    this.#lose(instance, 'shutting-down', reason);
    this.#clock.after(this.#spec.delays.shutdown, () => {
      const ending = this.instances.get(id) ?? instance;
      this.#change({ ...ending, state: 'terminated', terminatedAt: this.#clock.now() });
      this.#runtimes.get(instance.cluster)?.machineGone(instance.privateDnsName);
    });
  }

  stop(id: string, reason: string): void {
    const instance = this.#existing(id);
    if (instance.state !== 'running') return;
    this.#lose(instance, 'stopping', reason);
    this.#clock.after(this.#spec.delays.shutdown, () => {
      const stopping = this.instances.get(id);
      if (stopping?.state === 'stopping') this.#change({ ...stopping, state: 'stopped' });
    });
  }

  /** DetachInstances without lowering the desired capacity: a replacement is launched at once. */
  detach(asg: string, id: string): void {
    const group = this.groupNamed(asg);
    const operation = 'autoscaling:DetachInstances';
    if (group === undefined || group.members.get(id) !== 'InService') {
      const message = `the instance ${id} is not part of Auto Scaling group ${asg} or not in service`;
      throw new PortError('invalid', message, { operation, code: 'ValidationError' });
    }
    group.members.delete(id);
    this.detachments.push({ at: this.#clock.now(), asg, instanceId: id });
    this.#fill(group);
  }

  #lose(instance: SimInstance, state: InstanceState, stateReason: string): void {
    this.#change({ ...instance, state, stateReason });
    this.#runtimes.get(instance.cluster)?.machineDied(instance.privateDnsName);
    const group = this.groupOf(instance.id);
    if (group === undefined) return;
    group.members.set(instance.id, 'Terminating');
    this.#clock.after(this.#spec.delays.replace, () => {
      group.members.delete(instance.id);
      if (state === 'stopping') this.terminate(instance.id, 'Client.UserInitiatedShutdown');
      this.#fill(group);
    });
  }

  #fill(group: SimGroup): void {
    for (let missing = group.desired - group.members.size; missing > 0; missing--) this.#launch(group);
  }

  #launch(group: SimGroup): void {
    if (group.spec.launchFails) {
      this.#emit(this.#events.launchFailed(this.#clock.now(), group.asg ?? group.spec.name));
      return;
    }
    const instance = this.#create(group, 'pending', this.#clock.now());
    group.members.set(instance.id, 'Pending');
    this.#emit(this.#events.stateChange(this.#clock.now(), instance));
    this.#clock.after(this.#spec.delays.launch, () => this.#started(group, instance.id));
  }

  #started(group: SimGroup, id: string): void {
    const instance = this.instances.get(id);
    if (instance?.state !== 'pending') return;
    const running = this.#change({ ...instance, state: 'running' });
    group.members.set(id, 'InService');
    if (group.asg !== undefined) this.#emit(this.#events.launched(this.#clock.now(), group.asg, running));
    this.#clock.after(this.#spec.delays.join, () => {
      const current = this.instances.get(id);
      if (current?.state === 'running') this.#runtimes.get(group.cluster)?.join(group.spec, current);
    });
  }

  #change(instance: SimInstance): SimInstance {
    this.instances.set(instance.id, instance);
    this.#emit(this.#events.stateChange(this.#clock.now(), instance));
    return instance;
  }

  #create(group: SimGroup, state: InstanceState, launchedAt: number): SimInstance {
    const { spec, cluster, asg } = group;
    const index = group.launched++;
    const zone = spec.zones[index % spec.zones.length] ?? 'eu-west-1a';
    const address = this.#addresses++;
    const privateIp = `10.${zone.charCodeAt(zone.length - 1) % 32}.${address >> 8}.${address & 255}`;
    const instance: SimInstance = {
      id: spec.instances[index] ?? instanceId(this.#spec.seed, cluster, spec.name, index),
      state,
      type: spec.type,
      zone,
      lifecycle: spec.lifecycle,
      launchedAt,
      privateIp,
      privateDnsName: `ip-${privateIp.replaceAll('.', '-')}.${this.#spec.region}.compute.internal`,
      tags: tagsOf(cluster, spec, asg),
      cluster,
      group: spec.name,
      ...(spec.kind === 'auto-mode' ? { managedBy: 'eks.amazonaws.com' } : {}),
    };
    this.instances.set(instance.id, instance);
    return instance;
  }

  #existing(id: string): SimInstance {
    const instance = this.instances.get(id);
    if (instance !== undefined) return instance;
    const details = { operation: 'ec2', code: 'InvalidInstanceID.NotFound' };
    throw new PortError('not-found', `the instance ID '${id}' does not exist`, details);
  }
}
