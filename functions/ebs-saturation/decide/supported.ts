import { LIMITS } from '../limits/table.ts';
import { short } from '../pods.ts';
import type { Performance } from '../volume.ts';
import type { DecisionInput, Managed, VolumeNow } from './input.ts';

/** Why Paramedic leaves this volume to a person, whatever it is short of. */
export function whyNotOurs({ current, multiAttach, policy }: VolumeNow): string | undefined {
  const { type } = current;
  if (multiAttach) return 'it is attached to several instances: which of them is short is not measured';
  switch (type) {
    case 'st1':
    case 'sc1':
      return `what ${type} can do follows from its size; gp3 would be another kind of storage`;
    case 'standard':
      return 'magnetic volumes of the previous generation are not provisioned; move it to gp3';
    case 'gp2':
      return whyNotGp2(policy);
    default:
      return isAllowed(policy, type) ? undefined : `${type} is not among the allowed types of the config`;
  }
}

function whyNotGp2(policy: DecisionInput['policy']): string | undefined {
  const missing = (['gp2', 'gp3'] as const).find((type) => !isAllowed(policy, type));
  if (missing !== undefined) return `${missing} is not among the allowed types of the config`;
  return policy.gp2ToGp3
    ? undefined
    : 'what gp2 can do follows from its size, and the config does not let it become gp3';
}

function isAllowed({ allowTypes }: DecisionInput['policy'], type: DecisionInput['current']['type']): boolean {
  return allowTypes.some((each) => each === type);
}

/** How a change reaches the volume, and what people should know of it. */
export function managedNote(
  managed: Managed,
  to: Performance,
): {
  via: 'volume' | 'attributes-class';
  note: string[];
} {
  switch (managed.by) {
    case 'attributes-class':
      return {
        via: 'attributes-class',
        note: [
          `its claim names the VolumeAttributesClass ${managed.name}: the claim is changed, not the volume`,
        ],
      };
    case 'csi':
      return { via: 'volume', note: [classNote(managed.storageClass, to)] };
    case 'nobody':
      return { via: 'volume', note: [] };
  }
}

/** Paramedic reads no StorageClass, and nobody can edit the parameters of one: new volumes need another one. */
function classNote(storageClass: string | null, { type, iops, throughputMib }: Performance): string {
  const words = [
    `type: ${type}`,
    ...(LIMITS[type].settable.includes('iops') ? [`iops: "${iops}"`] : []),
    ...(LIMITS[type].settable.includes('throughputMib') ? [`throughput: "${throughputMib}"`] : []),
  ];
  const old =
    storageClass === null || storageClass === ''
      ? 'its claim names no StorageClass, and whichever new volumes are made by stays as it is'
      : `its StorageClass ${short(storageClass)} keeps the old values`;
  return `${old}: for new volumes alike a StorageClass has to say ${words.join(', ')}; parameters of one that exists cannot be edited`;
}
