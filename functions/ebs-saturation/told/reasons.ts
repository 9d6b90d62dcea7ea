import { isoTime } from '../../../shared/clock.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import type { Change, Decision } from '../decide/decision.ts';
import { isSame } from '../performance.ts';
import { performancesOf } from '../plans/asked.ts';
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
export function reasonsOf(decision: Decision, steps: readonly Step[]): string[] {
  const not = decision.decision === 'modify' ? decision.wouldNotHelp : [];
  const reasons = decision.decision === 'modify' ? pricedAs(decision, steps) : decision.reasons;
  return [...whyLines(decision), ...reasons, ...not.map((each) => `would not help: ${each}`)];
}

/** A class, or what was asked about before, may give more than is needed: the step has its own cost. */
export function pricedAs(
  { to, cost, reasons }: Pick<Change, 'to' | 'cost'> & Pick<Decision, 'reasons'>,
  steps: readonly Step[],
): string[] {
  if (steps.every((step) => isSame(performancesOf(step).to, to))) return reasons;
  return reasons.map((line) => (line === costText(cost) ? `needed is ${shown(to)}: ${line}` : line));
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
