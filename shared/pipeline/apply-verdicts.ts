import type { Action } from '../actions/action.ts';
import type { TroublePolicy } from '../config/policy.ts';
import {
  type Incident,
  isSettled,
  type Question,
  type StepRecord,
  type StepState,
  type StepVerdict,
} from '../incident/incident.ts';
import type { Plan, Step } from '../incident/plan.ts';
import { answeredBy, isOvertaken, overtaken, unaskedGuard } from '../incident/questions.ts';
import { planHash } from '../incident/step-key.ts';

export interface Judged {
  step: Step;
  verdict: StepVerdict;
}

/** What holds in the round that decided. */
export interface Round {
  policy: TroublePolicy;
  taken: boolean;
  now: number;
  claimed: boolean;
  riskOf: (action: string) => Action['risk'];
  quarantine?: Incident['quarantine'];
}

/**
 * Writes a round's plan into the incident: new questions, expired ones, and a record for every step that will
 * not run. Pure, so that a lost compare-and-set simply repeats it.
 */
export function applyVerdicts(
  incident: Incident,
  plan: Plan,
  judged: readonly Judged[],
  { policy, taken, now, claimed, riskOf, quarantine }: Round,
): Incident {
  const known = withoutReturning(incident.questions, judged);
  const questions = closeOvertaken(expireQuestions(known, now), judged, now);
  const settled = new Set(incident.records.filter(isSettled).map(({ key }) => key));
  const open = judged.filter(({ verdict }) => !settled.has(verdict.key));
  const asked = open
    .filter((one) => one.verdict.verdict === 'ask' && !isHeldBack(one, open))
    .filter(notAskedIn(questions));
  const records = supersede(incident.records, judged, now);
  for (const one of judged) {
    const record = settledRecord(one, questions, policy, now);
    if (record !== undefined) settle(records, record);
  }
  const next = {
    ...incident,
    plan,
    planConfig: policy.configHash,
    ...(claimed && { claimed }),
    ...(quarantine && { quarantine }),
    taken,
    verdicts: [...ofEarlierSteps(incident, judged), ...judged.map(({ verdict }) => verdict)],
    questions: [...questions, ...asked.map((one) => newQuestion(one, plan, { policy, now, riskOf }))],
    records,
  };
  const isNews =
    asked.length > 0 ||
    countSettled(records) > countSettled(incident.records) ||
    hasNews(incident, plan) ||
    (isNewPlan(incident, plan) && plan.quiet !== true);
  return isNews && !isMuted(next) ? { ...next, announce: incident.announce + 1 } : next;
}

/** What was said of steps that ran and that the plan no longer holds, so that people can still read why they ran. */
function ofEarlierSteps({ verdicts = [], records }: Incident, judged: readonly Judged[]): StepVerdict[] {
  const inPlan = new Set(judged.map(({ verdict }) => verdict.key));
  const ran = new Set(records.filter((record) => record.ran === true).map(({ key }) => key));
  return verdicts.filter(({ key }) => ran.has(key) && !inPlan.has(key));
}

/** Quarantined as before, which people know: nothing was done, so nothing is worth another word. */
export function isMuted({ quarantine, records }: Pick<Incident, 'quarantine' | 'records'>): boolean {
  return quarantine?.is === 'quiet' && !records.some(({ ran }) => ran === true);
}

/** A step that comes only after others, while one of them is open. */
export function isHeldBack({ step, verdict }: Judged, open: readonly Judged[]): boolean {
  if (step.onlyAfter !== true) return false;
  const before = open.slice(
    0,
    open.findIndex((one) => one.verdict.key === verdict.key),
  );
  return before.some((one) => one.step.independent !== true);
}

/**
 * The same action with another goal: the newer one carries on, the older ends with what it remembers. One that the plan
 * still has is not replaced by another beside it.
 */
function supersede(records: readonly StepRecord[], judged: readonly Judged[], now: number): StepRecord[] {
  const planned = new Set(judged.map(({ verdict }) => verdict.key));
  return records.map((record) => {
    const isReplaced =
      record.state === 'running' &&
      !planned.has(record.key) &&
      judged.some(({ step, verdict }) => step.action === record.step.action && verdict.key !== record.key);
    return isReplaced ? { ...record, state: 'superseded', endedAt: now } : record;
  });
}

/** A step that ran already and is refused now ends with what it remembers; an ended one stays as it ended. */
function settle(records: StepRecord[], settled: StepRecord): void {
  const index = records.findIndex((known) => known.key === settled.key);
  const known = records[index];
  if (known === undefined) records.push(settled);
  else if (!isSettled(known)) {
    records[index] = { ...known, state: 'refused', summary: settled.decision, endedAt: settled.startedAt };
  }
}

