import { type EpochMs, HOUR_MS, humanDuration, isoTime, MINUTE_MS } from '../../../shared/clock.ts';
import type { StepRecord } from '../../../shared/incident/incident.ts';
import type { Finding, Plan, PlanEnd, Step } from '../../../shared/incident/plan.ts';
import { isOvertaken } from '../../../shared/incident/questions.ts';
import type { StepBack } from '../decide/decision.ts';
import { type StepBackInput, stepBack } from '../decide/step-back.ts';
import type { Input } from '../input.ts';
import { stepBackInput } from '../looks.ts';
import { isSame } from '../performance.ts';
import { PERSON } from '../told/headline.ts';
import { pricedAs } from '../told/reasons.ts';
import { whereLines, whoseVolume } from '../told/where.ts';
import type { Performance } from '../volume.ts';
import { afterLowering } from './after-lowering.ts';
import { loweringRecords, type Proposed, proposeChange, shown } from './change-step.ts';
import { mayBeSent } from './sent.ts';

const EXPIRY_MS = 10 * MINUTE_MS;
const NONE: Proposed = { steps: [], reasons: [] };

/** Facts + policy + now → the plan of an incident that only gives back. Total. */
export function stepBackPlan(input: Input): Plan {
  const { facts, policy, incident, now } = input;
  const { longUse } = facts;
  const about = longUse && stepBackInput({ facts, policy, now }, longUse, incident.cluster.region);
  const decision = about === undefined ? nothingToSay(input) : stepBack(about);
  const proposed = about === undefined ? NONE : proposedFor(input, about, decision);
  const subject = facts.volume.known ? facts.volume.value.id : incident.subject.id;
  const whose = whoseVolume(facts);
  const why = 'why' in decision ? [decision.why] : [];
  const isLowered = decision.decision === 'lower';
  const reasons = isLowered ? pricedAs(decision, proposed.steps) : decision.reasons;
  const next = afterLowering(input, decision, proposed);
  return {
    headline: `EBS volume ${subject} was raised and has more than it uses: ${whose === undefined ? '' : `${whose}, `}cluster ${incident.cluster.name}; ${needOf(next, proposed)}`,
    severity: 'info',
    findings: about === undefined ? [] : [findingOf(about, whereLines(facts))],
    steps: proposed.steps,
    reasons: [...why, ...reasons, ...proposed.reasons],
    next,
    expiresAt: now + EXPIRY_MS,
    staysOpen: true,
  };
}

/** Whether anybody is needed. */
function needOf(next: PlanEnd, { steps }: Proposed): string {
  if (next.do === 'close' && next.outcome.kind === 'escalated') return PERSON;
  if (next.do === 'close' && next.outcome.kind === 'fixed') return 'it was stepped back';
  return steps.length > 0 ? 'one change is planned' : 'nobody is needed';
}

/** One that EC2, or the driver, was asked for is followed to its end, whatever came since: nobody can call it back. */
export function sentLowering(input: Pick<Input, 'incident'>): StepRecord | undefined {
  return loweringRecords(input).find(
    ({ state, memory }) => state === 'running' && memory?.['sentAt'] !== undefined,
  );
}

function nothingToSay({ facts: { volume, changes } }: Input): StepBack {
  const unread = [volume, changes].flatMap((fact) => (fact.known ? [] : [`${fact.source}: ${fact.why}`]));
  const why = unread[0] ?? 'there is nothing that Paramedic gave it, as far as can be told';
  return { decision: 'nothing', why, reasons: [] };
}

/** What is under way goes on as it was begun; what ended, however it did, ends it for this incident. */
function proposedFor(input: Input, about: StepBackInput, decision: StepBack): Proposed {
  const records = loweringRecords(input);
  const running = records.find(({ state }) => state === 'running');
  if (running !== undefined) {
    // An incident about its instance makes it unknown whether it is quiet: what was not asked for yet is left.
    const goesOn = about.quietSince.known || mayBeSent(input, running);
    return goesOn ? { steps: [running.step], reasons: [] } : NONE;
  }
  const isClosed = records.some(({ state }) => state !== 'superseded');
  if (decision.decision !== 'lower' || isClosed) return NONE;
  const { from } = decision;
  const change = { ...decision, reasons: [quietFor(about)] };
  const isLess = (made: Performance) =>
    made.iops <= from.iops && made.throughputMib <= from.throughputMib && !isSame(from, made);
  const { steps, reasons } = proposeChange(input, change, about, isLess);
  return { steps: steps.map((step) => askedBefore(input, step) ?? step), reasons };
}

/**
 * Its use changes a little from hour to hour: a question stands as long as its goal leaves enough. Only of the volume
 * itself: a class that was asked about may be gone, and the claim may name another.
 */
function askedBefore({ incident }: Input, step: Step): Step | undefined {
  if (step.action !== 'modify-volume') return undefined;
  const { from, to } = performancesOf(step);
  const asked = incident.questions.filter((question) => question.step.action === step.action);
  return asked.findLast((question) => {
    const before = performancesOf(question.step);
    if (isOvertaken(question) || !isSame(before.from, from)) return false;
    return before.to.iops >= to.iops && before.to.throughputMib >= to.throughputMib;
  })?.step;
}

function performancesOf({ goal }: Step): Record<'from' | 'to', Performance> {
  return goal as unknown as Record<'from' | 'to', Performance>;
}

function findingOf({ current, original, p99, ...about }: StepBackInput, where: readonly string[]): Finding {
  const used = p99.known
    ? `99 of 100 hours used at most ${Math.ceil(p99.value.iops)} IOPS and ${Math.ceil(p99.value.throughputMib)} MiB/s in any minute`
    : `its use is unknown: ${p99.why}`;
  return {
    cause: 'it has more than it needs now: Paramedic raised it',
    confidence: p99.known ? 'likely' : 'possible',
    evidence: [...where, `${shown(original)} before, ${shown(current)} now`, quietFor(about), used],
  };
}

function quietFor({ quietSince, now }: Pick<StepBackInput, 'quietSince' | 'now'>): string {
  if (!quietSince.known) return `since when it is quiet is unknown: ${quietSince.why}`;
  return `short of nothing since ${isoTime(quietSince.value)}, for ${daysOf(now - quietSince.value)}`;
}

function daysOf(ms: EpochMs): string {
  const days = Math.floor(ms / (24 * HOUR_MS));
  return days < 2 ? humanDuration(ms) : `${days} days`;
}
