import { SECOND_MS } from '../../shared/clock.ts';
import type { Plan, Step } from '../../shared/incident/plan.ts';
import { stepKey } from '../../shared/incident/step-key.ts';
import type { Input } from './input.ts';
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
  const settled = new Set(
    input.incident.records.filter((record) => record.state !== 'running').map((record) => record.key),
  );
  const steps = [...strayTaint(input, draft), ...draft.steps];
  return { ...draft, steps: steps.filter((step) => !settled.has(stepKey(step))) };
}

/** Our out-of-service taint has no business on a machine that is not off, however it came to be so. */
function strayTaint(input: Input, { steps }: Draft): Step[] {
  const node = input.facts.node.known ? input.facts.node.value : null;
  const isStray = node?.outOfServiceFor === input.incident.id && situationOf(input).is !== 'ended';
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
  const about = { headline: headlineOf(input, 'An event about'), quiet: true as const };
  const received = Math.max(
    ...incident.signals.map(({ receivedAt, occurredAt }) => receivedAt ?? occurredAt),
  );
  const isNew = incident.signals.some(({ kind }) => kind === 'state-change') && now < received + CONFIRM_MS;
  if (isNew) return idle(input, about, why, { do: 'wait', at: now + RETRY_MS, why });
  return nothing(input, about, why);
}
