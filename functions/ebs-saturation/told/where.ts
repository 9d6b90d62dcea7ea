import type { NodeVolume } from '../boot/node-volume.ts';
import { sharedLines } from '../diagnose/neighbour.ts';
import { unknownText } from '../diagnose/verdict.ts';
import type { EbsSaturationFacts } from '../facts.ts';
import { diagnosedPods } from '../looks.ts';
import { podNames, short } from '../pods.ts';
import type { ClaimFacts } from '../reading/claims.ts';

type Facts = Pick<EbsSaturationFacts, 'volume' | 'instance' | 'node' | 'pods' | 'claim' | 'nodeVolume'>;

const MAX_INSTANCES = 5;

/**
 * Whose volume it is, for whoever is called: size, zone, instance and node, then claim, classes, pods and their owners.
 * `isShared`: a cause says already who shares it. Pure.
 */
export function whereLines(facts: Facts, isShared = false): string[] {
  if (ownKind(facts) !== undefined) return [placeLine(facts), ...(isShared ? [] : rootLines(facts))];
  return [placeLine(facts), ...ownerLines(facts)];
}

/** e.g. `claim data/db-0`, for the first line; what is not known is not guessed. */
export function whoseVolume({ claim, nodeVolume, node }: Facts): string | undefined {
  if (claim.known && claim.value !== null) return `claim ${claimName(claim.value)}`;
  const name = node.known ? node.value?.metadata?.name : undefined;
  return ownKind({ nodeVolume }) !== undefined && name !== undefined ? `node ${short(name)}` : undefined;
}

/** The node was made with it; undefined: a claim's, or nobody knows. */
function ownKind({ nodeVolume }: Pick<Facts, 'nodeVolume'>): NodeVolume['kind'] | undefined {
  return nodeVolume.known ? nodeVolume.value?.kind : undefined;
}

function placeLine(facts: Facts): string {
  const { volume } = facts;
  if (!volume.known) return unknownText(volume);
  const { id, type, sizeGib, zone, attachments } = volume.value;
  const what = `${id}, ${type.slice(0, 16)} of ${sizeGib} GiB in ${zone}`;
  const ids = attachments.map(({ instanceId }) => instanceId);
  if (ids.length === 0) return `${what}: attached to no instance, so no pod uses it now`;
  if (ids.length > 1) {
    const more = ids.length > MAX_INSTANCES ? ` and ${ids.length - MAX_INSTANCES} more` : '';
    const names = ids.slice(0, MAX_INSTANCES).join(', ');
    return `${what}: attached to ${ids.length} instances, ${names}${more}, of whose nodes nothing was read`;
  }
  return `${what}: ${hostText(facts, ids[0] ?? '')}`;
}

function hostText({ instance, node, nodeVolume }: Facts, id: string): string {
  const kind = ownKind({ nodeVolume });
  const root = kind === undefined ? 'attached to' : `${kind} volume of`;
  const type = instance.known && instance.value !== null ? ` (${instance.value.type})` : '';
  const host = `${root} instance ${id}${type}`;
  if (!node.known) return `${host}, whose node is ${unknownText(node)}`;
  const name = node.value?.metadata?.name;
  return name === undefined
    ? `${host}, of which the cluster has no Node: nothing is known of what runs there`
    : `${host}, node ${short(name)}`;
}

function ownerLines(facts: Facts): string[] {
  const { claim } = facts;
  if (!claim.known) return [unknownText(claim)];
  if (claim.value === null) return ['no claim of the cluster is bound to it: what uses it is not known'];
  return [claimLine(claim.value), ...podLines(facts, claim.value)];
}

function claimLine(claim: ClaimFacts): string {
  const { storageClass, attributesClass } = claim;
  const provisioned = storageClass === null || storageClass === '' ? 'none' : short(storageClass);
  const attributes = attributesClass === null ? 'none' : short(attributesClass);
  return `claim ${claimName(claim)}, StorageClass ${provisioned}, VolumeAttributesClass ${attributes}`;
}

function claimName({ namespace, name }: ClaimFacts): string {
  return `${short(namespace)}/${short(name)}`;
}

/** Of a node that was read: what is not attached, or whose node is not there, has no pods to look at. */
function podLines({ volume, node, pods }: Facts, { namespace, name }: ClaimFacts): string[] {
  if (volume.known && volume.value.attachments.length !== 1) return [];
  if (node.known && node.value === null) return [];
  const read = diagnosedPods({ pods });
  if (!read.known) return [unknownText(read)];
  const users = read.value.filter(
    (pod) => pod.namespace === namespace && pod.claims.includes(name) && !pod.hasEnded,
  );
  return [users.length === 0 ? 'no pod of its node mounts the claim' : `used by ${podNames(users)}`];
}

function rootLines({ node, pods }: Facts): string[] {
  if (node.known && node.value === null) return [];
  const read = diagnosedPods({ pods });
  return read.known ? sharedLines(read) : [unknownText(read)];
}
