import { MINUTE_MS, SECOND_MS } from '../shared/clock.ts';
import { claimNameOf, DRIVER, volumeNameOf } from './claim-objects.ts';
import type { SimCluster } from './cluster.ts';
import { uuid } from './ids.ts';
import { isAbandoned, isReady, type SimAttachment, type SimPod } from './model.ts';

const ATTACH_MS = SECOND_MS;
const DETACH_MS = SECOND_MS;
/** The attach-detach controller's patience with a node that does not answer. */
const FORCE_DETACH_MS = 6 * MINUTE_MS;

interface Volume {
  name: string;
  /** Where it is attached, or being attached. */
  node: string;
  /** Of the VolumeAttachment. */
  attachment: string;
  /** The pod it is there for. */
  uid: string;
  /** Since when no pod needs it there. */
  freedAt?: number;
  cancelDetach?: () => void;
  /** A pod on another node that cannot start before. */
  next?: { pod: SimPod; ready: () => void };
}

/** EBS volumes of one pod each (ReadWriteOnce), and the VolumeAttachments that say where they are. */
export class Volumes {
  readonly #cluster: SimCluster;
  readonly #volumes = new Map<string, Volume>();
  readonly #byNode = new Map<string, Set<Volume>>();
  /** Nodes whose instance EC2 has terminated: their volumes are free. */
  readonly #terminated = new Set<string>();

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
    cluster.podListeners.push((pod, removed) => {
      if (removed) this.#podRemoved(pod);
    });
    cluster.nodeListeners.push((name) => this.#look(name));
  }

  /** Calls `ready` when the pod's volume is attached to its node; at once for a pod without one. */
  mount(pod: SimPod, ready: () => void): void {
    const name = this.#nameFor(pod);
    const volume = name === undefined ? undefined : this.#volumes.get(name);
    if (name === undefined) ready();
    else if (volume === undefined) this.#attach(name, pod, ready);
    else if (volume.node === pod.spec.nodeName) this.#keep(volume, pod, ready);
    else volume.next = { pod, ready };
  }

  /** As if the pod had run for long. */
  settle(pod: SimPod): void {
    const name = this.#nameFor(pod);
    if (name !== undefined) this.#put(this.#volumeFor(name, pod), true);
  }

  /** The node that a volume, by the name of its PersistentVolume, is attached to or being attached to. */
  placeOf(name: string): { node: string; attached: boolean } | undefined {
    const volume = this.#volumes.get(name);
    if (volume === undefined) return undefined;
    const { node, attachment } = volume;
    return { node, attached: this.#cluster.attachments.get(attachment)?.status.attached === true };
  }

  /** Names of the PersistentVolumes on a node, in the order in which they came. */
  namesOn(node: string): string[] {
    return [...(this.#byNode.get(node) ?? [])].map(({ name }) => name);
  }

  machineGone(node: string): void {
    this.#terminated.add(node);
    this.#look(node);
  }

  #attach(name: string, pod: SimPod, ready: () => void): void {
    const volume = this.#volumeFor(name, pod);
    this.#put(volume, false);
    this.#cluster.clock.after(ATTACH_MS, () => {
      if (this.#volumes.get(name) !== volume) return;
      this.#put(volume, true);
      ready();
    });
  }

  /** The same node needs it again before it was detached. */
  #keep(volume: Volume, pod: SimPod, ready: () => void): void {
    volume.cancelDetach?.();
    delete volume.freedAt;
    volume.uid = pod.metadata.uid;
    ready();
  }

  #podRemoved(pod: SimPod): void {
    const volume = this.#volumes.get(this.#nameFor(pod) ?? '');
    if (volume === undefined) return;
    const { uid } = pod.metadata;
    if (volume.next?.pod.metadata.uid === uid) delete volume.next;
    if (volume.uid !== uid) return;
    volume.freedAt = this.#cluster.clock.elapsed();
    this.#review(volume);
  }

  #look(node: string): void {
    for (const volume of this.#byNode.get(node) ?? []) this.#review(volume);
  }

  /** When it may be detached changes with its node. */
  #review(volume: Volume): void {
    if (volume.freedAt === undefined) return;
    volume.cancelDetach?.();
    const { clock } = this.#cluster;
    const wait = this.#isReachable(volume.node)
      ? DETACH_MS
      : Math.max(0, volume.freedAt + FORCE_DETACH_MS - clock.elapsed());
    volume.cancelDetach = clock.after(wait, () => this.#detach(volume));
  }

  /** Somebody can say that the volume is unmounted: the kubelet, EC2, or whoever declared the node dead. */
  #isReachable(name: string): boolean {
    const node = this.#cluster.nodes.get(name);
    return node === undefined ? this.#terminated.has(name) : isReady(node) || isAbandoned(node);
  }

  #detach(volume: Volume): void {
    this.#cluster.attachments.delete(volume.attachment);
    this.#byNode.get(volume.node)?.delete(volume);
    this.#volumes.delete(volume.name);
    if (volume.next !== undefined) this.#attach(volume.name, volume.next.pod, volume.next.ready);
  }

  #volumeFor(name: string, pod: SimPod): Volume {
    const { seed, ref } = this.#cluster;
    const node = pod.spec.nodeName ?? '';
    const attachment = `csi-${uuid(seed, ref.name, 'attachment', name, node).replaceAll('-', '')}`;
    const volume: Volume = { name, node, attachment, uid: pod.metadata.uid };
    this.#volumes.set(name, volume);
    const there = this.#byNode.get(node) ?? new Set();
    this.#byNode.set(node, there.add(volume));
    return volume;
  }

  #put(volume: Volume, attached: boolean): void {
    const before = this.#cluster.attachments.get(volume.attachment);
    const stored: SimAttachment = {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttachment',
      metadata: before?.metadata ?? this.#cluster.newMeta(volume.attachment, {}),
      spec: {
        attacher: DRIVER,
        nodeName: volume.node,
        source: { persistentVolumeName: volume.name },
      },
      status: { attached },
    };
    this.#cluster.putAttachment(stored);
  }

  #nameFor(pod: SimPod): string | undefined {
    return claimNameOf(pod) === undefined ? undefined : volumeNameOf(this.#cluster, pod);
  }
}
