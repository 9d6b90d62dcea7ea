import { type EpochMs, MINUTE_MS } from '../../../shared/clock.ts';
import type { Fact } from '../../../shared/fact.ts';
import { askFor } from '../limits/quotas.ts';
import type { Change } from './decision.ts';
import type { ModificationQuota } from './input.ts';
import type { Hold } from './modifications.ts';

const GIB_PER_TIB = 1_024;
const LOOK_AGAIN_MS = 15 * MINUTE_MS;

export interface QuotaVerdict {
  /** No waiting helps: less than the change needs by itself. */
  never?: string;
  /** It is enough once others have ended. */
  hold?: Hold;
  unknown: string[];
}

type Wanted = Pick<Change, 'from' | 'to'>;

/**
 * Whether the Region lets so much be modified at once. What could not be read holds nothing up, and is said: EC2 refuses
 * what its quota does not allow and changes nothing then, while a guess would stop a fix that it takes.
 */
export function judgeQuotas(
  quotas: readonly Fact<ModificationQuota>[],
  change: Wanted,
  now: EpochMs,
): QuotaVerdict {
  const verdict: QuotaVerdict = { unknown: [] };
  for (const quota of quotas) {
    if (!quota.known) {
      const why = `whether ${quota.source} has room is unknown: ${quota.why}`;
      verdict.unknown.push(`${why}; EC2 refuses it where it has none`);
      continue;
    }
    const need = needOf(quota.value, change);
    const never = whyNever(quota.value, change, need);
    const why = whyNoRoom(quota.value, change, need);
    if (never !== undefined) verdict.never ??= never;
    else if (why !== undefined) verdict.hold ??= { until: now + LOOK_AGAIN_MS, why };
  }
  return verdict;
}

/** Of what it was and what it becomes the larger, as AWS counts; what is no number fits into nothing. */
function needOf({ of }: ModificationQuota, { from, to }: Wanted): number {
  return of === 'GiB' ? Math.max(from.sizeGib, to.sizeGib) : Math.max(from.iops, to.iops);
}

function whyNever(quota: ModificationQuota, { to }: Wanted, need: number): string | undefined {
  const { code, of, limit } = quota;
  if (need <= limit) return undefined;
  const lets = `quota ${code} lets ${limit} ${of} of ${to.type} be under modification at once in this Region`;
  const desired = of === 'GiB' ? Math.ceil(need / GIB_PER_TIB) : need;
  return `${lets}, and this is ${need}: ask for more: ${askFor(code, desired)}`;
}

function whyNoRoom(quota: ModificationQuota, { to }: Wanted, need: number): string | undefined {
  const { code, of, limit, inUse } = quota;
  if (inUse + need <= limit) return undefined;
  const used = `${inUse} of ${limit} ${of} of ${to.type} are under modification in this Region (quota ${code})`;
  return `${used}: no room for ${need}; wait until some have ended`;
}
