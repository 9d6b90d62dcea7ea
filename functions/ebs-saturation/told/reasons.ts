import { isoTime } from '../../../shared/clock.ts';
import type { Change, Decision } from '../decide/decision.ts';
import { shown } from '../plans/change-step.ts';
import { costText } from '../price/cost.ts';

const WORDS: Readonly<Record<Exclude<Decision['decision'], 'modify' | 'wait'>, string>> = {
  propose: 'left to a person',
  'too-expensive': 'not changed, too expensive',
  'at-ceiling': 'not changed, at its ceiling',
  'instance-limit': 'not changed, the instance limits it',
  nothing: 'nothing to change',
};

/** Why a volume is changed as it is, or is not; and what a person would have to make of it. Pure. */
export function reasonsOf(decision: Decision): string[] {
  const not = decision.decision === 'modify' ? decision.wouldNotHelp : [];
  return [...whyLines(decision), ...decision.reasons, ...not.map((each) => `would not help: ${each}`)];
}

function whyLines(decision: Decision): string[] {
  switch (decision.decision) {
    case 'modify':
      return [];
    case 'wait':
      return [`not yet: ${decision.why}; not before ${isoTime(decision.until)}`];
    case 'too-expensive':
      return [`${WORDS['too-expensive']}: ${decision.why}`, wouldBe(decision)];
    case 'propose': {
      const { why, change } = decision;
      return [`${WORDS.propose}: ${why}`, ...(change === undefined ? [] : [wouldBe(change)])];
    }
    default:
      return [`${WORDS[decision.decision]}: ${decision.why}`];
  }
}

function wouldBe({ from, to, cost }: Change): string {
  return `it would be ${shown(from)} → ${shown(to)}: ${costText(cost)}`;
}
