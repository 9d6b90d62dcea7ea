import { HOUR_MS, humanDuration } from '../../shared/clock.ts';
import type { GuardFacts, Owned } from '../../shared/pipeline/trouble.ts';
import type { Input } from './input.ts';
import { REQUEST_QUOTA } from './quota/requests.ts';
import { situationOf } from './situation.ts';

/** A step under way keeps its target: what cannot be read for a while does not make it another's. */
export function guardFacts(input: Input): GuardFacts {
  return {
    owned: { is: 'unknown', why: 'a caller is no resource of a cluster' },
    ownedOf: {
      'update-addon': ownedAddon(input),
      'patch-daemonset': ownedDaemonSet(input),
      [REQUEST_QUOTA]: { is: 'yes', why: 'a quota of this account and Region' },
    },
    standDown: { is: 'no', why: 'nobody else looks after throttled calls' },
    taken: false,
    gentleRunsInApproveMode: false,
    freshUntil: input.now + HOUR_MS,
    calm: calmOf(input),
  };
}

/** Two sources: EKS has the add-on, and the cluster's own API server runs it. */
function ownedAddon({ facts: { cni } }: Input): Owned {
  if (cni === null) return { is: 'no', why: 'the incident is not about the VPC CNI of a cluster' };
  if (!cni.known) return { is: 'unknown', why: cni.why };
  const { addon, daemonSet } = cni.value;
  if (!addon.known) return { is: 'unknown', why: `${addon.source}: ${addon.why}` };
  if (!daemonSet.known) return { is: 'unknown', why: `${daemonSet.source}: ${daemonSet.why}` };
  if (addon.value === null) return { is: 'no', why: 'EKS does not manage the VPC CNI of this cluster' };
  if (daemonSet.value === null) return { is: 'no', why: 'the cluster has no DaemonSet aws-node' };
  return { is: 'yes', why: 'EKS manages it and the cluster runs it' };
}

function ownedDaemonSet({ facts: { cni } }: Input): Owned {
  if (cni === null) return { is: 'no', why: 'the incident is not about the VPC CNI of a cluster' };
  if (!cni.known) return { is: 'unknown', why: cni.why };
  const { addon, daemonSet } = cni.value;
  if (!daemonSet.known) return { is: 'unknown', why: `${daemonSet.source}: ${daemonSet.why}` };
  if (!addon.known) return { is: 'unknown', why: `${addon.source}: ${addon.why}` };
  if (addon.value !== null) return { is: 'no', why: 'EKS manages it: it is changed through EKS' };
  if (daemonSet.value === null) return { is: 'no', why: 'the cluster has no DaemonSet aws-node' };
  return { is: 'yes', why: 'the cluster runs it and EKS does not manage it' };
}

function calmOf(input: Input): NonNullable<GuardFacts['calm']> {
  const { facts, policy } = input;
  if (!facts.rows.known) return { is: 'unknown', why: `the counts cannot be read: ${facts.rows.why}` };
  const { isOver } = situationOf(input, facts.rows.value);
  const { quietFor, exitBelow } = policy.rate;
  const rule = `below ${exitBelow} throttled calls for ${humanDuration(quietFor)}`;
  return isOver
    ? { is: 'yes', why: `quiet: ${rule}` }
    : { is: 'no', why: `calls are still throttled: quiet means ${rule}` };
}
