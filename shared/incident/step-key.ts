import { createHash } from 'node:crypto';
import type { Plan, Step } from './plan.ts';

/** Stable text of any JSON value: keys sorted, so that equal values give equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
    entries.sort(([left], [right]) => (left < right ? -1 : 1));
    return `{${entries.map(([name, entry]) => `${JSON.stringify(name)}:${canonicalJson(entry)}`).join(',')}}`;
  }
  return value === undefined ? 'null' : JSON.stringify(value);
}

export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Identifies exactly this action on these targets with this goal: what an intent and an approval authorise. */
export function stepKey(step: Pick<Step, 'action' | 'targets' | 'goal'>): string {
  const targets = targetIds(step);
  return sha256Hex(canonicalJson({ action: step.action, targets, goal: step.goal })).slice(0, 20);
}

/** The same action on the same targets, whatever its goal. */
export function isSameWork(left: Work, right: Work): boolean {
  return left.action === right.action && targetIds(left).join() === targetIds(right).join();
}

type Work = Pick<Step, 'action' | 'targets'>;

function targetIds({ targets }: Pick<Step, 'targets'>): string[] {
  return targets.map(({ kind, id }) => `${kind}/${id}`).toSorted((left, right) => (left < right ? -1 : 1));
}

/** Two plans with the same hash would do the same things to the same targets. */
export function planHash(plan: Pick<Plan, 'steps'>): string {
  return sha256Hex(canonicalJson(plan.steps.map(stepKey))).slice(0, 12);
}
