import { HOUR_MS } from '../../shared/clock.ts';
import type { GuardFacts, Owned } from '../../shared/pipeline/trouble.ts';
import type { Input } from './input.ts';

export function guardFacts(input: Input): GuardFacts {
  return {
    owned: ownedIn(input),
    standDown: { is: 'no', why: 'nobody else looks after saturated volumes' },
    taken: false,
    gentleRunsInApproveMode: false,
    freshUntil: input.now + HOUR_MS,
  };
}

/** EC2 has the volume, and the cluster's own API server knows it, or the instance it is attached to. */
function ownedIn({ facts: { volume, claim, node } }: Input): Owned {
  if (!volume.known) return { is: 'unknown', why: `${volume.source}: ${volume.why}` };
  if (volume.value.managedBy !== undefined) {
    return { is: 'no', why: `it is managed by ${volume.value.managedBy.slice(0, 64)}` };
  }
  if (claim.known && claim.value !== null) {
    return {
      is: 'yes',
      why: `a PersistentVolume of the cluster is it, for ${claim.value.namespace}/${claim.value.name}`,
    };
  }
  if (node.known && node.value !== null) return { is: 'yes', why: 'a Node of the cluster has it attached' };
  if (!claim.known) return { is: 'unknown', why: `${claim.source}: ${claim.why}` };
  if (!node.known) return { is: 'unknown', why: `${node.source}: ${node.why}` };
  return { is: 'no', why: 'neither a PersistentVolume nor a Node of the cluster has it' };
}
