import * as v from 'valibot';
import { type EpochMs, isoTime } from '../shared/clock.ts';
import { SimAddons } from './addons.ts';
import { SimAlarms } from './alarms.ts';
import { CallLog } from './calls.ts';
import { SimCharts } from './charts.ts';
import { ClaimResizer } from './claim-resizer.ts';
import { VirtualClock } from './clock.ts';
import { SimCluster } from './cluster.ts';
import { SimVolumes } from './ebs.ts';
import { EbsLoad } from './ebs-load.ts';
import type { EksDrain } from './eks-drain.ts';
import { SimEksRoles } from './eks-roles.ts';
import type { CloudEvent } from './events.ts';
import { Fleet, type InterruptAction } from './fleet.ts';
import { uuid } from './ids.ts';
import type { PodEnding, SimInstance } from './model.ts';
import { SimNetwork } from './network.ts';
import { type NodeView, viewOf } from './node-view.ts';
import { RecordedQueue } from './queue.ts';
import { type SimQuota, SimQuotas } from './quotas.ts';
import { ClusterRuntime } from './runtime.ts';
import { SimSlack } from './slack.ts';
import { MemoryTable } from './table.ts';
import { RecordedTopic } from './topic.ts';
import { SimUsage } from './usage.ts';
import { type WorldInput, type WorldSpec, worldSchema } from './world-file.ts';

export interface WorldOptions {
  /**
   * false for runs that are too large to be remembered: the call log keeps only changes to infrastructure, there
   * are no stale reads, and answers are not copied: whoever writes into one changes the world.
   */
  keepCalls?: boolean;
  /** What Service Quotas knows of the account; default nothing. */
  quotas?: readonly SimQuota[];
}

/** A whole fleet in memory, and the backends a run leaves its traces in. Processes come and go; this stays. */
export class World {
  readonly spec: WorldSpec;
  readonly clock: VirtualClock;
  readonly clusters = new Map<string, ClusterRuntime>();
  readonly fleet: Fleet;
  readonly calls: CallLog;
  readonly table = new MemoryTable();
  readonly topic = new RecordedTopic();
  readonly queue = new RecordedQueue();
  readonly slack: SimSlack;
  readonly quotas: SimQuotas;
  readonly usage: SimUsage;
  readonly addons = new SimAddons(this.clusters);
  readonly roles = new SimEksRoles(this.clusters, this.addons);
  readonly network = new SimNetwork();
  readonly alarms: SimAlarms;
  readonly charts: SimCharts;
  readonly ebs: SimVolumes;
  /** What software does to volumes. */
  readonly ebsLoad: EbsLoad;
  /** Every event AWS would have sent so far. */
  readonly events: CloudEvent[] = [];
  readonly #listeners: ((event: CloudEvent) => void)[] = [];

  constructor(spec: WorldSpec, { keepCalls = true, quotas = [] }: WorldOptions = {}) {
    this.spec = spec;
    this.clock = new VirtualClock(spec.start);
    this.slack = new SimSlack(this.clock);
    this.quotas = new SimQuotas(this.clock, quotas);
    this.usage = new SimUsage(this.clock);
    this.calls = new CallLog(keepCalls);
    this.fleet = new Fleet({
      clock: this.clock,
      spec,
      runtimes: this.clusters,
      emit: (event) => this.#emit(event),
      hasHistory: keepCalls,
    });
    this.alarms = new SimAlarms(spec);
    this.charts = new SimCharts(spec.account);
    const { clock, fleet, clusters } = this;
    const { account, region, seed } = spec;
    this.ebs = new SimVolumes({
      clock,
      fleet,
      clusters,
      account,
      region,
      seed,
      send: (event) => this.send(event),
    });
    this.ebsLoad = new EbsLoad(this);
    const settings = { clock: this.clock, delays: spec.delays, seed: spec.seed, hasHistory: keepCalls };
    for (const cluster of spec.clusters) {
      const ref = { name: cluster.name, account: spec.account, region: spec.region };
      const runtime = new ClusterRuntime(new SimCluster(ref, cluster, settings));
      this.clusters.set(cluster.name, runtime);
      for (const group of cluster.groups) this.fleet.scaling.add(cluster.name, group);
      runtime.populate();
      new ClaimResizer(runtime, this.ebs).watch();
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
  terminate(target: string, at: EpochMs = this.clock.now(), reason = 'Server.InternalError'): void {
    const { id } = this.instance(target);
    this.#at(at, () => this.fleet.machines.terminate(id, reason));
  }

  /** A person stops the instance; its group, if it has one, replaces and terminates it. Only what runs stops. */
  stop(target: string): void {
    this.fleet.machines.stop(this.instance(target).id, 'Client.UserInitiatedShutdown');
  }

  /** A stopped instance comes back, on the same Node. Only what is stopped starts. */
  start(target: string): void {
    this.fleet.machines.start(this.instance(target).id);
  }

  /** Its status checks fail: nothing on it answers, and its group replaces it through the hooks. */
  impair(target: string): void {
    this.fleet.impair(this.instance(target).id);
  }

  /** The group lowers its desired capacity and takes this instance; `cause` says who wants that, as AWS does. */
  scaleIn(target: string, cause?: string): void {
    this.fleet.scaling.scaleIn(this.instance(target).id, cause);
  }

  /** A scale-in whose instance is stopped and kept. */
  toWarmPool(target: string, cause?: string): void {
    this.fleet.scaling.scaleIn(this.instance(target).id, cause, 'WarmPool');
  }

  /** A reservation ends: a warning now, the end 120 s later. */
  capacityInterrupt(target: string, variant: 'block' | 'interruptible' = 'block'): void {
    this.fleet.capacityInterrupt(this.instance(target).id, variant === 'interruptible');
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

  /** What EKS drained by itself, in order. */
  get eksDrains(): readonly EksDrain[] {
    return this.fleet.eks.drains;
  }

  runtime(cluster: string): ClusterRuntime {
    const runtime = this.clusters.get(cluster);
    if (runtime === undefined) throw new Error(`no cluster "${cluster}" in this world`);
    return runtime;
  }

  nodes(): NodeView[] {
    return [...this.fleet.instances.values()].map((instance) =>
      viewOf(instance, this.runtime(instance.cluster)),
    );
  }

  /** How every pod that left its cluster ended, in order. */
  endings(): PodEnding[] {
    return [...this.clusters.values()].flatMap((runtime) => runtime.cluster.endings);
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
export function worldOf(input: WorldInput, options: WorldOptions = {}): World {
  return new World(v.parse(worldSchema, input), options);
}
