import { type EpochMs, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import type { Plan } from '../../shared/incident/plan.ts';
import { stepKey } from '../../shared/incident/step-key.ts';
import type { Input } from './input.ts';
import { lastMove } from './outcome.ts';
import { afterwards } from './plans/afterwards.ts';
import { atRisk } from './plans/at-risk.ts';
import { type Draft, headlineOf, idle, nothing } from './plans/draft.ts';
import { ended, ending } from './plans/ended.ts';
import { leaving } from './plans/leaving.ts';
import { hasActed, type Situation, situationOf } from './situation.ts';
import { standDownOf } from './stand-down.ts';

const RETRY_MS = 15 * SECOND_MS;
/** What cannot be read for so long is a person's. */
const UNREAD_MS = 10 * MINUTE_MS;
/** EC2's answer may be a moment older than its event. */
const CONFIRM_MS = 30 * SECOND_MS;

const QUIET: ReadonlySet<Situation['is']> = new Set(['ended', 'ending', 'at-risk']);

/** Facts + policy + now → plan. Total: every case of nothing to do is a plan that says why. */
export function playbook(input: Input): Plan {
  const draft = draftOf(input);
  const settled = new Set(
    input.incident.records.filter((record) => record.state !== 'running').map((record) => record.key),
  );
  return { ...draft, steps: draft.steps.filter((step) => !settled.has(stepKey(step))) };
}

function draftOf(input: Input): Draft {
  const situation = situationOf(input);
  const theirs =
    QUIET.has(situation.is) && !hasActed(input) ? standDownOf(input.facts, input.standDownFor) : undefined;
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
      return unread(input, situation.why, situation.since);
    case 'nothing':
      return unconfirmed(input, situation.why);
  }
}

function unread(input: Input, reason: string, since: EpochMs): Draft {
  if (lastMove(input.incident) !== undefined) return afterwards(input);
  const about = { headline: headlineOf(input, 'An event about') };
  const why = `AWS cannot be read: ${reason}`;
  if (input.now < since + UNREAD_MS) {
    return idle(input, about, why, { do: 'wait', at: input.now + RETRY_MS, why });
  }
  const summary = `AWS could not be read for ${UNREAD_MS / MINUTE_MS} minutes: whether the node is going is not known.`;
  return idle(input, about, why, { do: 'close', outcome: { kind: 'escalated', summary, details: [reason] } });
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
