import * as v from 'valibot';
import { type EpochMs, isoTime } from '../shared/clock.ts';
import { CallLog } from './calls.ts';
import { VirtualClock } from './clock.ts';
import { SimCluster } from './cluster.ts';
import type { CloudEvent } from './events.ts';
import { Fleet, type InterruptAction } from './fleet.ts';
import { uuid } from './ids.ts';
import { isReady, type PodEnding, podKey, type SimInstance } from './model.ts';
import { RecordedQueue } from './queue.ts';
import { ClusterRuntime } from './runtime.ts';
import { MemoryTable } from './table.ts';
import { RecordedTopic } from './topic.ts';
import { type WorldInput, type WorldSpec, worldSchema } from './world-file.ts';

/** One machine as people see it. `pods` are `namespace/name`. */
export interface NodeView {
  id: string;
  name: string;
  cluster: string;
  group: string;
  zone: string;
  lifecycle: SimInstance['lifecycle'];
  state: SimInstance['state'];
  /** `absent`: the instance has no Node (yet, or any more). */
  node: 'ready' | 'not-ready' | 'absent';
  unschedulable: boolean;
  pods: string[];
}

/** A whole fleet in memory, and the backends a run leaves its traces in. Processes come and go; this stays. */
export class World {
  readonly spec: WorldSpec;
  readonly clock: VirtualClock;
  readonly clusters = new Map<string, ClusterRuntime>();
  readonly fleet: Fleet;
  readonly calls = new CallLog();
  readonly table = new MemoryTable();
  readonly topic = new RecordedTopic();
  readonly queue = new RecordedQueue();
  /** Every event AWS would have sent so far. */
  readonly events: CloudEvent[] = [];
  readonly #listeners: ((event: CloudEvent) => void)[] = [];

  constructor(spec: WorldSpec) {
    this.spec = spec;
    this.clock = new VirtualClock(spec.start);
    this.fleet = new Fleet(this.clock, spec, this.clusters, (event) => this.#emit(event));
    for (const cluster of spec.clusters) {
      const ref = { name: cluster.name, account: spec.account, region: spec.region };
      const runtime = new ClusterRuntime(new SimCluster(ref, cluster, this.clock, spec.delays, spec.seed));
      this.clusters.set(cluster.name, runtime);
      for (const group of cluster.groups) this.fleet.addGroup(cluster.name, group);
      runtime.populate();
    }
  }

  /** Sends an event of somebody else's making; what it leaves out is filled in. */
  send(event: Partial<CloudEvent>): void {
    const { account, region, seed } = this.spec;
    const id = uuid(seed, 'sent', this.events.length);
    const time = isoTime(this.clock.now());
    const envelope = { version: '0' as const, id, account, region, time, resources: [], detail: {} };
    this.#emit({ ...envelope, source: '', 'detail-type': '', ...event });
  }

  /** Called with each event at the moment AWS would send it. */
  onEvent(listener: (event: CloudEvent) => void): void {
    this.#listeners.push(listener);
  }

  /** Spot takes an instance: a warning at `at` (default now), its end 120 s later; hibernation starts at once. */
  interrupt(
    target: string,
    action: InterruptAction = 'terminate',
    at: EpochMs = this.clock.now(),
    warned = true,
  ): void {
    const { id } = this.instance(target);
    this.#at(at, () => this.fleet.interrupt(id, action, warned));
  }

  rebalance(target: string, at: EpochMs = this.clock.now()): void {
    const { id } = this.instance(target);
    this.#at(at, () => this.fleet.rebalance(id));
  }

  /** The instance ends without notice. */
  terminate(target: string, at: EpochMs = this.clock.now()): void {
    const { id } = this.instance(target);
    this.#at(at, () => this.fleet.terminate(id, 'Server.InternalError'));
  }

  /** By instance id, node name, or `group/0` for the group's first instance. Throws for anything else. */
  instance(target: string): SimInstance {
    const byId = this.fleet.instances.get(target);
    if (byId !== undefined) return byId;
    const all = [...this.fleet.instances.values()];
    const [group, index] = target.split('/');
    const inGroup = all.filter((instance) => instance.group === group);
    const found =
      index === undefined
        ? all.find((instance) => instance.privateDnsName === target)
        : inGroup[Number.parseInt(index, 10)];
    if (found === undefined) throw new Error(`no instance, node or group member "${target}" in this world`);
    return found;
  }

  runtime(cluster: string): ClusterRuntime {
    const runtime = this.clusters.get(cluster);
    if (runtime === undefined) throw new Error(`no cluster "${cluster}" in this world`);
    return runtime;
  }

  nodes(): NodeView[] {
    return [...this.fleet.instances.values()].map((instance) => this.#view(instance));
  }

  /** How every pod that left its cluster ended, in order. */
  endings(): PodEnding[] {
    return [...this.clusters.values()].flatMap((runtime) => runtime.cluster.endings);
  }

  #view(instance: SimInstance): NodeView {
    const { id, cluster, group, zone, lifecycle, state, privateDnsName: name } = instance;
    const store = this.runtime(cluster).cluster;
    const node = store.nodes.get(name);
    const joined = node === undefined ? 'absent' : isReady(node) ? 'ready' : 'not-ready';
    return {
      id,
      name,
      cluster,
      group,
      zone,
      lifecycle,
      state,
      node: joined,
      unschedulable: node?.spec.unschedulable ?? false,
      pods: store.podsOn(name).map((pod) => podKey(pod.metadata)),
    };
  }

  /** Now means now, not the next turn of the clock. */
  #at(at: EpochMs, work: () => void): void {
    if (at <= this.clock.now()) work();
    else this.clock.at(at, work);
  }

  #emit(event: CloudEvent): void {
    this.events.push(event);
    for (const listener of this.#listeners) listener(event);
  }
}

/** A world from a plain value, as tests write it. Throws valibot's error for a bad one. */
export function worldOf(input: WorldInput): World {
  return new World(v.parse(worldSchema, input));
}
