import { isoTime } from '../../../shared/clock.ts';
import type { Fact } from '../../../shared/fact.ts';
import type { LearnedMaxima } from '../maxima.ts';
import type { Performance } from '../volume.ts';
import type { ChangesPolicy } from './policy.ts';

const FIGURES = [
  { of: 'iops', most: 'maxIops', unit: 'IOPS' },
  { of: 'throughputMib', most: 'maxThroughputMib', unit: 'MiB/s' },
] as const;

/**
 * The policy with what EC2 named as the most of gp3, where the config has more. A volume that has more already disproves
 * it: zones of a Region differ. Unknown is as never learned: EC2 says it again, and changes nothing.
 */
export function withLearned(
  policy: ChangesPolicy,
  learned: Fact<LearnedMaxima> | undefined,
  current: Performance,
): ChangesPolicy {
  const gp3 = { ...policy.gp3 };
  for (const { of, most, maximum } of believed(learned, current)) {
    if (current[of] <= maximum.value) gp3[most] = Math.min(gp3[most], maximum.value);
  }
  return { ...policy, gp3 };
}

/** For people: what was learned and counts. */
export function learnedText(
  { gp3 }: ChangesPolicy,
  learned: Fact<LearnedMaxima> | undefined,
  current: Performance,
): string[] {
  return believed(learned, current)
    .filter(({ of, most, maximum }) => current[of] <= maximum.value && maximum.value < gp3[most])
    .map(
      ({ unit, maximum }) =>
        `EC2 said at ${isoTime(maximum.at)}: ${maximum.value} ${unit} is the most of gp3 here`,
    );
}

function believed(learned: Fact<LearnedMaxima> | undefined, { type }: Performance) {
  if (!learned?.known || (type !== 'gp3' && type !== 'gp2')) return [];
  return FIGURES.flatMap((figure) => {
    const maximum = learned.value[figure.of];
    return maximum === undefined ? [] : [{ ...figure, maximum }];
  });
}
