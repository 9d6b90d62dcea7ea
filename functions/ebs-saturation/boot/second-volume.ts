import type { Fact } from '../../../shared/fact.ts';
import type { Instance } from '../../../shared/ports/ec2.ts';
import type { Node } from '../../../shared/ports/kubernetes.ts';
import type { PodOnVolume } from '../diagnose/types.ts';
import { isSameDevice } from './mapping.ts';
import { BOTTLEROCKET_DATA, isBottlerocket, type NodeVolume } from './node-volume.ts';
import type { TemplateProposal } from './types.ts';

interface Facts {
  own: NodeVolume;
  instance: Fact<Instance | null>;
  node: Fact<Node | null>;
  /** Of the node. */
  pods: Fact<PodOnVolume[]>;
}

/** Whether a volume of its own for container state helps, and why; `''`: there is nothing to say. */
export interface SecondVolume {
  helps: boolean;
  why: string;
}

/** Only of nodes that are known to be Linux and to have none yet. Pure. */
export function secondVolume(alone: TemplateProposal, device: string, facts: Facts): SecondVolume {
  const { own, instance, node, pods } = facts;
  const bottlerocket = isBottlerocket(facts);
  if (own.kind === 'data') return no();
  if (bottlerocket.known && bottlerocket.value) {
    return no(`Bottlerocket keeps images, logs and emptyDir on ${BOTTLEROCKET_DATA} already`);
  }
  const system = node.known ? node.value?.status?.nodeInfo?.operatingSystem : undefined;
  if (!bottlerocket.known || system !== 'linux') return no();
  const volumes = (instance.known ? instance.value?.volumes : undefined) ?? [];
  if (volumes.some((volume) => isSameDevice(volume.device, device))) {
    return no(`the node has a volume at ${device} already`);
  }
  if (!alone.possible || !alone.isEnough) {
    return { helps: true, why: 'the root volume alone cannot give what was asked for' };
  }
  const writing = pods.known ? pods.value.filter(({ hasEmptyDir }) => hasEmptyDir).length : 0;
  if (writing === 0) return no();
  const many = pods.known ? pods.value.length : 0;
  const why = `${pods.source}: ${many} pods share the root volume with the system, ${writing} with an emptyDir`;
  return { helps: true, why };
}

function no(why = ''): SecondVolume {
  return { helps: false, why };
}
