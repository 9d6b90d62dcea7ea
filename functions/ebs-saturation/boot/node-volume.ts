import { type Fact, known, unknown } from '../../../shared/fact.ts';
import type { Instance } from '../../../shared/ports/ec2.ts';
import type { Node } from '../../../shared/ports/kubernetes.ts';
import type { Volume } from '../../../shared/ports/volumes.ts';

/** A volume that a node is made with. */
export interface NodeVolume {
  /** `data`: of Bottlerocket, for images, logs and emptyDir; its root volume has the system alone. */
  kind: 'root' | 'data';
  /** e.g. `/dev/xvda`. */
  device: string;
}

interface Facts {
  volume: Fact<Volume>;
  instance: Fact<Instance | null>;
  isRoot: Fact<boolean>;
  node: Fact<Node | null>;
}

/** Where images of Bottlerocket have their second volume. */
export const BOTTLEROCKET_DATA = '/dev/xvdb';

/** Null: it came later, a claim's. Pure. */
export function nodeVolumeOf(facts: Facts): Fact<NodeVolume | null> {
  const { isRoot, volume } = facts;
  if (!isRoot.known) return isRoot;
  if (!volume.known) return volume;
  const { source, at } = isRoot;
  const device = volume.value.attachments[0]?.device;
  if (device === undefined) return unknown('no device is named', source, at);
  if (isRoot.value) return known({ kind: 'root', device }, source, at);
  if (device !== BOTTLEROCKET_DATA) return known(null, source, at);
  const bottlerocket = isBottlerocket(facts);
  if (!bottlerocket.known) return bottlerocket;
  return known(bottlerocket.value ? { kind: 'data', device } : null, source, at);
}

/** EKS Auto Mode has no other system. */
export function isBottlerocket({ instance, node }: Pick<Facts, 'instance' | 'node'>): Fact<boolean> {
  if (instance.known && instance.value?.managedBy === 'eks.amazonaws.com') {
    return known(true, instance.source, instance.at);
  }
  if (!node.known) return node;
  const image = node.value?.status?.nodeInfo?.osImage;
  return image === undefined
    ? unknown('no Node says what it runs', node.source, node.at)
    : known(image.startsWith('Bottlerocket'), node.source, node.at);
}
