import type { TroublePolicy } from '../config/policy.ts';
import { judgeStep } from '../guard/index.ts';
import type { Incident, Question, StepVerdict } from '../incident/incident.ts';
import { Superseded } from '../incident/ledger.ts';
import type { Plan, Step } from '../incident/plan.ts';
import { planHash, stepKey } from '../incident/step-key.ts';
import { readStop, type StopState } from '../incident/stop-switch.ts';
import { applyVerdicts, isUnclear, type Judged } from './apply-verdicts.ts';
import type { Run } from './run.ts';
import { close, outcomeWithoutAction, recordClosing } from './settle.ts';
import type { Trouble } from './trouble.ts';

/** What a round does next; plain JSON, it crosses a checkpoint. */
export type Decision = { announce: boolean } & (
  | { do: 'end'; why: string }
  | { do: 'act'; steps: string[] }
  | { do: 'wait'; until: number; why: string; revision: number }
);

/** A playbook that keeps proposing what is settled would spin; it gets this many looks at its own records. */
const MAX_PASSES = 6;
/** How soon facts that a guard needed and nobody could read are read again. */
const UNCLEAR_RETRY_MS = 3_000;

/** Gather → playbook → guards → record. Reads the world afresh each time; changes only the ledger. */
export async function decide<F, P>(trouble: Trouble<F, P>, run: Run, round: number): Promise<Decision> {
  const incident = await run.ledger.readIncident(run.ref.incidentId);
  if (incident === undefined) throw new Superseded(`no incident ${run.ref.incidentId}`);
  if (isOwnEnding(run, incident)) return await repeatEnding(run, incident);
  const policy = await run.environment.policyFor(incident.cluster, trouble.name);
  const section = trouble.policyOf(policy);
  const started = await run.ledger.change(run.ref, ({ waiting: _, ...current }) => ({
    ...current,
    rounds: round,
  }));
  let current = started;
  const facts = await trouble.gather({ ports: run.environment.ports, incident: started, policy: section });
  const stop = await readStop(run.environment.ports.table);
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const now = run.environment.ports.clock.now();
    const input = { facts, incident: current, policy: section, standDownFor: policy.standDownFor, now };
    const plan = trouble.playbook(input);
    const guardFacts = trouble.guardFacts(input);
    const judged = judgePlan(trouble, plan, { current, policy, guardFacts, stop, now });
    const before = current;
    current = await run.ledger.change(run.ref, (latest) =>
      applyVerdicts(latest, plan, judged, { policy, taken: guardFacts.taken, now }),
    );
    await recordPlan(run, before, current, plan);
    const next = await nextMove(run, current, plan, judged, started.revision);
    if (next !== undefined)
      return { ...next, announce: current.announced < current.announce || next.do === 'end' };
  }
  throw new Error(`${trouble.name}: the playbook does not accept its own settled steps`);
}

/** Closed by this very run, whose crash or lost answer hid that it had succeeded. */
function isOwnEnding({ ref }: Run, incident: Incident): boolean {
  const { generation, attempt, status } = incident;
  return status === 'closed' && generation === ref.generation && attempt === ref.attempt;
}

async function repeatEnding(run: Run, incident: Incident): Promise<Decision> {
  await recordClosing(run, incident);
  return { do: 'end', why: incident.outcome?.kind ?? 'closed', announce: true };
}

interface JudgeInput {
  current: Incident;
  policy: TroublePolicy;
  guardFacts: ReturnType<Trouble['guardFacts']>;
  stop: StopState;
  now: number;
}

function judgePlan<F, P>(trouble: Trouble<F, P>, plan: Plan, input: JudgeInput): Judged[] {
  return plan.steps.map((step) => ({ step, verdict: judgeOne(trouble, step, input) }));
}

function judgeOne<F, P>(trouble: Trouble<F, P>, step: Step, input: JudgeInput): StepVerdict {
  const { current, policy, guardFacts: facts, stop, now } = input;
  const key = stepKey(step);
  const action = trouble.actions.find((known) => known.name === step.action);
  if (action === undefined) {
    const reason = `no action named ${step.action}`;
    return { key, action: step.action, verdict: 'refuse', reason, guards: [] };
  }
  const question = current.questions.find((asked: Question) => asked.key === key);
  return judgeStep({ step, action, policy, facts, stop, question, now });
}

async function recordPlan(run: Run, before: Incident, after: Incident, plan: Plan): Promise<void> {
  if (before.plan !== undefined && planHash(before.plan) === planHash(plan)) return;
  if (plan.steps.length === 0 && before.plan !== undefined) return;
  const steps = (after.verdicts ?? []).map((verdict) => `${verdict.action}=${verdict.verdict}`).join(' ');
  await run.ledger.append(after.id, `g${after.generation}.plan.${planHash(plan)}`, {
    kind: 'plan',
    text: `${plan.headline} [${planHash(plan)}] ${steps}`,
  });
}

type Move =
  | { do: 'end'; why: string }
  | { do: 'act'; steps: string[] }
  | { do: 'wait'; until: number; why: string; revision: number };

/** Undefined: the records changed, the playbook must look once more. */
async function nextMove(
  run: Run,
  incident: Incident,
  plan: Plan,
  judged: readonly Judged[],
  revision: number,
): Promise<Move | undefined> {
  const allowed = runnable(judged, incident);
  if (allowed.length > 0) return { do: 'act', steps: allowed.map(({ verdict }) => verdict.key) };
  const keys = new Set(judged.map(({ verdict }) => verdict.key));
  const pending = incident.questions.filter((asked) => asked.answer === undefined && keys.has(asked.key));
  if (pending.length > 0) return waitForAnswers(pending, plan, revision);
  const now = run.environment.ports.clock.now();
  if (judged.some((one) => isUnclear(one, now))) {
    return {
      do: 'wait',
      until: now + UNCLEAR_RETRY_MS,
      why: 'facts the guards need could not be read',
      revision,
    };
  }
  if (plan.steps.length > 0) {
    const acted = incident.records.some((record) => ['running', 'done', 'failed'].includes(record.state));
    return acted ? undefined : await end(run, outcomeWithoutAction(incident.records), revision);
  }
  if (plan.next.do === 'close') return await end(run, plan.next.outcome, revision);
  return { do: 'wait', until: plan.next.at, why: plan.next.why, revision };
}

/** Steps run in their order: one that still waits for an answer or a fact holds back those behind it. */
function runnable(judged: readonly Judged[], incident: Incident): Judged[] {
  const settled = new Set(incident.records.filter(({ state }) => state !== 'running').map(({ key }) => key));
  const open = judged.filter(({ verdict }) => !settled.has(verdict.key));
  const holds = ({ step, verdict }: Judged) => verdict.verdict !== 'allow' && step.independent !== true;
  const first = open.findIndex(holds);
  return open.filter(
    ({ step, verdict }, index) =>
      verdict.verdict === 'allow' && (first === -1 || index < first || step.independent === true),
  );
}

function waitForAnswers(pending: readonly Question[], plan: Plan, revision: number): Move {
  const expiry = Math.min(...pending.map((question) => question.expiresAt));
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
