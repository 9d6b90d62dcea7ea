import { type EpochMs, HOUR_MS } from '../../../shared/clock.ts';
import type { Incident } from '../../../shared/incident/incident.ts';
import type { Usage } from '../../../shared/ports/usage.ts';
import type { Measured } from '../measure/measured.ts';
import { type Ask, LOOK_BACK_MS, readMeasured } from '../measure/read.ts';
import { changeRecords } from '../plans/change-step.ts';

/** So much of what was before must be in the ordinary look-back to be judged by. */
const ENOUGH_MS = HOUR_MS;

/**
 * The three hours before the change of this incident, once the ordinary look-back does not reach them any more: EC2 may
 * optimise a volume for longer. CloudWatch keeps minutes for 15 days, so nothing has to be kept here. Undefined: there is
 * no such change.
 */
export async function readBefore(
  usage: Usage,
  incident: Incident,
  { volumeId, instanceId, at }: Ask,
): Promise<Measured | undefined> {
  const changedAt = changedAtOf(incident);
  if (changedAt === undefined || at - LOOK_BACK_MS <= changedAt - ENOUGH_MS) return undefined;
  return await readMeasured(usage, { volumeId, instanceId, at: changedAt });
}

function changedAtOf(incident: Incident): EpochMs | undefined {
  return changeRecords({ incident }).find(({ state }) => state === 'done')?.endedAt;
}
