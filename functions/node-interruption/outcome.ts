import { humanDuration, SECOND_MS } from '../../shared/clock.ts';
import type { Incident, StepRecord } from '../../shared/incident/incident.ts';
import type { Outcome, PlanEnd } from '../../shared/incident/plan.ts';
import { hasDrained } from './elsewhere.ts';
import type { Input } from './input.ts';
import type { Notice } from './notice.ts';
import { firstFew, type PodNote, podName } from './pods.ts';

const LOOK_AGAIN_MS = 5 * SECOND_MS;
const LOOK_AGAIN_LATER_MS = 20 * SECOND_MS;

/** What follows once no step is left: verify elsewhere, look again, or close with what is true. */
export function afterSteps(input: Input, notice: Notice): PlanEnd {
  const failed = input.incident.records.find((record) => record.state === 'failed');
  const stopped = input.incident.records.find((record) => record.state === 'refused');
  const drain = drainOf(input.incident);
  if (drain === undefined) return { do: 'close', outcome: withoutDrain(input, notice, failed ?? stopped) };
  // A drain whose run died never got its end: its time was over at the latest when evictions had to stop.
  const endedAt = drain.endedAt ?? Math.min(input.now, notice.evictUntil);
  const verifyUntil = endedAt + input.policy.verify.within;
  const state = stateOf(input);
  if (state.isSettled || input.now >= verifyUntil) return { do: 'close', outcome: outcomeOf(input, drain) };
  const pause = input.now < notice.deadline ? LOOK_AGAIN_MS : LOOK_AGAIN_LATER_MS;
  return { do: 'wait', at: Math.min(input.now + pause, verifyUntil), why: state.waitingFor };
}

function drainOf(incident: Incident): StepRecord | undefined {
  return incident.records.findLast(hasDrained);
}

interface VerifyState {
  isSettled: boolean;
  waitingFor: string;
}

/** Settled when every pod with a controller is Ready elsewhere and none is left that was not asked to go. */
function stateOf({ facts }: Input): VerifyState {
  if (!facts.elsewhere.known)
    return { isSettled: false, waitingFor: `verification unknown: ${facts.elsewhere.why}` };
  const { ready, expected } = facts.elsewhere.value;
  const staying = facts.pods.known ? facts.pods.value.evictable.filter((pod) => !pod.terminating) : [];
  const left = staying.length;
  const isSettled = ready >= expected && facts.pods.known && left === 0;
  return { isSettled, waitingFor: `${ready} of ${expected} pods Ready elsewhere, ${left} still on the node` };
}

function withoutDrain({ incident }: Input, notice: Notice, problem: StepRecord | undefined): Outcome {
  if (problem?.state === 'refused') {
    const summary = `${problem.step.action} was refused: ${problem.summary ?? problem.decision}.`;
    return { kind: 'refused', summary, details: recordLines(incident) };
  }
  if (problem !== undefined) {
    const summary = `${problem.step.action} did not work; pods were not moved.`;
    return { kind: 'escalated', summary, details: recordLines(incident) };
  }
  const details = recordLines(incident);
  const left = humanDuration(
    Math.max(0, notice.deadline - (incident.records[0]?.startedAt ?? notice.deadline)),
  );
  return { kind: 'mitigated', summary: `Node cordoned with ${left} left; no pod was moved.`, details };
}

function outcomeOf(input: Input, drain: StepRecord): Outcome {
  const { facts, incident, now } = input;
  const took = humanDuration((drain.endedAt ?? now) - drain.startedAt);
  const details = recordLines(incident);
  const stuck = blockedPods(incident);
  const bare = notedPods(drain).filter((pod) => pod.ownerUid === null);
  if (bare.length > 0)
    details.push(`without a controller, gone for good: ${firstFew(bare.map(podName)).join(', ')}`);
  if (!facts.elsewhere.known) {
    const summary = `Pods were drained in ${took}; whether they are Ready elsewhere could not be read.`;
    return { kind: 'escalated', summary, details: [...details, facts.elsewhere.why] };
  }
  const { expected, ready, pending } = facts.elsewhere.value;
  const counts = `${ready} of ${expected} pods Ready elsewhere, drain took ${took}`;
  const missing = ready < expected ? pending.map((line) => `pending ${line}`) : [];
  const problems = [...stuck, ...missing];
  if (problems.length === 0 && ready >= expected && drain.state !== 'failed') {
    return { kind: 'fixed', summary: `${counts}.`, details };
  }
  const needsPeople = (ready === 0 && expected > 0) || drain.state === 'failed';
  const kind = needsPeople ? 'escalated' : 'mitigated';
  return {
    kind,
    summary: `${counts}; ${expected - ready} not Ready elsewhere.`,
    details: [...details, ...problems],
  };
}

function notedPods(drain: StepRecord): PodNote[] {
  return (drain.step.notes?.['pods'] ?? []) as unknown as PodNote[];
}

/** What the last rung that ran could not move, named with the budget that held it. */
export function blockedPods(incident: Incident): string[] {
  const rungs = ['drain', 'delete-not-ready', 'force-delete'];
  const last = incident.records.findLast(
    ({ step, memory }) => rungs.includes(step.action) && memory !== undefined,
  );
  const blocked = last?.memory?.['blocked'];
  return Array.isArray(blocked) ? blocked.map((line) => `blocked ${String(line)}`) : [];
}

function recordLines(incident: Incident): string[] {
  return incident.records.map(
    ({ step, state, summary, decision }) => `${step.action}: ${state}: ${summary ?? decision}`,
  );
}
