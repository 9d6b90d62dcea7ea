import { type EpochMs, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { isSettled, type StepState } from '../../shared/incident/incident.ts';
import type { Input } from './input.ts';

/** How far a node is from having no pod that anybody would miss. */
export type Emptying =
  | { is: 'under-way' }
  | { is: 'empty' }
  /** Nothing to do but wait: pods are ending, or could not be listed. */
  | { is: 'waiting'; why: string; at: EpochMs }
  | { is: 'stuck'; why: string };

const LOOK_MS = 15 * SECOND_MS;
/** A pod that has not ended this long after the drain is held by something else. */
const GIVE_UP_MS = 10 * MINUTE_MS;

const NOT_ALLOWED: ReadonlySet<StepState> = new Set(['denied', 'expired', 'refused', 'failed']);

/** By what was done and what is on the node now; unknown is never empty. Pods left for their data count. */
export function emptyingOf({ incident, facts, now }: Input, until: EpochMs): Emptying {
  const cordon = incident.records.findLast(({ step }) => step.action === 'cordon');
  const drain = incident.records.findLast(({ step }) => step.action === 'drain');
  if (cordon !== undefined && NOT_ALLOWED.has(cordon.state))
    return { is: 'stuck', why: `the cordon was ${cordon.state}` };
  if (cordon?.state !== 'done' || (drain !== undefined && !isSettled(drain))) return { is: 'under-way' };
  const isLate = now >= until + GIVE_UP_MS;
  const wait = (why: string): Emptying =>
    isLate ? { is: 'stuck', why } : { is: 'waiting', why, at: now + LOOK_MS };
  if (!facts.pods.known) return wait(`pods unknown: ${facts.pods.why}`);
  const { evictable, keptForData } = facts.pods.value;
  if (keptForData.length > 0) return { is: 'stuck', why: `${keptForData.length} pods keep their local data` };
  const staying = evictable.filter((pod) => !pod.terminating).length;
  if (drain === undefined && staying > 0) {
    return now < until
      ? { is: 'under-way' }
      : { is: 'stuck', why: 'its time was over before the drain began' };
  }
  if (drain !== undefined && drain.state !== 'done')
    return { is: 'stuck', why: `the drain was ${drain.state}` };
  if (staying > 0) return { is: 'stuck', why: `${staying} pods could not leave` };
  return evictable.length > 0 ? wait(`${evictable.length} pods are still ending`) : { is: 'empty' };
}
