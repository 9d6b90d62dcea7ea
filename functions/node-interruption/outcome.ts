import { type EpochMs, humanDuration, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import type { Incident, StepRecord } from '../../shared/incident/incident.ts';
import type { Outcome, PlanEnd } from '../../shared/incident/plan.ts';
import { outcomeWithoutAction } from '../../shared/pipeline/settle.ts';
import { isRaise } from './actions/add-capacity.ts';
import { hasMoved, lostPods } from './elsewhere.ts';
import type { Input } from './input.ts';
import { firstFew, type PodNote, podName } from './pods.ts';

const LOOK_AGAIN_MS = 5 * SECOND_MS;
const LOOK_AGAIN_LATER_MS = 20 * SECOND_MS;
/** Replacements usually come up within this; later looks may be further apart. */
const CLOSE_LOOK_MS = 2 * MINUTE_MS;

/**
 * What follows once no step is left: verify elsewhere, look again, or close with what is true. `nothingMoved` is
 * how it ends when no pod was moved and none was lost.
 */
export function afterSteps(input: Input, nothingMoved: () => Outcome): PlanEnd {
  const move = lastMove(input.incident);
  const endedAt = movedAt(input, move);
  if (endedAt === undefined) return { do: 'close', outcome: nothingMoved() };
  const verifyUntil = endedAt + input.policy.verify.within;
  const state = stateOf(input);
  if (state.isSettled || input.now >= verifyUntil) {
    return { do: 'close', outcome: move === undefined ? afterLoss(input, endedAt) : outcomeOf(input, move) };
  }
  const pause = input.now < endedAt + CLOSE_LOOK_MS ? LOOK_AGAIN_MS : LOOK_AGAIN_LATER_MS;
  return { do: 'wait', at: Math.min(input.now + pause, verifyUntil), why: state.waitingFor };
}

export function lastMove(incident: Incident): StepRecord | undefined {
  return incident.records.findLast(hasMoved);
}

/** A step whose run died never got its end: its time was over at the latest when its goal says. */
function movedAt({ incident, now }: Input, move: StepRecord | undefined): EpochMs | undefined {
  if (move === undefined) return lostPods(incident)?.since;
  const until = Number(move.step.goal['until'] ?? now);
  return move.endedAt ?? Math.min(now, until);
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

const LETTING_GO = ['complete-hook', 'hold-hook', 'release', 'uncordon', 'back-in-service'];

/** What we hold and could not let go, in words; often a missing tag on the group, on which the role depends. */
export function failedToLetGo({ records }: Incident): string[] {
  return records
    .filter(({ step, state }) => LETTING_GO.includes(step.action) && state === 'failed')
    .map(({ step, summary }) => `${step.action} failed: ${summary ?? ''}`);
}

/** No pod was moved: a step failed or was refused before, or there was nothing to move. */
export function withoutMoves({ incident }: Input, otherwise: () => string): Outcome {
  const failed = incident.records.find((record) => record.state === 'failed');
  const refused = incident.records.find((record) => record.state === 'refused');
  const details = recordLines(incident);
  if (failed !== undefined) {
    const summary = `${failed.step.action} did not work; pods were not moved.`;
    return { kind: 'escalated', summary, details };
  }
  if (refused !== undefined) {
    const summary = `${refused.step.action} was refused: ${refused.summary ?? refused.decision}.`;
    return { kind: 'refused', summary, details };
  }
  if (isLetGo(incident))
    return { kind: 'fixed', summary: 'No pod had to move; the node was let go.', details };
  // Answered one after the other, the questions may all be gone from the plan before the last no.
  const isLeft = incident.records.some(({ state }) => state === 'denied' || state === 'expired');
  if (isLeft && !incident.records.some(({ ran }) => ran === true))
    return outcomeWithoutAction(incident.records);
  return { kind: 'mitigated', summary: otherwise(), details };
}

/** We ourselves let the instance go: what held it was released. */
export function isLetGo({ records }: Incident): boolean {
  return records.some(
    ({ step, state }) => ['complete-hook', 'release'].includes(step.action) && state === 'done',
  );
}

/** The instance went before anything could be done; Kubernetes alone replaced its pods, or did not. */
function afterLoss({ facts, incident, now }: Input, since: EpochMs): Outcome {
  const details = recordLines(incident);
  const after = humanDuration(now - since);
  if (!facts.elsewhere.known) {
    const summary = 'Pods went down with their instance; whether they are Ready elsewhere could not be read.';
    return { kind: 'escalated', summary, details: [...details, facts.elsewhere.why] };
  }
  const { expected, ready, pending } = facts.elsewhere.value;
  const summary = `${ready} of ${expected} pods that went down with their instance are Ready elsewhere after ${after}`;
  if (ready >= expected) return { kind: 'ignored', summary: `${summary}, by Kubernetes alone.`, details };
  return {
    kind: 'escalated',
    summary: `${summary}.`,
    details: [...details, ...pending.map((line) => `pending ${line}`)],
  };
}

function outcomeOf(input: Input, move: StepRecord): Outcome {
  const { facts, incident, now } = input;
  const took = `${move.step.action} took ${humanDuration((move.endedAt ?? now) - move.startedAt)}`;
  const details = recordLines(incident);
  const stuck = blockedPods(incident);
  const bare = notedPods(move).filter((pod) => pod.ownerUid === null);
  if (bare.length > 0)
    details.push(`without a controller, gone for good: ${firstFew(bare.map(podName)).join(', ')}`);
  if (!facts.elsewhere.known) {
    const summary = `Pods were moved, ${took}; whether they are Ready elsewhere could not be read.`;
    return { kind: 'escalated', summary, details: [...details, facts.elsewhere.why] };
  }
  const { expected, ready, pending } = facts.elsewhere.value;
  const counts = `${ready} of ${expected} pods Ready elsewhere, ${took}`;
  const missing = ready < expected ? pending.map((line) => `pending ${line}`) : [];
  const notLetGo = failedToLetGo(incident);
  const raised = openRaise(incident) === undefined ? [] : recordLines(incident).slice(-1);
  const problems = [...stuck, ...missing, ...notLetGo, ...raised];
  if (problems.length === 0 && ready >= expected && move.state !== 'failed') {
    return { kind: 'fixed', summary: `${counts}.`, details };
  }
  const needsPeople = (ready === 0 && expected > 0) || move.state === 'failed' || notLetGo.length > 0;
  const kind = needsPeople ? 'escalated' : 'mitigated';
  return {
    kind,
    summary: `${counts}; ${notLetGo[0] ?? (ready < expected ? `${expected - ready} not Ready elsewhere` : (raised[0] ?? 'pods are left'))}.`,
    details: [...details, ...problems],
  };
}

function notedPods(move: StepRecord): PodNote[] {
  return (move.step.notes?.['pods'] ?? []) as unknown as PodNote[];
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

export function recordLines(incident: Incident): string[] {
  const lines = incident.records.map(
    ({ step, state, summary, decision }) => `${step.action}: ${state}: ${summary ?? decision}`,
  );
  const raise = openRaise(incident);
  if (raise === undefined) return lines;
  const { targets, goal } = raise.step;
  return [
    ...lines,
    `group ${targets[0].name} stays at a desired capacity of ${goal['desired']}, one more than before`,
  ];
}

/** A raised capacity that no release has made good and nobody took back. */
export function openRaise({ records }: Incident): StepRecord | undefined {
  const isReleased = records.some(({ step, state }) => step.action === 'release' && state === 'done');
  if (isReleased) return undefined;
  return records.find(
    ({ step, memory }) =>
      step.action === 'add-capacity' &&
      isRaise(step) &&
      memory?.['raised'] === true &&
      memory['takenBack'] !== true,
  );
}
