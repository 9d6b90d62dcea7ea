import { SECOND_MS } from '../../shared/clock.ts';
import { isSettled } from '../../shared/incident/incident.ts';
import type { Plan, Step } from '../../shared/incident/plan.ts';
import { stepKey } from '../../shared/incident/step-key.ts';
import type { Input } from './input.ts';
import { interruptionOf } from './notice.ts';
import { lastMove } from './outcome.ts';
import { afterwards } from './plans/afterwards.ts';
import { atRisk } from './plans/at-risk.ts';
import { type Draft, headlineOf, idle, nothing } from './plans/draft.ts';
import { ended, ending } from './plans/ended.ts';
import { leaving } from './plans/leaving.ts';
import { backInService } from './plans/off.ts';
import { unreadable } from './plans/unreadable.ts';
import { hasActed, type Situation, situationOf } from './situation.ts';
import { concerned, standDownOf } from './stand-down.ts';

const RETRY_MS = 15 * SECOND_MS;
/** EC2's answer may be a moment older than its event. */
const CONFIRM_MS = 30 * SECOND_MS;

const QUIET: ReadonlySet<Situation['is']> = new Set(['ended', 'ending', 'at-risk']);

/** Facts + policy + now → plan. Total: every case of nothing to do is a plan that says why. */
export function playbook(input: Input): Plan {
  const draft = draftOf(input);
  const settled = new Set(input.incident.records.filter(isSettled).map(({ key }) => key));
  const steps = [...strayTaint(input, draft), ...draft.steps];
  // How long something was unreadable counts only while it is; everything else is remembered to the end.
  const { unread: _, ...kept } = input.incident.plan?.keep ?? {};
  return {
    ...draft,
    keep: { ...kept, ...draft.keep },
    steps: steps.filter((step) => !settled.has(stepKey(step))),
  };
}

/** Our out-of-service taint has no business on a machine that EC2 says is up, however it came to be so. */
function strayTaint(input: Input, { steps }: Draft): Step[] {
  const node = input.facts.node.known ? input.facts.node.value : null;
  const state = input.facts.instance.known ? input.facts.instance.value?.state : undefined;
  const isUp = state === 'running' || state === 'pending';
  const isStray = node?.outOfServiceFor === input.incident.id && isUp;
  if (!isStray || steps.some(({ action }) => action === 'back-in-service')) return [];
  return [backInService(input, node)];
}

function draftOf(input: Input): Draft {
  const situation = situationOf(input);
  const others = concerned(input.standDownFor, situation.is === 'at-risk');
  const isRoutine = QUIET.has(situation.is) && !hasActed(input);
  const theirs = isRoutine ? standDownOf(input.facts, others) : undefined;
  // Where somebody else looks after the node only a warning is worth a word: everything else is their routine.
  if (theirs?.is === 'yes')
    return nothing(input, { headline: headlineOf(input, 'An event about'), quiet: true }, theirs.why);
  switch (situation.is) {
    case 'leaving':
      return leaving(input, situation.notice, situation.held);
    case 'ended':
      return ended(input, situation);
    case 'ending':
      return ending(input, situation);
    case 'at-risk':
      return atRisk(input, situation.since);
    case 'unread':
      return unreadable(
        input,
        { headline: headlineOf(input, 'An event about'), findings: [] },
        'AWS',
        situation.why,
      );
    case 'nothing':
      return unconfirmed(input, situation.why);
  }
}

function unconfirmed(input: Input, why: string): Draft {
  if (lastMove(input.incident) !== undefined) return afterwards(input);
  const { incident, now } = input;
  // A warning that came too late is worth a word: the lane may be slow.
  const isWarned = interruptionOf(incident, input.policy) !== undefined;
  const about = { headline: headlineOf(input, 'An event about'), ...(!isWarned && { quiet: true as const }) };
  const received = Math.max(
    ...incident.signals.map(({ receivedAt, occurredAt }) => receivedAt ?? occurredAt),
  );
  const isNew = incident.signals.some(({ kind }) => kind === 'state-change') && now < received + CONFIRM_MS;
  if (isNew) return idle(input, about, why, { do: 'wait', at: now + RETRY_MS, why });
  return nothing(input, about, why);
}
