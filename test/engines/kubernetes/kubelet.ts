import { setTimeout as sleep } from 'node:timers/promises';
import { BROKEN } from '../../contract/kubernetes-stage.ts';
import { type Admin, type ApiObject, STRATEGIC_MERGE } from './admin.ts';

/** On a pod: how long it takes to shut down, in seconds. */
export const SHUTDOWN = 'test.example.com/shutdown-seconds';
/** On a pod: how long it takes to run and be Ready, in seconds. */
export const STARTUP = 'test.example.com/startup-seconds';
/** On a pod: it runs to its end at once. */
export const COMPLETES = 'test.example.com/completes';

/** On a pod: it runs and never becomes Ready. */
export const UNREADY = 'test.example.com/unready';

const NODES = '/api/v1/nodes';
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
const HEARTBEAT_MS = 1_000;
const RETRY_MS = 200;
const READY = ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'];

interface PodObject extends ApiObject {
  metadata: ApiObject['metadata'] & {
    namespace: string;
    uid: string;
    annotations?: Record<string, string>;
    deletionTimestamp?: string;
    deletionGracePeriodSeconds?: number;
  };
  spec: { nodeName?: string; containers?: { env?: { name: string }[] }[] };
  status?: { phase?: string };
}

/** The kubelets of nodes that have no machine: they run nothing, and report as if they did. */
export class Kubelets {
  readonly #admin: Admin;
  readonly #heartbeatMs: number;
  /** Nodes that answer. */
  readonly #nodes = new Set<string>();
  readonly #started = new Set<string>();
  /** By UID: since when a pod is shutting down, the timer of its end, and whether its end is being reported. */
  readonly #stopping = new Map<string, { since: number; timer: NodeJS.Timeout; isEnding: boolean }>();
  #watch: { close(): void } | undefined;
  #isOpen = true;

  constructor(admin: Admin, heartbeatMs = HEARTBEAT_MS) {
    this.#admin = admin;
    this.#heartbeatMs = heartbeatMs;
    this.#follow();
    void this.#heartbeats();
  }

  /** A Node that is Ready from the start. */
  async register(name: string, labels: Record<string, string>): Promise<void> {
    await this.#admin.create(NODES, nodeObject(name, labels));
    await this.#admin.create(LEASES, {
      metadata: { name },
      spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: microTime() },
    });
    this.#nodes.add(name);
  }

  /** From now on nobody posts for the node. */
  silence(name: string): void {
    this.#nodes.delete(name);
  }

  close(): void {
    this.#isOpen = false;
    this.#watch?.close();
    for (const { timer } of this.#stopping.values()) clearTimeout(timer);
  }

  #follow(): void {
    if (!this.#isOpen) return;
    const onEvent = (type: string, object: ApiObject) => this.#onPod(type, object as PodObject);
    const onEnd = () => void sleep(RETRY_MS).then(() => this.#follow());
    this.#watch = this.#admin.watch('/api/v1/pods?watch=1', onEvent, onEnd);
  }

  #onPod(type: string, pod: PodObject): void {
    const { uid, deletionTimestamp } = pod.metadata;
    if (type === 'DELETED') {
      clearTimeout(this.#stopping.get(uid)?.timer);
      this.#stopping.delete(uid);
      return;
    }
    if (!this.#nodes.has(pod.spec.nodeName ?? '')) return;
    if (deletionTimestamp !== undefined) this.#stop(pod);
    else if (pod.status?.phase === 'Pending' && !this.#started.has(uid)) void this.#start(pod);
  }

  async #start(pod: PodObject): Promise<void> {
    this.#started.add(pod.metadata.uid);
    const { annotations } = pod.metadata;
    const startupMs = Number(annotations?.[STARTUP] ?? 0) * 1_000;
    if (startupMs > 0) await sleep(startupMs, undefined, { ref: false });
    const completes = annotations?.[COMPLETES] === 'true';
    const isReady = !completes && annotations?.[UNREADY] !== 'true' && !isBroken(pod);
    const since = new Date().toISOString();
    const conditions = READY.map((type) => ({
      type,
      status: isReady || type === 'PodScheduled' ? 'True' : 'False',
      lastTransitionTime: since,
    }));
    const status = { phase: completes ? 'Succeeded' : 'Running', startTime: since, conditions };
    await this.#admin
      .patch(`${pathOf(pod)}/status`, { status }, STRATEGIC_MERGE)
      .catch(() => this.#started.delete(pod.metadata.uid));
  }

  /** A shorter grace that comes later counts from when it came. */
  #stop(pod: PodObject): void {
    const { uid, annotations, deletionGracePeriodSeconds = 0 } = pod.metadata;
    const before = this.#stopping.get(uid);
    if (before?.isEnding === true) return;
    clearTimeout(before?.timer);
    const since = before?.since ?? Date.now();
    const doneAt = since + Number(annotations?.[SHUTDOWN] ?? 0) * 1_000;
    const killedAt = Date.now() + deletionGracePeriodSeconds * 1_000;
    const leftMs = Math.max(0, Math.min(doneAt, killedAt) - Date.now());
    const timer = setTimeout(() => void this.#end(pod), leftMs);
    this.#stopping.set(uid, { since, timer, isEnding: false });
  }

  async #end(pod: PodObject): Promise<void> {
    const { uid } = pod.metadata;
    const stopping = this.#stopping.get(uid);
    if (stopping === undefined || !this.#nodes.has(pod.spec.nodeName ?? '')) return;
    stopping.isEnding = true;
    await this.#admin.remove(pathOf(pod), { gracePeriodSeconds: 0, preconditions: { uid } }).catch(() => {
      stopping.isEnding = false;
    });
  }

  async #heartbeats(): Promise<void> {
    while (this.#isOpen) {
      const change = { spec: { renewTime: microTime() } };
      const posts = [...this.#nodes].map((name) => this.#admin.patch(`${LEASES}/${name}`, change));
      await Promise.allSettled(posts);
      await sleep(this.#heartbeatMs, undefined, { ref: false });
    }
  }
}

function isBroken({ spec }: PodObject): boolean {
  return spec.containers?.some(({ env }) => env?.some(({ name }) => name === BROKEN)) ?? false;
}

function pathOf({ metadata }: PodObject): string {
  return `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
}

/** Of Leases, and with microseconds. */
function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}

function nodeObject(name: string, labels: Record<string, string>): object {
  const time = new Date().toISOString();
  const room = { pods: '700', cpu: '64', memory: '256Gi' };
  const quiet = ['MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => [type, 'False'] as const);
  const conditions = [...quiet, ['Ready', 'True'] as const].map(([type, status]) => ({
    type,
    status,
    reason: 'Kubelet',
    lastHeartbeatTime: time,
    lastTransitionTime: time,
  }));
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec: { providerID: `aws:///eu-west-1a/${name}` },
    status: { capacity: room, allocatable: room, conditions },
  };
}
