import { HOUR_MS } from '../shared/clock.ts';
import { PortError } from '../shared/errors.ts';
import type { InstanceState } from '../shared/ports/ec2.ts';
import type { VirtualClock } from './clock.ts';
import type { CloudEvent, EventWriter } from './events.ts';
import { instanceId } from './ids.ts';
import type { SimInstance } from './model.ts';
import { tagsOf } from './node-object.ts';
import type { ClusterRuntime } from './runtime.ts';
import { Store } from './store.ts';
import type { GroupSpec, WorldSpec } from './world-file.ts';

/** EC2 shows a terminated instance for about this long. */
const SHOWN_AFTER_END_MS = HOUR_MS;

/** What the parts of a fleet share. */
export interface FleetContext {
  clock: VirtualClock;
  spec: WorldSpec;
  runtimes: ReadonlyMap<string, ClusterRuntime>;
  events: EventWriter;
  emit(event: CloudEvent): void;
  /** false: no stale reads. */
  hasHistory: boolean;
}

/** What a new machine is made from. */
export interface MachinePlan {
  cluster: string;
  spec: GroupSpec;
  asg?: string;
  /** Which of its group's machines, from 0. */
  index: number;
}

/** Called when a machine that boots has come so far. */
export interface BootSteps {
  running?: (instance: SimInstance) => void;
  /** Its Node is Ready. */
  joined?: (instance: SimInstance) => void;
}

/** EC2: machines and their states, which their clusters feel. */
export class Machines {
  readonly instances: Store<SimInstance>;
  readonly #context: FleetContext;
  readonly #idsByNode = new Map<string, string>();
  readonly #listeners: ((instance: SimInstance) => void)[] = [];
  #addresses = 0;

  constructor(context: FleetContext) {
    this.#context = context;
    this.instances = new Store(context.clock, context.hasHistory);
  }

  /** Called after an instance entered another state. */
  onChange(listener: (instance: SimInstance) => void): void {
    this.#listeners.push(listener);
  }

  /** False once EC2 no longer shows it. */
  isShown({ terminatedAt }: SimInstance): boolean {
    return terminatedAt === undefined || this.#context.clock.now() - terminatedAt < SHOWN_AFTER_END_MS;
  }

  existing(id: string): SimInstance {
    const instance = this.instances.get(id);
    if (instance !== undefined) return instance;
    const details = { operation: 'ec2', code: 'InvalidInstanceID.NotFound' };
    throw new PortError('not-found', `the instance ID '${id}' does not exist`, details);
  }

  /** By the name of its Node. */
  atNode(name: string): SimInstance | undefined {
    return this.instances.get(this.#idsByNode.get(name) ?? '');
  }

  /** As it stands when the world starts: up and joined. */
  settled(plan: MachinePlan, launchedAt: number): SimInstance {
    const instance = this.#create(plan, 'running', launchedAt);
    this.#context.runtimes.get(plan.cluster)?.join(plan.spec, instance);
    return instance;
  }

  launch(plan: MachinePlan, steps: BootSteps = {}): SimInstance {
    const instance = this.#change(this.#create(plan, 'pending', this.#context.clock.now()));
    this.#boot(instance.id, plan.spec, steps);
    return instance;
  }

  /** Idempotent. */
  terminate(id: string, reason: string): void {
    const instance = this.existing(id);
    if (instance.state === 'terminated' || instance.state === 'shutting-down') return;
    this.#halt(instance, 'shutting-down', reason);
    const { clock, spec } = this.#context;
    clock.after(spec.delays.shutdown, () => {
      const ending = this.existing(id);
      this.#change({ ...ending, state: 'terminated', terminatedAt: clock.now() });
      this.#runtimeOf(ending)?.machineGone(ending.privateDnsName);
    });
  }

  /** Only what runs stops. */
  stop(id: string, reason: string): void {
    const instance = this.existing(id);
    if (instance.state !== 'running') return;
    this.#halt(instance, 'stopping', reason);
    this.#context.clock.after(this.#context.spec.delays.shutdown, () => {
      const stopping = this.existing(id);
      if (stopping.state !== 'stopping') return;
      this.#change({ ...stopping, state: 'stopped' });
      this.#runtimeOf(stopping)?.machineStopped(stopping.privateDnsName);
    });
  }

  /** Only what is stopped starts. */
  start(id: string): void {
    const { stateReason: _ended, ...instance } = this.existing(id);
    if (instance.state !== 'stopped') return;
    const runtime = this.#runtimeOf(instance);
    const spec = runtime?.cluster.spec.groups.find((group) => group.name === instance.group);
    if (spec === undefined) throw new Error(`no group ${instance.group} in ${instance.cluster}`);
    this.#change({ ...instance, state: 'pending' });
    this.#boot(id, spec, {});
  }

  /** It runs, by EC2's books, and does not answer any more. */
  silence(id: string): void {
    const instance = this.existing(id);
    this.#runtimeOf(instance)?.machineDied(instance.privateDnsName);
  }

  #halt(instance: SimInstance, state: InstanceState, stateReason: string): void {
    this.#change({ ...instance, state, stateReason });
    this.#runtimeOf(instance)?.machineDied(instance.privateDnsName);
  }

  #boot(id: string, spec: GroupSpec, steps: BootSteps): void {
    const { clock, spec: world } = this.#context;
    clock.after(world.delays.launch, () => {
      const pending = this.existing(id);
      if (pending.state !== 'pending') return;
      const running = this.#change({ ...pending, state: 'running' });
      steps.running?.(running);
      clock.after(world.delays.join, () => {
        const current = this.existing(id);
        if (current.state !== 'running') return;
        this.#runtimeOf(current)?.join(spec, current);
        steps.joined?.(current);
      });
    });
  }

  #change(instance: SimInstance): SimInstance {
    const { clock, events, emit } = this.#context;
    this.instances.set(instance.id, instance);
    emit(events.stateChange(clock.now(), instance));
    for (const listener of this.#listeners) listener(instance);
    return instance;
  }

  #runtimeOf(instance: SimInstance): ClusterRuntime | undefined {
    return this.#context.runtimes.get(instance.cluster);
  }

  #create({ cluster, spec, asg, index }: MachinePlan, state: InstanceState, launchedAt: number): SimInstance {
    const world = this.#context.spec;
    const zone = spec.zones[index % spec.zones.length] ?? 'eu-west-1a';
    const address = this.#addresses++;
    const privateIp = `10.${zone.charCodeAt(zone.length - 1) % 32}.${address >> 8}.${address & 255}`;
    const instance: SimInstance = {
      id: spec.instances[index] ?? instanceId(world.seed, cluster, spec.name, index),
      state,
      type: spec.type,
      zone,
      lifecycle: spec.lifecycle,
      launchedAt,
      privateIp,
      privateDnsName: `ip-${privateIp.replaceAll('.', '-')}.${world.region}.compute.internal`,
      tags: tagsOf(cluster, spec, asg),
      cluster,
      group: spec.name,
      ...(spec.kind === 'auto-mode' ? { managedBy: 'eks.amazonaws.com' } : {}),
    };
    this.instances.set(instance.id, instance);
    this.#idsByNode.set(instance.privateDnsName, instance.id);
    return instance;
  }
}
