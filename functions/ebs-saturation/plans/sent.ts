import { MINUTE_MS } from '../../../shared/clock.ts';
import type { StepRecord } from '../../../shared/incident/incident.ts';
import type { Input } from '../input.ts';
import { isSame, provisionedFor } from '../performance.ts';
import { performancesOf } from './asked.ts';

/**
 * Whether EC2, or the driver, may have been asked for a step that was begun: then nobody can call it back, and it is
 * followed to its end. An answer may be lost, so it is no only where all that was read says so. Pure.
 */
export function mayBeSent({ facts }: Pick<Input, 'facts'>, { step, memory }: StepRecord): boolean {
  if (memory?.['sentAt'] !== undefined) return true;
  const { volume, modification, claim } = facts;
  if (step.action !== 'modify-volume') {
    return !claim.known || claim.value?.attributesClass === step.goal['class'];
  }
  const notedAt = memory?.['notedAt'];
  // Nothing is asked for before that.
  if (notedAt === undefined) return false;
  if (!volume.known || !modification.known) return true;
  const isNewer = modification.value !== null && modification.value.startedAt >= Number(notedAt) - MINUTE_MS;
  return isNewer || !isSame(provisionedFor(volume.value), performancesOf(step).from);
}
