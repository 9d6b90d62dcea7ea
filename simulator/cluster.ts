import { type EpochMs, isoTime } from '../shared/clock.ts';
import type { ClusterRef } from '../shared/ports/kubernetes.ts';
import type { VirtualClock } from './clock.ts';
import { nameSuffix, uuid } from './ids.ts';
import { KIN_LABELS } from './kin.ts';
import {
  type Meta,
  type PodEnding,
  podKey,
  type SimAttachment,
  type SimBudget,
  type SimDaemonSet,
  type SimNode,
  type SimPod,
} from './model.ts';
import { PodIndex } from './pod-index.ts';
import { selects } from './selectors.ts';
import { Store } from './store.ts';
import type { ClusterSpec, Delays, WorkloadSpec } from './world-file.ts';

const NONE: readonly string[] = [];

export interface ClusterSettings {
  clock: VirtualClock;
  delays: Delays;
  seed: number;
  /** false: no stale reads. */
  hasHistory: boolean;
}

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
  readonly daemonSets: Store<SimDaemonSet>;
  readonly workloads = new Map<string, WorkloadSpec>();
  readonly workloadOf = new Map<string, WorkloadSpec>();
  readonly endings: PodEnding[] = [];
  /** By pod UID. */
  readonly endingOf = new Map<string, PodEnding>();
  /** UIDs of the Nodes that were removed, by name: what aims at them still is theirs. */
  readonly removedNodes = new Map<string, string>();
  /** Nodes whose kubelet no longer answers. */
  readonly silent = new Set<string>();
  /** Revisions of DaemonSets whose pods run and never become Ready. */
  readonly broken = new Set<string>();
  /** Called after a node was written or removed. */
  readonly nodeListeners: ((name: string) => void)[] = [];
  /** Called after a pod was written or removed; `pod` is its newest state. */
  readonly podListeners: ((pod: SimPod, removed: boolean) => void)[] = [];
  readonly #byNode = new PodIndex();
  readonly #byNamespace = new PodIndex();
  /** By `namespace/label=value`, for the labels that controllers set. */
  readonly #byKin = new PodIndex();
  readonly #byWorkload = new PodIndex();
  readonly #byBudget = new PodIndex();
  /** Pod key → keys of the budgets that select it. */
  readonly #budgetsByPod = new Map<string, string[]>();
  #version = 1_000;
  #created = 0;

  constructor(ref: ClusterRef, spec: ClusterSpec, { clock, delays, seed, hasHistory }: ClusterSettings) {
    this.ref = ref;
    this.spec = spec;
    this.clock = clock;
    this.delays = delays;
    this.seed = seed;
    this.nodes = new Store(clock, hasHistory);
    this.pods = new Store(clock, hasHistory);
    this.budgets = new Store(clock, hasHistory);
    this.attachments = new Store(clock, hasHistory);
    this.daemonSets = new Store(clock, hasHistory);
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
    const uid = this.nodes.get(name)?.metadata.uid;
    if (uid === undefined || !this.nodes.delete(name)) return false;
    this.removedNodes.set(name, uid);
    for (const listener of this.nodeListeners) listener(name);
    return true;
  }

  putAttachment(attachment: SimAttachment): void {
    const metadata = { ...attachment.metadata, resourceVersion: this.#nextVersion() };
    this.attachments.set(attachment.metadata.name, { ...attachment, metadata });
  }

  putDaemonSet(daemonSet: SimDaemonSet): SimDaemonSet {
    const metadata = { ...daemonSet.metadata, resourceVersion: this.#nextVersion() };
    const stored = { ...daemonSet, metadata };
    this.daemonSets.set(podKey(metadata), stored);
    return stored;
  }

  putBudget(budget: SimBudget): SimBudget {
    const key = podKey(budget.metadata);
    const stored = { ...budget, metadata: { ...budget.metadata, resourceVersion: this.#nextVersion() } };
    const isNew = this.budgets.get(key) === undefined;
    this.budgets.set(key, stored);
    if (isNew) {
      for (const pod of this.podsInNamespace(stored.metadata.namespace)) {
        if (this.#select(stored, pod)) this.#byBudget.put(key, podKey(pod.metadata), pod);
      }
    }
    return stored;
  }

  putPod(pod: SimPod): SimPod {
    const key = podKey(pod.metadata);
    const isNew = this.pods.get(key) === undefined;
    const stored = { ...pod, metadata: { ...pod.metadata, resourceVersion: this.#nextVersion() } };
    this.pods.set(key, stored);
    if (isNew) for (const budget of this.budgets.values()) this.#select(budget, stored);
    this.#index(key, stored);
    for (const listener of this.podListeners) listener(stored, false);
    return stored;
  }

  removePod(pod: SimPod): void {
    const key = podKey(pod.metadata);
    if (!this.pods.delete(key)) return;
    this.#byNode.delete(pod.spec.nodeName ?? '', key);
    this.#byWorkload.delete(this.workloadKeyOf(pod), key);
    for (const listener of this.podListeners) listener(pod, true);
    this.#byNamespace.delete(pod.metadata.namespace, key);
    for (const kin of kinOf(pod)) this.#byKin.delete(kin, key);
    for (const budget of this.#budgetsByPod.get(key) ?? NONE) this.#byBudget.delete(budget, key);
    this.#budgetsByPod.delete(key);
    this.workloadOf.delete(pod.metadata.uid);
  }

  podsOn(node: string): SimPod[] {
    return this.#byNode.list(node);
  }

  countOn(node: string): number {
    return this.#byNode.count(node);
  }

  podsInNamespace(namespace: string): SimPod[] {
    return this.#byNamespace.list(namespace);
  }

  /** `label` must be one of KIN_LABELS. */
  podsOfKin(namespace: string, label: string, value: string): SimPod[] {
    return this.#byKin.list(kinKey(namespace, label, value));
  }

  podsOfWorkload(workload: WorkloadSpec): SimPod[] {
    return this.#byWorkload.list(podKey(workload));
  }

  podsOfBudget(budget: SimBudget): SimPod[] {
    return this.#byBudget.list(podKey(budget.metadata));
  }

  /** The ones that select this pod. */
  budgetsOf(pod: SimPod): SimBudget[] {
    const keys = this.#budgetsByPod.get(podKey(pod.metadata)) ?? NONE;
    return keys.flatMap((key) => this.budgets.get(key) ?? []);
  }

  workloadKeyOf(pod: SimPod): string {
    const workload = this.workloadOf.get(pod.metadata.uid);
    return workload === undefined ? '' : podKey(workload);
  }

  #index(key: string, pod: SimPod): void {
    const workload = this.workloadKeyOf(pod);
    this.#byNamespace.put(pod.metadata.namespace, key, pod);
    for (const kin of kinOf(pod)) this.#byKin.put(kin, key, pod);
    if (pod.spec.nodeName !== undefined) this.#byNode.put(pod.spec.nodeName, key, pod);
    if (workload !== '') this.#byWorkload.put(workload, key, pod);
    for (const budget of this.#budgetsByPod.get(key) ?? NONE) this.#byBudget.put(budget, key, pod);
  }

  /** Notes that the budget selects the pod, if it does. */
  #select(budget: SimBudget, pod: SimPod): boolean {
    if (budget.metadata.namespace !== pod.metadata.namespace) return false;
    if (!selects(budget.spec.selector, pod.metadata.labels)) return false;
    const key = podKey(pod.metadata);
    this.#budgetsByPod.set(key, [...(this.#budgetsByPod.get(key) ?? NONE), podKey(budget.metadata)]);
    return true;
  }

  #nextVersion(): string {
    this.#version += 1;
    return String(this.#version);
  }
}

function kinOf({ metadata: { namespace, labels } }: SimPod): string[] {
  return KIN_LABELS.flatMap((label) => {
    const value = labels[label];
    return value === undefined ? [] : [kinKey(namespace, label, value)];
  });
}

function kinKey(namespace: string, label: string, value: string): string {
  return `${namespace}/${label}=${value}`;
}
