import { DAY_MS } from '../../shared/clock.ts';
import type { SweepInput } from '../../shared/pipeline/trouble.ts';
import { type ChangedVolume, listChanged } from './changes.ts';
import { isSame } from './performance.ts';
import type { EbsSaturationPolicy } from './policy.ts';
import { lookAtChanged } from './sweeping/changed.ts';

/** In one sweep of one cluster. */
const MAX_LOOKS = 20;

/**
 * Finds volumes that Paramedic raised and that have not needed it for long: each is looked at once a day. Nothing is
 * changed here: what can be given back becomes an incident of its own. Reads nothing where the config does not step back.
 */
export async function sweep(input: SweepInput<EbsSaturationPolicy>): Promise<string[]> {
  const { policy, ports, cluster, mode } = input;
  if (mode === 'off' || !policy.changes.stepBack.enabled) return [];
  const now = ports.clock.now();
  const due = (await listChanged(ports.table, cluster))
    .filter((volume) => isDue(volume, now, policy.changes.stepBack.quietFor))
    .toSorted((left, right) => (left.lookedAt ?? 0) - (right.lookedAt ?? 0));
  return await lookAtChanged(input, due.slice(0, MAX_LOOKS), now);
}

/** Changed lately it was not quiet for long, and one that has nothing of ours gives nothing back. */
function isDue({ lookedAt, made, ours, base }: ChangedVolume, now: number, quietFor: number): boolean {
  const changedAt = Math.max(0, ...made.map(({ at }) => at));
  const isLate = lookedAt === undefined || now >= lookedAt + DAY_MS;
  return isLate && now >= changedAt + quietFor && !isSame(ours, base);
}
