import { MINUTE_MS } from '../clock.ts';
import { type Incident, isSettled, type Question } from '../incident/incident.ts';
import type { Plan } from '../incident/plan.ts';
import { isHeldBack, isUnclear, type Judged } from './apply-verdicts.ts';
import type { Run } from './run.ts';
import { close, outcomeWithoutAction } from './settle.ts';

/** How soon facts that a guard needed and nobody could read are read again. */
const UNCLEAR_RETRY_MS = 3_000;
const UNCLEAR_LOOKS = 40;
/** A full budget empties slowly, a group fills slowly: asking it every few seconds would only load the ledger. */
const RETRY_OF: Readonly<Record<string, number>> = {
  'disruption-budget': 5 * MINUTE_MS,
  'capacity-floor': 5 * MINUTE_MS,
};

/**
 * While a question is open somebody must be there to be woken by its answer: no wait is so long that the run ends at
 * it, and ten of them, after which a run looks at its age, fit between the twelve hours at which it hands over and the
 * day at which its execution ends.
 */
const MAX_ANSWER_WAIT_MS = 70 * MINUTE_MS;

/** What a round does next; plain JSON, it crosses a checkpoint. */
export type Move =
  | { do: 'end'; why: string }
  | { do: 'act'; steps: string[] }
  | { do: 'wait'; until: number; why: string; revision: number };

/** Undefined: the records changed, the playbook must look once more. */
export async function nextMove(
  run: Run,
  { before, incident }: { before: Incident; incident: Incident },
  plan: Plan,
  judged: readonly Judged[],
  revision: number,
): Promise<Move | undefined> {
  const allowed = runnable(judged, incident, before);
  if (allowed.length > 0) return { do: 'act', steps: allowed.map(({ verdict }) => verdict.key) };
  const keys = new Set(judged.map(({ verdict }) => verdict.key));
  const pending = incident.questions.filter((asked) => asked.answer === undefined && keys.has(asked.key));
  const now = run.environment.ports.clock.now();
  if (pending.length > 0) return waitForAnswers(pending, plan, now, revision);
  if (judged.some((one) => isUnclear(one, now))) {
    return waitForClarity(judged, plan, now, revision);
  }
  if (plan.steps.length > 0) {
    const acted = incident.records.some(({ ran }) => ran === true);
    const goesOn = acted || plan.staysOpen === true;
    return goesOn ? undefined : await end(run, outcomeWithoutAction(incident.records), revision);
  }
  if (plan.next.do === 'close') return await end(run, plan.next.outcome, revision);
  return { do: 'wait', until: plan.next.at, why: plan.next.why, revision };
}

/** Steps run in their order: one that still waits for an answer or a fact holds back those behind it. */
export function runnable(judged: readonly Judged[], incident: Incident, before = incident): Judged[] {
  const open = judged.filter(isOpenIn(incident));
  // What was settled only now by a guard or a person may change the plan: those that come after wait for it.
  const wereOpen = judged.filter(isOpenIn(before));
  const holds = ({ step, verdict }: Judged) => verdict.verdict !== 'allow' && step.independent !== true;
  const first = open.findIndex(holds);
  return open.filter(
    (one, index) =>
      one.verdict.verdict === 'allow' &&
      (first === -1 || index < first || one.step.independent === true) &&
      !isHeldBack(one, wereOpen),
  );
}

function isOpenIn({ records }: Incident): (one: Judged) => boolean {
  const settled = new Set(records.filter(isSettled).map(({ key }) => key));
  return ({ verdict }) => !settled.has(verdict.key);
}

/** Unread facts are read again at once, what is refused for now when the guard said, or in a minute. */
function waitForClarity(judged: readonly Judged[], plan: Plan, now: number, revision: number): Move {
  const refusals = judged
    .filter((one) => isUnclear(one, now))
    .flatMap(({ verdict }) => verdict.guards.filter((guard) => guard.verdict === 'refuse'));
  // Where there is long to go, looking every few seconds would only load AWS.
  const latest = Math.min(...plan.steps.map((step) => step.answerBy));
  const retry = Math.max(UNCLEAR_RETRY_MS, Math.min(MINUTE_MS, (latest - now) / UNCLEAR_LOOKS));
  const times = refusals.map(({ guard, againAt }) => againAt ?? now + (RETRY_OF[guard] ?? retry));
  const until = Math.max(now + UNCLEAR_RETRY_MS, Math.max(...times));
  return {
    do: 'wait',
    until: Math.min(until, Math.max(latest, now + UNCLEAR_RETRY_MS)),
    why:
      refusals.map(({ guard, reason }) => `${guard}: ${reason}`)[0] ??
      'facts the guards need could not be read',
    revision,
  };
}

function waitForAnswers(pending: readonly Question[], plan: Plan, now: number, revision: number): Move {
  const expiry = Math.min(now + MAX_ANSWER_WAIT_MS, ...pending.map((question) => question.expiresAt));
  const until = plan.next.do === 'wait' ? Math.min(expiry, plan.next.at) : expiry;
  return {
    do: 'wait',
    until,
    why: `answer to ${pending.map(({ step }) => step.action).join(', ')}`,
    revision,
  };
}

/** Something newer than the facts arrived: look again at once instead of closing over it. */
async function end(run: Run, outcome: Parameters<typeof close>[1], revision: number): Promise<Move> {
  const isClosed = await close(run, outcome, revision);
  if (isClosed) return { do: 'end', why: outcome.kind };
  return { do: 'act', steps: [] };
}
