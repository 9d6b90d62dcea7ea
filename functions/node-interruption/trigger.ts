import { HOUR_MS } from '../../shared/clock.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { Signal } from '../../shared/incident/signal.ts';
import type { TriggerDecision, TriggerInput } from '../../shared/pipeline/trouble.ts';
import type { NodeInterruptionPolicy } from './policy.ts';

/** What ends as announced does so within this; later it is another story. */
const AFTERMATH_MS = HOUR_MS;

/** Rebalance recommendations and hooks open nothing unless they are configured; they join what is open. */
export function trigger({ signals, policy }: TriggerInput<NodeInterruptionPolicy>): TriggerDecision {
  return signals.some((signal) => opens(signal, policy))
    ? { do: 'open' }
    : { do: 'nothing', why: 'neither configured nor part of an open incident' };
}

function opens(signal: Signal, policy: NodeInterruptionPolicy): boolean {
  if (signal.kind === 'rebalance') return mayReact(policy);
  if (signal.kind === 'termination-hook') {
    return policy.terminationHooks.names.includes(String(signal.data['hook']));
  }
  return true;
}

/** The group is not known yet: enough that one of them might react. */
function mayReact({ rebalance }: NodeInterruptionPolicy): boolean {
  return [rebalance.action, ...Object.values(rebalance.groups)].some((action) => action !== 'ignore');
}

/**
 * After a warning, a hook or our own replacement the instance ends: its state changes are no news to an incident
 * that closed over them. A stop is, unless every pod had left: pods and volumes would hang on a stopped node.
 */
export function isExpected(closed: Incident, signal: Signal): boolean {
  if (signal.kind !== 'state-change' || signal.data['foundBy'] === 'sweep') return false;
  if (isOvertaken(closed, signal)) return true;
  if (signal.occurredAt - (closed.closedAt ?? 0) > AFTERMATH_MS) return false;
  if (!wasLeaving(closed)) return false;
  const state = signal.data['state'];
  const isEnd = state === 'shutting-down' || state === 'terminated';
  return isEnd || (wasToStop(closed) && ['fixed', 'observed'].includes(closed.outcome?.kind ?? ''));
}

/** Announced as a stop; any other stop is news, whatever was moved before. */
function wasToStop({ signals }: Incident): boolean {
  return signals.some(({ data }) => data['action'] === 'stop' || data['action'] === 'hibernate');
}

/**
 * Events come in any order: an instance that was seen stopped is not stopping any more, and an end that a run
 * found by itself was dealt with before its event came.
 */
function isOvertaken({ seen, plan }: Incident, { occurredAt }: Signal): boolean {
  const found = plan?.keep?.['ended'];
  if (typeof found === 'number' && found >= occurredAt) return true;
  return Object.entries(seen).some(([meaning, at]) => meaning.startsWith('state:') && at >= occurredAt);
}

const LEAVING = ['spot-interruption', 'capacity-interruption', 'termination-hook'];

function wasLeaving({ signals, records }: Incident): boolean {
  const isReleased = records.some(({ step, state }) => step.action === 'release' && state === 'done');
  return isReleased || signals.some(({ kind }) => LEAVING.includes(kind));
}
