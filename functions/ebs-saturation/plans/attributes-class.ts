import type { VolumeAttributesClass } from '../../../shared/ports/kubernetes.ts';
import { throughputOf } from '../limits/performance.ts';
import type { Performance } from '../volume.ts';

/** As the drivers of EBS read them; words may be written in any case. */
const WORDS = ['type', 'iops', 'throughput'] as const;

/** An existing class, and what it makes of the volume. */
export interface Fitting {
  name: string;
  to: Performance;
}

/**
 * The class that gives the volume what it needs at the least beyond it; undefined: none does, and none is made or edited.
 * A class with words that are not known is left alone: nobody can tell what else it does. The type is the one that is
 * needed, never another.
 */
export function fittingClass(
  classes: readonly VolumeAttributesClass[],
  { from, to }: { from: Performance; to: Performance },
  isAllowed: (performance: Performance) => boolean,
): Fitting | undefined {
  return classes
    .flatMap((each) => {
      const performance = madeBy(each, from);
      return performance === undefined ? [] : [{ name: each.metadata.name, to: performance }];
    })
    .filter(({ to: made }) => made.type === to.type && made.iops >= to.iops)
    .filter(({ to: made }) => made.throughputMib >= to.throughputMib && isAllowed(made))
    .toSorted(
      (left, right) =>
        left.to.iops - right.to.iops ||
        left.to.throughputMib - right.to.throughputMib ||
        (left.name < right.name ? -1 : 1),
    )[0];
}

/**
 * Undefined: what it would make of the volume cannot be told. The driver takes `iopsPerGB` in a StorageClass alone, so that
 * is a word like any other that is not known.
 */
function madeBy({ parameters = {} }: VolumeAttributesClass, from: Performance): Performance | undefined {
  const words = new Map(Object.entries(parameters).map(([name, value]) => [name.toLowerCase(), value]));
  if ([...words.keys()].some((name) => !WORDS.some((word) => word === name))) return undefined;
  // One word twice, in two cases: which of them the driver takes nobody can tell.
  if (words.size < Object.keys(parameters).length) return undefined;
  const type = words.get('type') ?? from.type;
  const { sizeGib } = from;
  const [iops, throughputMib] = [numberOf(words.get('iops')), numberOf(words.get('throughput'))];
  if (iops === undefined) return undefined;
  if (type === 'gp3') return throughputMib === undefined ? undefined : { type, sizeGib, iops, throughputMib };
  // Their throughput follows from the IOPS, and EC2 refuses a request that names one.
  const isIo = (type === 'io1' || type === 'io2') && !words.has('throughput');
  return isIo ? { type, sizeGib, iops, throughputMib: throughputOf(type, iops) } : undefined;
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,7}$/.test(text) ? Number(text) : undefined;
}
