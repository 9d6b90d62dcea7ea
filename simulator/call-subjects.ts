import type { LifecycleAction } from '../shared/ports/autoscaling.ts';
import type { AddonChange } from '../shared/ports/eks.ts';
import type { ClaimRef, PodRef } from '../shared/ports/kubernetes.ts';
import type { QuotaIncrease } from '../shared/ports/quotas.ts';
import type { VolumeChange } from '../shared/ports/volumes.ts';
import type { Call } from './calls.ts';
import { podKey, type SimInstance } from './model.ts';
import type { World } from './world.ts';

/** One thing a mutating call touches: its own id first, then the ids of the machine it belongs to. */
export interface CallSubject {
  ids: string[];
}

/** What a mutating call on infrastructure touches, as step targets would name it (ids, never names). */
export function subjectsOf(world: World, call: Call): CallSubject[] {
  const [first, second] = call.args;
  switch (call.method) {
    case 'terminateInstances':
      return (first as string[]).map((id) => ofInstance(world, id));
    case 'detachInstance':
      return [ofInstance(world, String(second))];
    case 'recordHeartbeat':
    case 'completeAction':
      return [ofInstance(world, (first as LifecycleAction).instanceId)];
    case 'terminateInGroup':
      return [ofInstance(world, String(first))];
    case 'setDesiredCapacity':
      return [{ ids: [String(first)] }];
    case 'patchNode':
    case 'deleteNode':
      return [{ ids: nodeIds(world, call, String(first)) }];
    case 'evictPod':
    case 'deletePod':
      return [ofPod(world, call, first as PodRef)];
    default:
      return settingOf(world, call);
  }
}

/** Of a change that is about no machine. */
function settingOf(world: World, call: Call): CallSubject[] {
  const [first] = call.args;
  switch (call.method) {
    case 'requestIncrease':
      return [ofQuota(first as QuotaIncrease)];
    case 'updateAddon':
      return [ofAddon(first as AddonChange)];
    case 'patchDaemonSet':
      return [ofDaemonSet(world, call, first as { namespace: string; name: string })];
    case 'modifyVolume':
      return [ofVolume(world, (first as VolumeChange).id)];
    case 'patchPersistentVolumeClaim':
      return [ofClaim(world, call, first as ClaimRef)];
    default:
      return [];
  }
}

function ofQuota({ service, code }: QuotaIncrease): CallSubject {
  return { ids: [`${service}/${code}`] };
}

function ofAddon({ cluster, name }: AddonChange): CallSubject {
  return { ids: [`${cluster}/${name}`] };
}

/** An add-on's DaemonSet is the add-on's, too. */
function ofDaemonSet(world: World, call: Call, object: { namespace: string; name: string }): CallSubject {
  const { cluster } = world.runtime(call.cluster ?? '');
  const key = podKey(object);
  const ids = [cluster.daemonSets.get(key)?.metadata.uid, world.addons.ownerOf(cluster.ref.name, key)];
  return { ids: ids.filter((id) => id !== undefined) };
}

/** A volume is its instance's, too. */
function ofVolume({ ebs }: World, id: string): CallSubject {
  const instance = ebs.find(id)?.place.instance?.id;
  return { ids: instance === undefined ? [id] : [id, instance] };
}

/** What a claim names is done to its volume. */
function ofClaim(world: World, call: Call, object: ClaimRef): CallSubject {
  const { claims } = world.runtime(call.cluster ?? '');
  const claim = claims.get(podKey(object));
  const volume = claims.volumes.get(claim?.spec.volumeName ?? '')?.spec.csi.volumeHandle;
  return { ids: [claim?.metadata.uid, volume].filter((id) => id !== undefined) };
}

function ofInstance(world: World, id: string): CallSubject {
  const instance = world.fleet.instances.get(id);
  const node = instance === undefined ? undefined : nodeUid(world, instance);
  return { ids: node === undefined ? [id] : [id, node] };
}

function ofPod(world: World, call: Call, pod: PodRef): CallSubject {
  const { cluster } = world.runtime(call.cluster ?? '');
  const current = cluster.pods.get(`${pod.namespace}/${pod.name}`);
  const node =
    current?.metadata.uid === pod.uid ? current.spec.nodeName : cluster.endingOf.get(pod.uid)?.node;
  return { ids: node === undefined ? [pod.uid] : [pod.uid, ...nodeIds(world, call, node)] };
}

function nodeIds(world: World, call: Call, name: string): string[] {
  const { cluster } = world.runtime(call.cluster ?? '');
  const uid = cluster.nodes.get(name)?.metadata.uid ?? cluster.removedNodes.get(name);
  const instance = world.fleet.machines.atNode(name);
  const id = instance?.cluster === call.cluster ? instance?.id : undefined;
  return [uid, id].filter((id) => id !== undefined);
}

function nodeUid(world: World, instance: SimInstance): string | undefined {
  return world.runtime(instance.cluster).cluster.nodes.get(instance.privateDnsName)?.metadata.uid;
}
