import { type Fact, known, unknown } from '../../shared/fact.ts';
import type { DecisionInput, Host, Managed, Shortage, VolumeNow } from './decide/input.ts';
import { withLearned } from './decide/learned.ts';
import type { StepBackInput } from './decide/step-back.ts';
import type { Diagnosis, Input as DiagnosisInput } from './diagnose/types.ts';
import type { EbsSaturationFacts } from './facts.ts';
import type { Input } from './input.ts';
import type { LongUse } from './measure/long-use.ts';
import { provisionedFor } from './performance.ts';
import { podOnVolume } from './pods.ts';
import { pricesIn } from './price/list.ts';
import type { Performance } from './volume.ts';

/** What it is provisioned for, as it was read. */
export function performanceIn({ volume }: Pick<EbsSaturationFacts, 'volume'>): Fact<Performance> {
  if (!volume.known) return volume;
  const { source, at, value } = volume;
  const performance = provisionedFor(value);
  return performance === undefined
    ? unknown(`what a volume of type ${value.type.slice(0, 16)} is provisioned for is not known`, source, at)
    : known(performance, source, at);
}

/** The facts as the diagnosis reads them. Pure. */
export function diagnosisInput({ facts, now }: Pick<Input, 'facts' | 'now'>): DiagnosisInput {
  const { volume, nodeVolume, ceiling, others, instance, mates, modification, measured } = facts;
  const launched = instance.known ? instance.value?.launchedAt : undefined;
  return {
    performance: performanceIn(facts),
    multiAttach: volume.known && volume.value.multiAttach,
    isRoot: nodeVolume.known
      ? known(nodeVolume.value !== null, nodeVolume.source, nodeVolume.at)
      : nodeVolume,
    ...(nodeVolume.known && nodeVolume.value?.kind === 'data' && { isData: true as const }),
    ceiling,
    others,
    launchedAt:
      launched === undefined
        ? unknown(instance.known ? 'EC2 does not say it' : instance.why, instance.source, now)
        : known(launched, instance.source, now),
    mates,
    modification,
    pods: diagnosedPods(facts),
    measured,
  };
}

/** The pods of the node, as far as volumes go. */
export function diagnosedPods({ pods }: Pick<EbsSaturationFacts, 'pods'>): DiagnosisInput['pods'] {
  return pods.known ? known(pods.value.map(podOnVolume), pods.source, pods.at) : pods;
}

/** Causes that more of the volume would cure. */
const OF_THE_VOLUME: ReadonlySet<string> = new Set(['volume-iops', 'volume-throughput', 'burst-balance']);

/** What the volume is short of by a cause that is at least likely; undefined: nothing that more of it would cure. */
export function shortageOf({ causes, used }: Diagnosis): Shortage | undefined {
  const short = new Set(
    causes
      .filter(({ name, confidence }) => OF_THE_VOLUME.has(name) && confidence !== 'possible')
      .flatMap((cause) => cause.short),
  );
  if (short.size === 0) return undefined;
  const what = short.size > 1 ? 'both' : short.has('iops') ? 'iops' : 'throughput';
  const { iops, throughput } = used;
  if (!iops.known) return { what, used: iops };
  if (!throughput.known) return { what, used: throughput };
  const peak = ({ p95, max }: typeof iops.value) => ({ p95, max: max.value });
  const value = { iops: peak(iops.value), throughputMib: peak(throughput.value) };
  return { what, used: known(value, iops.source, iops.at) };
}

/** Everything the decision looks at; undefined where what the volume is cannot be told. Pure. */
export function decisionInput(input: Input, short: Shortage): DecisionInput | undefined {
  const { facts, incident } = input;
  const volume = volumeNow(input, incident.cluster.region);
  if (volume === undefined) return undefined;
  const quotas = facts.quotas === undefined ? {} : { quotas: facts.quotas };
  return { ...volume, short, host: hostIn(facts), ...quotas };
}

/** What is known of a volume, whatever is to be decided about it. */
export interface VolumeLook extends Pick<Input, 'policy' | 'now'> {
  facts: Pick<EbsSaturationFacts, 'volume' | 'isRoot' | 'modification' | 'changes' | 'claim'> &
    Partial<Pick<EbsSaturationFacts, 'maxima'>>;
}

function volumeNow({ facts, policy, now }: VolumeLook, region: string): VolumeNow | undefined {
  const current = performanceIn(facts);
  const { volume, modification, changes, isRoot } = facts;
  if (!current.known || !volume.known) return undefined;
  const original = changes.known ? changes.value?.original : undefined;
  return {
    current: current.value,
    ...(original !== undefined && { original }),
    boot: !isRoot.known || isRoot.value,
    multiAttach: volume.value.multiAttach,
    modifications: {
      history: changes.known
        ? known(
            (changes.value?.made ?? []).map(({ at }) => at),
            changes.source,
            now,
          )
        : changes,
      latest: modification,
    },
    managed: managedIn(facts),
    prices: pricesIn(region, policy.changes.prices),
    policy: withLearned(policy.changes, facts.maxima, current.value),
    now,
  };
}

/** What stepping back looks at; undefined where Paramedic changed nothing, or what the volume is cannot be told. Pure. */
export function stepBackInput(
  look: VolumeLook,
  { quietSince, p99, quietWith }: LongUse,
  region: string,
): StepBackInput | undefined {
  const volume = volumeNow(look, region);
  const changes = look.facts.changes.known ? look.facts.changes.value : null;
  if (volume === undefined || changes === null) return undefined;
  const { base, ours, made } = changes;
  // Before its last change it was another volume.
  const changedAt = Math.max(0, ...made.map(({ at }) => at));
  return {
    ...volume,
    original: base,
    ours,
    quietSince: quietSince.known
      ? { ...quietSince, value: Math.max(quietSince.value, changedAt) }
      : quietSince,
    p99,
    quietWith,
  };
}

function hostIn({ ceiling, othersUse }: EbsSaturationFacts): Fact<Host> {
  if (!ceiling.known) return ceiling;
  if (!othersUse.known) return othersUse;
  return known({ ceiling: ceiling.value, others: othersUse.value }, ceiling.source, ceiling.at);
}

export function managedIn({ claim }: Pick<EbsSaturationFacts, 'claim'>): Fact<Managed> {
  if (!claim.known) return claim;
  const { value, source, at } = claim;
  if (value === null) return known({ by: 'nobody' }, source, at);
  const { attributesClass: name, storageClass } = value;
  return known(name === null ? { by: 'csi', storageClass } : { by: 'attributes-class', name }, source, at);
}
