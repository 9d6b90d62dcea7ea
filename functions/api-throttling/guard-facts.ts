import { HOUR_MS, humanDuration } from '../../shared/clock.ts';
import { isSettled, type StepRecord } from '../../shared/incident/incident.ts';
import type { GuardFacts, Owned } from '../../shared/pipeline/trouble.ts';
import { type Env, notInEffect } from './cni/index.ts';
import type { Input } from './input.ts';
import { AFTERWARDS, cniRecords } from './plans/cni-steps.ts';
import { whyUnread } from './plans/cni-unread.ts';
import { isSent } from './plans/half-way.ts';
import { REQUEST_QUOTA } from './quota/requests.ts';
import { exitOf } from './rate.ts';
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
function ownedAddon(input: Input): Owned {
  const { cni } = input.facts;
  if (cni === null) return { is: 'no', why: 'the incident is not about the VPC CNI of a cluster' };
  if (!cni.known) return { is: 'unknown', why: cni.why };
  const { addon, daemonSet } = cni.value;
  if (!addon.known) return { is: 'unknown', why: `${addon.source}: ${addon.why}` };
  if (!daemonSet.known) return { is: 'unknown', why: `${daemonSet.source}: ${daemonSet.why}` };
  if (addon.value === null) return { is: 'no', why: 'EKS does not manage the VPC CNI of this cluster' };
  if (daemonSet.value === null) return { is: 'no', why: 'the cluster has no DaemonSet aws-node' };
  return begunOrRead(input, 'EKS manages it and the cluster runs it');
}

function ownedDaemonSet(input: Input): Owned {
  const { cni } = input.facts;
  if (cni === null) return { is: 'no', why: 'the incident is not about the VPC CNI of a cluster' };
  if (!cni.known) return { is: 'unknown', why: cni.why };
  const { addon, daemonSet } = cni.value;
  if (!daemonSet.known) return { is: 'unknown', why: `${daemonSet.source}: ${daemonSet.why}` };
  if (!addon.known) return { is: 'unknown', why: `${addon.source}: ${addon.why}` };
  if (addon.value !== null) return { is: 'no', why: 'EKS manages it: it is changed through EKS' };
  if (daemonSet.value === null) return { is: 'no', why: 'the cluster has no DaemonSet aws-node' };
  return begunOrRead(input, 'the cluster runs it and EKS does not manage it');
}

/** What is not begun is begun only with all that it is computed from at hand. */
function begunOrRead(input: Input, why: string): Owned {
  const isBegun = cniRecords(input).some(({ state }) => state === 'running');
  const unread = isBegun ? undefined : whyUnread(input.facts.cni);
  return unread === undefined ? { is: 'yes', why } : { is: 'unknown', why: unread };
}

type Calm = NonNullable<GuardFacts['calm']>;

/** What waited for the end of the throttling and was not sent yet waits anew when the throttling comes back. */
function calmOf(input: Input): Calm {
  const calm = calmNow(input);
  const begun = cniRecords(input).filter((record) => !isSettled(record));
  if (begun.length === 0 || !begun.every((record) => isUntouched(record, input))) return calm;
  const waits = begun.some(({ step }) => step.goal['when'] === AFTERWARDS);
  if (calm.is !== 'no' || !waits) return { ...calm, isUntouched: true };
  return { is: 'unknown', why: `nothing was sent yet, and ${calm.why}`, isUntouched: true };
}

/** The memory alone does not say it: an answer may have been lost together with the run that sent the change. */
function isUntouched(record: StepRecord, { facts: { cni } }: Input): boolean {
  if (isSent(record) || cni?.known !== true) return false;
  const { addon, daemonSet } = cni.value;
  if (record.step.action === 'update-addon') {
    const before = record.memory?.['before'] as { configurationValues?: string } | undefined;
    const now = addon.known ? addon.value?.configurationValues : undefined;
    return before === undefined || now === before.configurationValues;
  }
  const env = (record.step.goal['env'] ?? {}) as Env;
  return daemonSet.known && daemonSet.value !== null && notInEffect(daemonSet.value, env).length > 0;
}

function calmNow(input: Input): Calm {
  const { facts, policy } = input;
  if (!facts.rows.known) return { is: 'unknown', why: `the counts cannot be read: ${facts.rows.why}` };
  const { isOver } = situationOf(input, facts.rows.value);
  const { quietFor } = policy.rate;
  const rule = `below ${exitOf(policy.rate)} throttled calls for ${humanDuration(quietFor)}`;
  return isOver
    ? { is: 'yes', why: `quiet: ${rule}` }
    : { is: 'no', why: `calls are still throttled: quiet means ${rule}` };
}
