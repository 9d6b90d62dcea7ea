import { type EpochMs, isoTime } from '../shared/clock.ts';
import type { ClusterRef } from '../shared/ports/kubernetes.ts';
import type { VirtualClock } from './clock.ts';
import { nameSuffix, uuid } from './ids.ts';
import {
  type Meta,
  type PodEnding,
  podKey,
  type SimAttachment,
  type SimBudget,
  type SimNode,
  type SimPod,
} from './model.ts';
import { selects } from './selectors.ts';
import { Store } from './store.ts';
import type { ClusterSpec, Delays, WorkloadSpec } from './world-file.ts';

const NONE: ReadonlySet<string> = new Set();

/** What one cluster's etcd holds, with the indexes that keep 30,000 pods cheap. Behaviour lives elsewhere. */
export class SimCluster {
  readonly ref: ClusterRef;
  readonly spec: ClusterSpec;
  readonly clock: VirtualClock;
  readonly delays: Delays;
  readonly seed: number;
  readonly nodes: Store<SimNode>;
  readonly pods: Store<SimPod>;
  readonly budgets: Store<SimBudget>;
  readonly attachments: Store<SimAttachment>;
  readonly workloads = new Map<string, WorkloadSpec>();
  readonly workloadOf = new Map<string, WorkloadSpec>();
  readonly endings: PodEnding[] = [];
  /** By pod UID. */
  readonly endingOf = new Map<string, PodEnding>();
  /** Nodes whose kubelet no longer answers. */
  readonly silent = new Set<string>();
  /** Called after a node was written or removed. */
  readonly nodeListeners: ((name: string) => void)[] = [];
  /** Called after a pod was written or removed; `pod` is its newest state. */
  readonly podListeners: ((pod: SimPod, removed: boolean) => void)[] = [];
  readonly #podsByNode = new Map<string, Set<string>>();
  readonly #podsByWorkload = new Map<string, Set<string>>();
  readonly #podsByBudget = new Map<string, Set<string>>();
  #version = 1_000;
  #created = 0;

  constructor(ref: ClusterRef, spec: ClusterSpec, clock: VirtualClock, delays: Delays, seed: number) {
    this.ref = ref;
    this.spec = spec;
    this.clock = clock;
    this.delays = delays;
    this.seed = seed;
    this.nodes = new Store(clock);
    this.pods = new Store(clock);
    this.budgets = new Store(clock);
    this.attachments = new Store(clock);
  }

  /** Metadata of a new object. */
  newMeta(name: string, labels: Record<string, string>, annotations: Record<string, string> = {}): Meta {
    return {
      name,
      uid: uuid(this.seed, this.ref.name, 'object', this.#created++),
      resourceVersion: '',
      creationTimestamp: this.stamp(),
      labels,
      annotations,
    };
  }

  /** A moment as the API server writes it down: by its own clock. */
  stamp(at: EpochMs = this.clock.now()): string {
    return isoTime(at + this.spec.ahead);
  }

  suffix(length: number): string {
    return nameSuffix(this.seed, length, this.ref.name, this.#created++);
  }

  putNode(node: SimNode): SimNode {
    const stored = { ...node, metadata: { ...node.metadata, resourceVersion: this.#nextVersion() } };
    this.nodes.set(node.metadata.name, stored);
    for (const listener of this.nodeListeners) listener(node.metadata.name);
    return stored;
  }

  removeNode(name: string): boolean {
    if (!this.nodes.delete(name)) return false;
    for (const listener of this.nodeListeners) listener(name);
    return true;
  }

  putAttachment(attachment: SimAttachment): void {
    const metadata = { ...attachment.metadata, resourceVersion: this.#nextVersion() };
    this.attachments.set(attachment.metadata.name, { ...attachment, metadata });
  }

  putBudget(budget: SimBudget): SimBudget {
    const key = podKey(budget.metadata);
    const stored = { ...budget, metadata: { ...budget.metadata, resourceVersion: this.#nextVersion() } };
    const isNew = this.budgets.get(key) === undefined;
    this.budgets.set(key, stored);
    if (isNew) for (const pod of this.pods.values()) this.#indexBudget(key, stored, pod);
    return stored;
  }

  putPod(pod: SimPod): SimPod {
    const key = podKey(pod.metadata);
    const before = this.pods.get(key);
    const stored = { ...pod, metadata: { ...pod.metadata, resourceVersion: this.#nextVersion() } };
    this.pods.set(key, stored);
    if (before === undefined) this.#indexNew(key, stored);
    if (before?.spec.nodeName !== stored.spec.nodeName) addTo(this.#podsByNode, stored.spec.nodeName, key);
    for (const listener of this.podListeners) listener(stored, false);
    return stored;
  }

  removePod(pod: SimPod): void {
    const key = podKey(pod.metadata);
    if (!this.pods.delete(key)) return;
    this.#podsByNode.get(pod.spec.nodeName ?? '')?.delete(key);
    this.#podsByWorkload.get(this.workloadKeyOf(pod))?.delete(key);
    for (const listener of this.podListeners) listener(pod, true);
    for (const budget of this.budgetsOf(pod)) this.#podsByBudget.get(podKey(budget.metadata))?.delete(key);
    this.workloadOf.delete(pod.metadata.uid);
  }

  podsOn(node: string): SimPod[] {
    return this.#read(this.#podsByNode.get(node));
  }

  countOn(node: string): number {
    return this.#podsByNode.get(node)?.size ?? 0;
  }

  podsOfWorkload(workload: WorkloadSpec): SimPod[] {
    return this.#read(this.#podsByWorkload.get(podKey(workload)));
  }

  podsOfBudget(budget: SimBudget): SimPod[] {
    return this.#read(this.#podsByBudget.get(podKey(budget.metadata)));
  }

  /** Budgets are few: the ones that select this pod. */
  budgetsOf(pod: SimPod): SimBudget[] {
    const key = podKey(pod.metadata);
    return [...this.budgets.values()].filter((budget) =>
      this.#podsByBudget.get(podKey(budget.metadata))?.has(key),
    );
  }

  workloadKeyOf(pod: SimPod): string {
    const workload = this.workloadOf.get(pod.metadata.uid);
    return workload === undefined ? '' : podKey(workload);
  }

  #indexNew(key: string, pod: SimPod): void {
    addTo(this.#podsByWorkload, this.workloadKeyOf(pod), key);
    for (const [name, budget] of this.budgets.asOf(this.clock.now())) this.#indexBudget(name, budget, pod);
  }

  #indexBudget(key: string, budget: SimBudget, pod: SimPod): void {
    if (budget.metadata.namespace !== pod.metadata.namespace) return;
    if (selects(budget.spec.selector, pod.metadata.labels)) {
      addTo(this.#podsByBudget, key, podKey(pod.metadata));
    }
  }

  #read(keys: ReadonlySet<string> = NONE): SimPod[] {
    return [...keys].flatMap((key) => this.pods.get(key) ?? []);
  }

  #nextVersion(): string {
    this.#version += 1;
    return String(this.#version);
  }
}

function addTo(index: Map<string, Set<string>>, name: string | undefined, key: string): void {
  if (name === undefined || name === '') return;
  const entries = index.get(name);
  if (entries === undefined) index.set(name, new Set([key]));
  else entries.add(key);
}
