import { type EpochMs, humanDuration, isoTime, MINUTE_MS } from '../../../shared/clock.ts';
import type { StepRecord } from '../../../shared/incident/incident.ts';
import type { Outcome, OutcomeKind, PlanEnd } from '../../../shared/incident/plan.ts';
import type { Input } from '../input.ts';
import { REQUEST_QUOTA } from '../quota/requests.ts';
import type { Situation } from '../situation.ts';
import { formerText, halfWay } from './half-way.ts';

export const RETRY_MS = MINUTE_MS;
/** A look is a read of the ledger: often enough to tell the end in time. */
const LOOK_EVERY_MS = 5 * MINUTE_MS;

/** What else an incident stays open for, such as requests to AWS, and what became of those that ended. */
export interface Others {
  waits: readonly { at: EpochMs; why: string }[];
  ended: readonly Outcome[];
}

/** Ends once the rate stayed below the exit and nothing is followed any more; until then it looks again. */
export function nextOf(input: Input, situation: Situation, others: Others): PlanEnd {
  const { policy, now } = input;
  const { quietSince, isOver } = situation;
  const { quietFor } = policy.rate;
  if (!isOver) {
    const at = Math.max(now + RETRY_MS, Math.min(now + LOOK_EVERY_MS, quietSince + quietFor));
    return { do: 'wait', at, why: `the rate must stay below the exit for ${humanDuration(quietFor)}` };
  }
  const soonest = others.waits.toSorted((left, right) => left.at - right.at)[0];
  if (soonest !== undefined) {
    return { do: 'wait', at: Math.max(now + RETRY_MS, soonest.at), why: soonest.why };
  }
  return { do: 'close', outcome: withOthers(outcomeOf(input, situation), others.ended) };
}

/** The worse of all kinds is the incident's; each sentence stands. */
function withOthers(own: Outcome, ended: readonly Outcome[]): Outcome {
  const rank = ({ kind }: Outcome) => (kind === 'ignored' ? WORST_FIRST.length : WORST_FIRST.indexOf(kind));
  const all = [own, ...ended];
  const kind = all.toSorted((left, right) => rank(left) - rank(right))[0]?.kind ?? own.kind;
  return {
    kind,
    summary: all.map(({ summary }) => summary).join(' '),
    details: all.flatMap(({ details }) => details),
  };
}

/** Of the whole incident: rows are read back for an hour only. */
export function mostOf({ incident }: Input, { peak }: Situation): number {
  return Math.max(peak.count, Number(incident.plan?.keep?.['most'] ?? 0));
}

/** The first that applies: what needs a person comes before what is well. */
const ENDINGS: readonly [StepRecord['state'], OutcomeKind][] = [
  ['failed', 'escalated'],
  ['done', 'fixed'],
  ['denied', 'denied'],
  ['expired', 'expired'],
  ['refused', 'refused'],
  ['observed', 'observed'],
];
const WORST_FIRST = ENDINGS.map(([, kind]) => kind);

function outcomeOf(input: Input, situation: Situation): Outcome {
  const { policy, incident } = input;
  const { quietSince, isAtLeast } = situation;
  const count = mostOf(input, situation);
  const most = isAtLeast ? `at least ${count}` : `at most ${count}`;
  const ended = `Throttling ended: quiet since ${isoTime(quietSince)}, ${most} throttled calls within ${humanDuration(policy.rate.window)}, opened at ${isoTime(incident.openedAt)}.`;
  const own = incident.records.filter(isOwn);
  const stopped = own.find((record) => halfWay(record) !== undefined);
  if (stopped !== undefined) return halfWayOutcome(ended, stopped);
  const ending = ENDINGS.find(([state]) => own.some((record) => record.state === state));
  if (ending === undefined) {
    return { kind: 'ignored', summary: `${ended} Nothing was changed.`, details: [] };
  }
  const [state, kind] = ending;
  const records = own.filter((record) => record.state === state);
  const details = incident.records.map(
    ({ step, state: how, summary, decision }) => `${step.action}: ${how}: ${summary ?? decision}`,
  );
  const last = records.at(-1);
  return { kind, summary: `${ended} ${last === undefined ? '' : saidOf(last)}`, details };
}

/** Half of it is worse than either end: a person must finish what was stopped. */
function halfWayOutcome(ended: string, record: StepRecord): Outcome {
  const { step, summary, decision } = record;
  const why = `${step.action} stopped half way: ${summary ?? decision}`;
  const former = formerText(record);
  return {
    kind: 'escalated',
    summary: `${ended} ${why}; ${halfWay(record)}.`,
    details: former === undefined ? [] : [former],
  };
}

/** A request that was made is not yet a higher quota: what became of it says whoever follows it. */
function isOwn({ step, state }: StepRecord): boolean {
  return step.action !== REQUEST_QUOTA || (state !== 'done' && state !== 'failed');
}

function saidOf({ state, step, summary, decision }: StepRecord): string {
  if (state === 'done' || state === 'failed') return `${step.action}: ${summary ?? decision}.`;
  // Begun, then refused: why it was allowed once is not why it was not done.
  return `${step.action} was not done: ${state === 'refused' ? (summary ?? decision) : decision}.`;
}
