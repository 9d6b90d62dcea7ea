import type { EpochMs } from '../../../shared/clock.ts';
import { type Fact, readFact } from '../../../shared/fact.ts';
import type { Ports } from '../../../shared/ports/index.ts';
import type { Quota } from '../../../shared/ports/quotas.ts';
import type { Modification, VolumePerformance } from '../../../shared/ports/volumes.ts';
import type { ModificationQuota } from '../decide/input.ts';
import { MODIFIED_IOPS, MODIFIED_STORAGE } from '../limits/quotas.ts';
import type { VolumeType } from '../volume.ts';

/** Of all types together; with more of them at once nobody knows what of a quota is used. */
const MOST_UNDER_WAY = 2_000;
/** Service Quotas gives TiB without saying so: it stands in the quota's name. */
const GIB_IN: Readonly<Record<string, number>> = { None: 1_024, Tebibytes: 1_024, Gibibytes: 1 };

type Reading = Pick<Ports, 'quotas' | 'volumes'> & { at: EpochMs };

/**
 * The quotas on what may be under modification at once of the type a change would give, and how much of each is used: one
 * or two GetServiceQuota and at most a few pages of DescribeVolumesModifications. None for a type that is never given.
 */
export async function readModificationQuotas(
  { quotas, volumes, at }: Reading,
  current: string,
): Promise<Fact<ModificationQuota>[]> {
  const type = targetOf(current);
  const wanted = (type && quotasOf(type)) ?? [];
  if (wanted.length === 0) return [];
  const underWay = await readFact('EC2 DescribeVolumesModifications', at, async () => {
    const { modifications, complete } = await volumes.listUnderWay(MOST_UNDER_WAY);
    if (!complete) throw new Error(`more than ${MOST_UNDER_WAY} modifications are under way`);
    return modifications;
  });
  return await Promise.all(
    wanted.map(({ code, of }) =>
      readFact(`quota ${code}`, at, async () => {
        if (!underWay.known) throw new Error(underWay.why);
        const limit = limitOf(await quotas.getQuota({ service: 'ebs', code }), of);
        return { code, of, limit, inUse: usedOf(underWay.value, type, of) };
      }),
    ),
  );
}

/** As the decision has it: gp2 becomes gp3, and no other type becomes another. */
function targetOf(type: string): VolumeType | undefined {
  if (type === 'gp2') return 'gp3';
  return type === 'gp3' || type === 'io1' || type === 'io2' ? type : undefined;
}

function quotasOf(type: VolumeType): Pick<ModificationQuota, 'code' | 'of'>[] {
  const [storage, iops] = [MODIFIED_STORAGE[type], MODIFIED_IOPS[type]];
  return [
    ...(storage === undefined ? [] : [{ code: storage, of: 'GiB' as const }]),
    ...(iops === undefined ? [] : [{ code: iops, of: 'IOPS' as const }]),
  ];
}

function limitOf({ value, unit }: Quota, of: ModificationQuota['of']): number {
  const factor = of === 'IOPS' ? 1 : GIB_IN[unit];
  if (factor === undefined || !(value >= 0) || !Number.isFinite(value)) {
    throw new Error(`Service Quotas gives ${value} in ${unit.slice(0, 32)}`);
  }
  return value * factor;
}

/** A figure that EC2 left out makes the sum unknown. */
function usedOf(
  underWay: readonly Modification[],
  type: VolumeType | undefined,
  of: ModificationQuota['of'],
) {
  const own = underWay.filter(({ to }) => to.type === type);
  return own.reduce((sum, { volumeId, from, to }) => {
    const figure = ({ sizeGib, iops }: VolumePerformance) => (of === 'GiB' ? sizeGib : iops);
    const becomes = figure(to);
    if (becomes === undefined) throw new Error(`EC2 does not say what ${volumeId} becomes`);
    return sum + Math.max(becomes, figure(from) ?? 0);
  }, 0);
}
