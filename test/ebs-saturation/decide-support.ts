import * as v from 'valibot';
import type { DecisionInput } from '../../functions/ebs-saturation/decide/input.ts';
import { type ChangesPolicy, changesSection } from '../../functions/ebs-saturation/decide/policy.ts';
import type { StepBackInput } from '../../functions/ebs-saturation/decide/step-back.ts';
import { pricesIn } from '../../functions/ebs-saturation/price/list.ts';
import type { Performance, VolumeType } from '../../functions/ebs-saturation/volume.ts';
import { known } from '../../shared/fact.ts';

export const NOW = Date.UTC(2026, 10, 20, 12);

/** The defaults, but for what is given in the form of the file. */
export function policyOf(options: v.InferInput<typeof changesSection> = {}): ChangesPolicy {
  return v.parse(changesSection, options);
}

/** A read that worked. */
export function read<T>(value: T) {
  return known(value, 'a test', NOW);
}

export function volumeOf(
  type: VolumeType,
  sizeGib: number,
  iops: number,
  throughputMib: number,
): Performance {
  return { type, sizeGib, iops, throughputMib };
}

export const neverModified: DecisionInput['modifications'] = { history: read([]), latest: read(null) };

const HOST: DecisionInput['host'] = read({
  ceiling: {
    instanceType: 'm7i.16xlarge',
    nitro: true,
    baselineIops: 80_000,
    baselineThroughputMib: 2_500,
    maximumIops: 80_000,
    maximumThroughputMib: 2_500,
  },
  others: { iops: 3_000, throughputMib: 125 },
});

function nowOf(current: Performance) {
  return {
    current,
    boot: false,
    multiAttach: false,
    modifications: neverModified,
    managed: read({ by: 'nobody' as const }),
    prices: pricesIn('us-east-1'),
    policy: policyOf({ maxMonthlyIncrease: 1_000 }),
    now: NOW,
  };
}

/** A volume that uses all it has, in what is short. */
export function shortOf(
  current: Performance,
  what: 'iops' | 'throughput' | 'both',
  options: Partial<DecisionInput> = {},
): DecisionInput {
  const at = (value: number) => ({ p95: value, max: value });
  const used = read({ iops: at(current.iops), throughputMib: at(current.throughputMib) });
  return { ...nowOf(current), short: { what, used }, host: HOST, ...options };
}

/** One that Paramedic has raised, idle for ten days. */
export function quietAt(
  current: Performance,
  original: Performance,
  options: Partial<StepBackInput> = {},
): StepBackInput {
  return {
    ...nowOf(current),
    original,
    ours: current,
    policy: policyOf({ stepBack: { enabled: true } }),
    quietSince: read(NOW - 10 * 24 * 3_600_000),
    p99: read({ iops: 100, throughputMib: 5 }),
    quietWith: read({ iops: 112, throughputMib: 6 }),
    ...options,
  };
}
