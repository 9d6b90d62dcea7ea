import { MINUTE_MS } from '../../shared/clock.ts';
import type { Finding, Plan, Severity } from '../../shared/incident/plan.ts';
import { decideModification } from './decide/decide.ts';
import type { Decision } from './decide/decision.ts';
import { learnedText } from './decide/learned.ts';
import { diagnose } from './diagnose/index.ts';
import type { Diagnosis } from './diagnose/types.ts';
import type { Input } from './input.ts';
import { decisionInput, diagnosisInput, performanceIn, shortageOf } from './looks.ts';
import { changeRecords, changeSteps, type Proposed } from './plans/change-step.ts';
import { endOf } from './plans/ending.ts';
import { keptOf } from './plans/kept.ts';
import { outlived } from './plans/outlived.ts';
import { mayBeSent } from './plans/sent.ts';
import { sentLowering, stepBackPlan } from './plans/step-back.ts';
import { templateFindings } from './plans/template.ts';
import { isSteppingBack, standingIn } from './standing.ts';
import { standingLines } from './told/alarms.ts';
import { type Told, toldOf } from './told/before.ts';
import { headlineOf } from './told/headline.ts';
import { findingsOf } from './told/index.ts';
import { reasonsOf } from './told/reasons.ts';
import { isDoubtful, volumeLines } from './told/volumes.ts';
import { whereLines } from './told/where.ts';
import { chartsOf } from './told/widget.ts';

const EXPIRY_MS = 10 * MINUTE_MS;

/** Facts + policy + now → plan. Total. */
export function playbook(input: Input): Plan {
  const { incident, now } = input;
  if (isSteppingBack(incident.signals)) return stepBackPlan(input);
  const look = diagnosisInput(input);
  const diagnosis = diagnose(look);
  const { decision, proposed } = decided(input, diagnosis);
  const findings = findingsIn(input, { diagnosis, look, lines: [] });
  const cause = findings[0]?.cause ?? `${incident.subject.id} is saturated`;
  const planned = endOf(input, diagnosis);
  const end = planned.do === 'wait' ? outlived(input) : undefined;
  const next = end ?? planned;
  return {
    ...headlineOf(input, cause, { diagnosis, decision, proposed, next }),
    severity: severityOf(diagnosis, input),
    findings: [...findings, ...templateFindings(input, diagnosis)],
    // What has outlived its time is over, whatever could still be done.
    steps: end === undefined ? proposed.steps : [],
    charts: chartsOf(input),
    reasons: reasonsIn(input, decision, proposed),
    ...keptOf(input, diagnosis),
    next,
    expiresAt: now + EXPIRY_MS,
    staysOpen: true,
  };
}

function findingsIn(input: Input, now: Told): Finding[] {
  const told = toldOf(input, now);
  return findingsOf(told.diagnosis, told.look, { ...aroundOf(input, told), now: now.look });
}

/** Whose volume it is, and the others of its instance. */
function aroundOf(input: Input, { diagnosis: { causes }, lines }: Told) {
  const isLimit = causes.some(({ name }) => name === 'instance-limit' || name === 'instance-burst');
  return {
    where: [
      ...whereLines(
        input.facts,
        causes.some(({ name }) => name === 'noisy-neighbour'),
      ),
      ...lines,
    ],
    volumes: volumeLines(input, isLimit),
  };
}

function decided(input: Input, diagnosis: Diagnosis): { decision?: Decision; proposed: Proposed } {
  const sent = sentLowering(input);
  if (sent !== undefined) return { proposed: { steps: [sent.step], reasons: ['it was being stepped back'] } };
  const { firing } = standingIn(input);
  const running = changeRecords(input).find(({ state }) => state === 'running');
  const goesOn = running !== undefined && (firing.length > 0 || mayBeSent(input, running));
  const kept = { steps: goesOn ? [running.step] : [], reasons: [] };
  const short = shortageOf(diagnosis);
  if (short === undefined) return { proposed: kept };
  const about = decisionInput(input, short);
  if (about === undefined) return { proposed: kept };
  const decision = decideModification(about);
  if (firing.length === 0) {
    const reasons = goesOn ? [] : ['no alarm is in ALARM now: nothing is changed'];
    return { decision, proposed: { ...kept, reasons } };
  }
  return { decision, proposed: changeSteps(input, decision, about) };
}

function reasonsIn(input: Input, decision: Decision | undefined, { steps, reasons }: Proposed): string[] {
  const decided = decision === undefined ? [] : reasonsOf(decision, steps);
  return [...decided, ...learnedIn(input), ...reasons, ...standingLines(input)];
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
