import type { Step } from '../../../shared/incident/plan.ts';
import { isOvertaken } from '../../../shared/incident/questions.ts';
import { isSameWork } from '../../../shared/incident/step-key.ts';
import type { Input } from '../input.ts';
import { isSame } from '../performance.ts';
import type { Performance } from '../volume.ts';

/** Of what is needed. */
const ABOUT = 0.25;

/**
 * The step that a question of this incident is about: what a volume used moves from look to look, and a question stands
 * as long as its goal is about what is needed. Only of the volume itself: a class that was asked about may be gone.
 */
export function askedBefore(
  { incident, policy }: Pick<Input, 'incident' | 'policy'>,
  wanted: Step,
  isFine: (asked: Performance) => boolean,
): Step | undefined {
  if (wanted.action !== 'modify-volume') return undefined;
  const { ceiling } = policy.changes;
  const { from, to } = performancesOf(wanted);
  const isAbout = (asked: Performance) =>
    (['iops', 'throughputMib'] as const).every(
      (figure) =>
        Math.abs(asked[figure] - to[figure]) <= to[figure] * ABOUT &&
        asked[figure] <= Math.max(to[figure], ceiling[figure]),
    );
  return incident.questions.findLast((question) => {
    const { step } = question;
    if (!isSameWork(step, wanted) || isOvertaken(question) || isLowering(step)) return false;
    const asked = performancesOf(step);
    return isSame(asked.from, from) && asked.to.type === to.type && isAbout(asked.to) && isFine(asked.to);
  })?.step;
}

/** Raising lowers nothing. */
export function isLowering(step: Step): boolean {
  const { from, to } = performancesOf(step);
  return to.iops < from.iops || to.throughputMib < from.throughputMib;
}

export function performancesOf({ goal }: Step): Record<'from' | 'to', Performance> {
  return goal as unknown as Record<'from' | 'to', Performance>;
}
