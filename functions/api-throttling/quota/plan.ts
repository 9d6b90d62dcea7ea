import { DAY_MS, type EpochMs, isoTime } from '../../../shared/clock.ts';
import { unknown } from '../../../shared/fact.ts';
import { type Incident, isSettled } from '../../../shared/incident/incident.ts';
import type { Finding, Outcome, Step } from '../../../shared/incident/plan.ts';
import { isOvertaken } from '../../../shared/incident/questions.ts';
import { stepKey } from '../../../shared/incident/step-key.ts';
import type { RequestFacts } from '../reading/limit-facts.ts';
import type { LimitAdvice } from '../told/limit-advice.ts';
import { type FollowUp, followUp } from './follow.ts';
import { line } from './plain.ts';
import type { QuotaPolicy } from './policy.ts';
import { REQUEST_QUOTA, type RecordedRequest, recordedRequests, targetIdOf } from './requests.ts';

export interface QuotaPlanInput {
  incident: Pick<Incident, 'records' | 'questions' | 'plan'>;
  policy: { quotas: QuotaPolicy };
  /** Of every request that the incident's records name. */
  requests: readonly RequestFacts[];
  now: EpochMs;
}

export interface QuotaPlan {
  /** Each independent of every other step: nobody waits for the answer of another. */
  steps: Step[];
  /** The incident stays open for these. */
  waits: { at: EpochMs; why: string }[];
  /** Requests that need no following any more, and steps that failed. */
  ended: Outcome[];
  /** How each request stands. */
  findings: Finding[];
  /** By request id how it stands, as last read: people hear of every change. For `Plan.keep.quotaRequests`. */
  keep: Record<string, string>;
}

/** An account's quota is nothing to decide at once: who is asked at night may answer by day. */
const ANSWER_WITHIN_MS = DAY_MS;

/** What is asked of AWS and what became of it. Pure and total. */
export function quotaPlan(input: QuotaPlanInput, advice: readonly LimitAdvice[]): QuotaPlan {
  const followed = recordedRequests(input.incident).map((request) => ({
    request,
    ...follow(input, request),
  }));
  return {
    steps: stepsOf(input, advice),
    waits: followed.flatMap(({ request, said }) =>
      said.do === 'wait'
        ? [{ at: said.until, why: `AWS’s answer to request ${line(request.asked.id)}` }]
        : [],
    ),
    ended: [...followed.flatMap(({ request, said }) => endOf(request, said)), ...failuresOf(input)],
    findings: followed.map(({ request, said, state }) => findingOf(request, said, state)),
    keep: Object.fromEntries(followed.map(({ request, state }) => [request.asked.id, state])),
  };
}

/** What is under way first, then what people are being asked about, then what is advised now. */
function stepsOf(input: QuotaPlanInput, advice: readonly LimitAdvice[]): Step[] {
  const records = input.incident.records.filter(({ step }) => step.action === REQUEST_QUOTA);
  // Its own row and its own request make the advice another one: begun is begun.
  const running = records.filter((record) => !isSettled(record)).map(({ step }) => step);
  const touched = new Set(records.map(({ step }) => step.targets[0].id));
  const isNew = (step: Step) => !touched.has(step.targets[0].id);
  const advised = advice.flatMap((each) => advisedStep(input, each)).filter(isNew);
  const kept = askedSteps(input, advice).filter(isNew);
  const others = kept.filter(({ targets }) => !advised.some((step) => step.targets[0].id === targets[0].id));
  return [...running, ...uniqueOf([...advised, ...others])];
}

function advisedStep({ policy, now }: QuotaPlanInput, { facts, decision }: LimitAdvice): Step[] {
  if (decision.decision !== 'request') return [];
  const { increase, current, reasons } = decision;
  const name = facts.lookup.is === 'one' ? facts.lookup.quota.name : increase.code;
  return [
    {
      action: REQUEST_QUOTA,
      targets: [{ kind: 'quota', id: targetIdOf(increase), name }],
      goal: { desired: increase.desired },
      reason: `${name} (${increase.code}) is ${current}; asking may open a support case; ${reasons.at(-1) ?? ''}`,
      notes: { before: current, every: policy.quotas.every },
      independent: true,
      answerBy: now + ANSWER_WITHIN_MS,
    },
  ];
}