function isNewPlan(incident: Incident, plan: Plan): boolean {
  if (incident.plan === undefined) return true;
  return plan.steps.length > 0 && planHash(incident.plan) !== planHash(plan) && incident.records.length === 0;
}

function hasNews({ plan: before }: Incident, { news }: Plan): boolean {
  return before?.news !== undefined && news !== undefined && before.news !== news;
}

function countSettled(records: readonly StepRecord[]): number {
  return records.filter(isSettled).length;
}

/** The ledger decides: pending → expired only here, and only if no answer stands there already. */
function expireQuestions(questions: readonly Question[], now: number): Question[] {
  return questions.map((question) =>
    question.answer === undefined && question.expiresAt <= now
      ? { ...question, answer: { decision: 'expired', by: 'nobody', at: now } }
      : question,
  );
}

/** The plan wants other things now: a yes to the old question would authorise nothing. A plan of no steps only waits. */
function closeOvertaken(questions: readonly Question[], judged: readonly Judged[], now: number): Question[] {
  const keys = new Set(judged.map(({ verdict }) => verdict.key));
  return questions.map((question) => {
    const hasNewer = question.answer === undefined && keys.size > 0 && !keys.has(question.key);
    return hasNewer ? overtaken(question, now) : question;
  });
}

/**
 * Those that are asked anew: a plan came back to a step it had let go, which nobody had said no to, or a guard asks
 * that did not when people said yes.
 */
export function withoutReturning(questions: readonly Question[], judged: readonly Judged[]): Question[] {
  return questions.filter((question) => {
    const verdict = judged.find((one) => one.verdict.key === question.key)?.verdict;
    if (verdict === undefined) return true;
    // By the guards and not by the verdict, which may be older than the yes.
    const isOutgrown =
      question.answer?.decision === 'approved' && unaskedGuard(question, verdict.guards) !== undefined;
    return !isOutgrown && !isOvertaken(question);
  });
}

function notAskedIn(questions: readonly Question[]) {
  return ({ verdict }: Judged): boolean => !questions.some((question) => question.key === verdict.key);
}

/** Notes stay with the plan and the record: a question is for people. */
function newQuestion(
  { step: { notes: _, ...step }, verdict }: Judged,
  plan: Plan,
  { policy, now, riskOf }: Pick<Round, 'policy' | 'now' | 'riskOf'>,
): Question {
  return {
    key: verdict.key,
    step,
    planHash: planHash(plan),
    guards: verdict.guards.flatMap(({ guard, verdict: said }) => (said === 'ask' ? [guard] : [])),
    askedAt: now,
    expiresAt: step.answerBy,
    required: policy.approvals.required[riskOf(step.action)],
  };
}

function settledRecord(
  { step, verdict }: Judged,
  questions: readonly Question[],
  policy: TroublePolicy,
  now: number,
): StepRecord | undefined {
  const question = questions.find(({ key }) => key === verdict.key);
  const state = settledState({ step, verdict }, question, policy, now);
  if (state === undefined) return undefined;
  // The answer may be newer than the verdict.
  const isAnswered = question?.answer !== undefined && question.answer.decision === state;
  const decision = isAnswered ? `${state} by ${answeredBy(question)}` : verdict.reason;
  return { key: verdict.key, step, state, decision, startedAt: now, endedAt: now };
}

function settledState(
  { step, verdict }: Judged,
  question: Question | undefined,
  policy: TroublePolicy,
  now: number,
): StepState | undefined {
  const answer = question?.answer?.decision;
  if (verdict.verdict === 'allow') return undefined;
  if (answer === 'denied' || answer === 'expired') return answer;
  if (verdict.verdict === 'ask' || isUnclear({ step, verdict }, now)) return undefined;
  return onlyObserveRefuses(verdict, policy) ? 'observed' : 'refused';
}

/**
 * Refused only because something could not be read, and there is time to read it again: not settled. A plain
 * refusal beside it settles the step.
 */
export function isUnclear({ step, verdict }: Judged, now: number): boolean {
  const refusals = verdict.guards.filter((guard) => guard.verdict === 'refuse');
  return refusals.length > 0 && refusals.every((guard) => guard.isUnknown === true) && now < step.answerBy;
}

/** `observed` means exactly: would have been done, or asked for, had the mode allowed it. */
function onlyObserveRefuses(verdict: StepVerdict, policy: TroublePolicy): boolean {
  if (policy.mode !== 'observe') return false;
  return verdict.guards.every((guard) => guard.guard === 'mode' || guard.verdict !== 'refuse');
}
