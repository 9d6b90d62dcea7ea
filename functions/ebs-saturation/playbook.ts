import { type EpochMs, humanDuration, isoTime, MINUTE_MS } from '../../shared/clock.ts';
import type { Outcome, OutcomeKind, Plan, PlanEnd, Severity } from '../../shared/incident/plan.ts';
import { decideModification } from './decide/decide.ts';
import type { Decision } from './decide/decision.ts';
import { learnedText } from './decide/learned.ts';
import { diagnose } from './diagnose/index.ts';
import type { Diagnosis } from './diagnose/types.ts';
import type { Input } from './input.ts';
import { decisionInput, diagnosisInput, performanceIn, shortageOf } from './looks.ts';
import { afterChange } from './plans/after.ts';
import { changeRecords, changeSteps, loweringRecords, type Proposed } from './plans/change-step.ts';
import { isLesson } from './plans/lessons.ts';
import { sentLowering, stepBackPlan } from './plans/step-back.ts';
import { templateFindings } from './plans/template.ts';
import { isSteppingBack, standingOf } from './standing.ts';
import { headlineOf } from './told/headline.ts';
import { findingsOf } from './told/index.ts';
import { reasonsOf } from './told/reasons.ts';
import { isDoubtful, volumeLines } from './told/volumes.ts';
import { whereLines } from './told/where.ts';
import { chartsOf } from './told/widget.ts';

const LOOK_EVERY_MS = 5 * MINUTE_MS;
const EXPIRY_MS = 10 * MINUTE_MS;
/** An alarm that comes and goes is not over when it goes. */
const RECOVERS_AFTER_MS = 10 * MINUTE_MS;
const NO_DATA_UNTIL_MS = 60 * MINUTE_MS;

/** Facts + policy + now → plan. Total. */
export function playbook(input: Input): Plan {
  const { incident, now } = input;
  if (isSteppingBack(incident.signals)) return stepBackPlan(input);
  const look = diagnosisInput(input);
  const diagnosis = diagnose(look);
  const { decision, proposed } = decided(input, diagnosis);
  const findings = findingsOf(diagnosis, look, aroundOf(input, diagnosis));
  const cause = findings[0]?.cause ?? `${incident.subject.id} is saturated`;
  return {
    ...headlineOf(input, cause, { diagnosis, decision, proposed }),
    severity: severityOf(diagnosis, input),
    findings: [...findings, ...templateFindings(input, diagnosis)],
    steps: proposed.steps,
    charts: chartsOf(input),
    reasons: [
      ...(decision === undefined ? [] : reasonsOf(decision)),
      ...learnedIn(input),
      ...proposed.reasons,
    ],
    next: nextOf(input),
    expiresAt: now + EXPIRY_MS,
    staysOpen: true,
  };
}

/** What stands around the figures: whose volume it is, and the others of its instance. */
function aroundOf(input: Input, { causes }: Diagnosis) {
  const isLimit = causes.some(({ name }) => name === 'instance-limit' || name === 'instance-burst');
  return {
    where: whereLines(
      input.facts,
      causes.some(({ name }) => name === 'noisy-neighbour'),
    ),
    volumes: volumeLines(input, isLimit),
  };
}

function decided(input: Input, diagnosis: Diagnosis): { decision?: Decision; proposed: Proposed } {
  const sent = sentLowering(input);
  if (sent !== undefined) return { proposed: { steps: [sent.step], reasons: ['it was being stepped back'] } };
  const running = changeRecords(input).find(({ state }) => state === 'running');
  const kept = { steps: running === undefined ? [] : [running.step], reasons: [] };
  const short = shortageOf(diagnosis);
  if (short === undefined) return { proposed: kept };
  const about = decisionInput(input, short);
  if (about === undefined) return { proposed: kept };
  const decision = decideModification(about);
  const { firing } = standingOf(input.incident.signals);
  if (firing.length === 0) {
    return { decision, proposed: { ...kept, reasons: ['no alarm is in ALARM now: nothing is changed'] } };
  }
  return { decision, proposed: changeSteps(input, decision, about) };
}

function learnedIn({ facts, policy }: Input): string[] {
  const current = performanceIn(facts);
  return current.known ? learnedText(policy.changes, facts.maxima, current.value) : [];
}

/** One volume that is well says nothing of the others, where the alarm is on their instance. */
function severityOf({ causes: [{ name }] }: Diagnosis, input: Input): Severity {
  if (name === 'stalled-io') return 'critical';
  return name === 'nothing-wrong' && !isDoubtful(input) ? 'info' : 'warning';
}

function nextOf(input: Input): PlanEnd {
  const { incident, now } = input;
  const done = changeRecords(input).find(({ state }) => state === 'done');
  if (done !== undefined) return afterChange(input, done);
  const { firing, clearSince, isUnclear } = standingOf(incident.signals);
  if (clearSince !== null && now >= clearSince + RECOVERS_AFTER_MS) return over(input, clearSince);
  if (isUnclear && now >= incident.openedAt + NO_DATA_UNTIL_MS) {
    const summary =
      'The alarm has no data any more: the volume may be detached, or gone. Nothing was changed.';
    return { do: 'close', outcome: { kind: 'escalated', summary, details: [] } };
  }
  const why = firing.length > 0 ? `in ALARM: ${firing.join(', ')}` : 'the alarm has to stay clear';
  const at = clearSince === null ? now + LOOK_EVERY_MS : clearSince + RECOVERS_AFTER_MS;
  return { do: 'wait', at: Math.max(now + MINUTE_MS, Math.min(at, now + LOOK_EVERY_MS)), why };
}

const ENDINGS: readonly [string, OutcomeKind][] = [
  ['failed', 'escalated'],
  ['denied', 'denied'],
  ['expired', 'expired'],
  ['refused', 'refused'],
  ['observed', 'observed'],
];

function over(input: Input, since: EpochMs): PlanEnd {
  const all = changeRecords(input);
  // What came of the smaller step is what came of it.
  const later = all.filter((record) => !isLesson(record));
  const records = later.length > 0 ? later : all;
  const ended = ENDINGS.find(([state]) => records.some((record) => record.state === state));
  const last = records.at(-1) ?? loweringRecords(input).findLast(({ ran }) => ran === true);
  const done =
    last === undefined ? 'Nothing was changed.' : `${last.step.action}: ${last.summary ?? last.decision}.`;
  const outcome: Outcome = {
    kind: ended?.[1] ?? 'ignored',
    summary: `The alarm is clear since ${isoTime(since)}, for ${humanDuration(input.now - since)}. ${done}`,
    details: [],
  };
  return { do: 'close', outcome };
}