/**
 * Steps that people are being asked about, or have said yes to. Usage is of the last hour, and the answer may come when
 * the storm is over: what was asked then stands, unless something was read since that speaks against it.
 */
function askedSteps({ incident, policy }: QuotaPlanInput, advice: readonly LimitAdvice[]): Step[] {
  const { ceilings, every } = policy.quotas;
  return incident.questions.flatMap((question): Step[] => {
    const { step, answer } = question;
    const isOpen = answer === undefined || (answer.decision === 'approved' && !isOvertaken(question));
    const { id } = step.targets[0];
    const isWithin = Number(step.goal['desired']) <= (ceilings[id] ?? Number.POSITIVE_INFINITY);
    if (step.action !== REQUEST_QUOTA || !isOpen || !isWithin || isAgainst(advice, id)) return [];
    const planned = incident.plan?.steps.find((each) => stepKey(each) === question.key);
    return [{ ...step, notes: { ...planned?.notes, every } }];
  });
}

/** `ask-person` is for what could not be read, or is less in use by now. */
function isAgainst(advice: readonly LimitAdvice[], targetId: string): boolean {
  return advice.some(({ facts: { lookup }, decision }) => {
    if (lookup.is !== 'one' || targetIdOf(lookup.quota) !== targetId) return false;
    return decision.decision !== 'request' && decision.decision !== 'ask-person';
  });
}

/** Two APIs may have one quota. */
function uniqueOf(steps: readonly Step[]): Step[] {
  return steps.filter(
    ({ targets }, index) => steps.findIndex((other) => other.targets[0].id === targets[0].id) === index,
  );
}

function follow(
  { requests, policy, incident, now }: QuotaPlanInput,
  { asked }: RecordedRequest,
): { said: FollowUp; state: string } {
  const unread = unknown('not read', 'Service Quotas', now);
  const { request = unread, quota = unread } = requests.find(({ id }) => id === asked.id) ?? {};
  const said = followUp({ asked, request, quota, answerWithin: policy.quotas.answerWithin, now });
  const known = incident.plan?.keep?.['quotaRequests'];
  const before =
    typeof known === 'object' && known !== null && !Array.isArray(known) ? known[asked.id] : undefined;
  // What could not be read is no change of it.
  if (!request.known || !quota.known) return { said, state: typeof before === 'string' ? before : 'made' };
  const status = request.value === null ? 'unknown to AWS' : line(request.value.status, 40);
  const value = quota.value === null ? 'no such quota' : `value ${quota.value.value}`;
  return { said, state: `${status}, ${value}` };
}

function findingOf({ asked, name, isOurs }: RecordedRequest, { why }: FollowUp, state: string): Finding {
  const by = isOurs ? 'by Paramedic' : 'by somebody else';
  return {
    cause: `quota request ${line(asked.id)} for ${name}: ${state}`,
    confidence: 'certain',
    evidence: [
      `asked ${by} at ${isoTime(asked.at)} for ${asked.desired}, the value was ${asked.before}`,
      why,
    ],
  };
}

function endOf({ asked, name }: RecordedRequest, said: FollowUp): Outcome[] {
  if (said.do === 'wait') return [];
  const details = [`request ${line(asked.id)}: ${said.why}`];
  if (said.do === 'fixed') {
    return [{ kind: 'fixed', summary: `AWS raised ${name} from ${asked.before} to ${said.value}.`, details }];
  }
  const summary = `AWS has not raised ${name} from ${asked.before} to ${asked.desired}.`;
  return [{ kind: 'escalated', summary, details }];
}

/** A request that AWS has speaks for itself. */
function failuresOf({ incident }: QuotaPlanInput): Outcome[] {
  return incident.records
    .filter(
      ({ step, state, memory }) =>
        step.action === REQUEST_QUOTA && state === 'failed' && memory?.['requestId'] === undefined,
    )
    .map(({ step, summary = 'failed' }) => ({
      kind: 'escalated',
      summary: `AWS was not asked to raise ${step.targets[0].name}.`,
      details: [summary],
    }));
}
