import { type EpochMs, humanDuration, isoTime, MINUTE_MS } from '../../shared/clock.ts';
import type { Outcome, OutcomeKind, Plan, PlanEnd, Severity } from '../../shared/incident/plan.ts';
import { decideModification } from './decide/decide.ts';
import type { Decision } from './decide/decision.ts';
import { diagnose } from './diagnose/index.ts';
import type { Diagnosis } from './diagnose/types.ts';
import type { Input } from './input.ts';
import { decisionInput, diagnosisInput, shortageOf } from './looks.ts';
import { afterChange } from './plans/after.ts';
import { changeRecords, changeSteps, loweringRecords, type Proposed } from './plans/change-step.ts';
import { outlived } from './plans/outlived.ts';
import { sentLowering, stepBackPlan } from './plans/step-back.ts';
import { templateFindings } from './plans/template.ts';
import { isSteppingBack, standingIn } from './standing.ts';
import { deletedText, standingLines } from './told/alarms.ts';
import { findingsOf } from './told/index.ts';

const LOOK_EVERY_MS = 5 * MINUTE_MS;
const EXPIRY_MS = 10 * MINUTE_MS;
/** An alarm that comes and goes is not over when it goes. */
const RECOVERS_AFTER_MS = 10 * MINUTE_MS;
const NO_DATA_UNTIL_MS = 60 * MINUTE_MS;

/** Facts + policy + now → plan. Total. */
export function playbook(input: Input): Plan {
  const { facts, incident, now } = input;
  if (isSteppingBack(incident.signals)) return stepBackPlan(input);
  const look = diagnosisInput(input);
  const diagnosis = diagnose(look);
  const { decision, proposed } = decided(input, diagnosis);
  const next = nextOf(input);
  const end = next.do === 'wait' ? outlived(input) : undefined;
  const subject = facts.volume.known ? facts.volume.value.id : incident.subject.id;
  return {
    headline: `EBS volume ${subject} in cluster ${incident.cluster.name}: ${findingsOf(diagnosis, look)[0]?.cause ?? 'saturated'}`,
    severity: severityOf(diagnosis),
    findings: [...findingsOf(diagnosis, look), ...templateFindings(input, diagnosis)],
    // What has outlived its time is over, whatever could still be done.
    steps: end === undefined ? proposed.steps : [],
    reasons: [
      ...(decision === undefined ? [] : reasonsOf(decision)),
      ...proposed.reasons,
      ...standingLines(input),
    ],
    next: end ?? next,
    expiresAt: now + EXPIRY_MS,
    staysOpen: true,
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
  const { firing } = standingIn(input);
  if (firing.length === 0) {
    return { decision, proposed: { ...kept, reasons: ['no alarm is in ALARM now: nothing is changed'] } };
  }
  return { decision, proposed: changeSteps(input, decision, about) };
}

function reasonsOf(decision: Decision): string[] {
  const why = 'why' in decision ? [`${decision.decision}: ${decision.why}`] : [];
  const not = decision.decision === 'modify' ? decision.wouldNotHelp : [];
  return [...why, ...decision.reasons, ...not.map((each) => `would not help: ${each}`)];
}

function severityOf({ causes: [{ name }] }: Diagnosis): Severity {
  if (name === 'stalled-io') return 'critical';
  return name === 'nothing-wrong' ? 'info' : 'warning';
}

function nextOf(input: Input): PlanEnd {
  const { incident, now } = input;
  const done = changeRecords(input).find(({ state }) => state === 'done');
  if (done !== undefined) return afterChange(input, done);
  const { firing, clearSince, isUnclear } = standingIn(input);
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
  const records = changeRecords(input);
  const deleted = deletedText(standingIn(input).deleted);
  const ended = ENDINGS.find(([state]) => records.some((record) => record.state === state));
  const last = records.at(-1) ?? loweringRecords(input).findLast(({ ran }) => ran === true);
  const done =
    last === undefined ? 'Nothing was changed.' : `${last.step.action}: ${last.summary ?? last.decision}.`;
  const outcome: Outcome = {
    kind: ended?.[1] ?? 'ignored',
    summary: `${deleted ?? `The alarm is clear since ${isoTime(since)}, for ${humanDuration(input.now - since)}`}. ${done}`,
    details: [],
  };
  return { do: 'close', outcome };
}
