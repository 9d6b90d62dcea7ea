import type { Maximum } from '../../../shared/errors.ts';
import type { StepRecord } from '../../../shared/incident/incident.ts';
import type { Performance } from '../volume.ts';

/** However often EC2 names another maximum: then a person looks. */
const MAX_LESSONS = 3;

type Ended = Pick<StepRecord, 'state' | 'memory'>;

/** A step that EC2 refused for being too much, naming the most it takes: it changed nothing, and a smaller one may. */
export function isLesson(record: Ended): boolean {
  return maximumIn(record) !== undefined;
}

/**
 * Whether a step of this goal may follow what was ended: everything that ended was a lesson, and the goal heeds each of
 * them. So no maximum is tried again, and there are few.
 */
export function heeds(ended: readonly Ended[], to: Performance): boolean {
  if (ended.length > MAX_LESSONS) return false;
  return ended.every((record) => {
    const maximum = maximumIn(record);
    return maximum !== undefined && to[maximum.of] <= maximum.value;
  });
}

function maximumIn({ state, memory }: Ended): Maximum | undefined {
  return state === 'failed' ? (memory?.['maximum'] as unknown as Maximum | undefined) : undefined;
}
