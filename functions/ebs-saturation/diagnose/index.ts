import type { Fact } from '../../../shared/fact.ts';
import { type Measured, type Series, since } from '../measure/measured.ts';
import { type Figures, figuresOf } from '../measure/statistics.ts';
import { usedOf } from '../measure/used.ts';
import { bootVerdict } from './boot.ts';
import { burstVerdict } from './burst.ts';
import { instanceVerdict } from './instance.ts';
import { neighbours } from './neighbour.ts';
import { nothingWrong } from './quiet.ts';
import { slowVerdict } from './slow.ts';
import { stalledVerdict } from './stalled.ts';
import type { Cause, CauseName, Diagnosis, Input } from './types.ts';
import { atMost, type Look, RESOURCES, rankOf, unknowns, type Verdict } from './verdict.ts';
import { volumeVerdict } from './volume.ts';

/** Of causes that are equally sure: what limits first. */
const ORDER: readonly CauseName[] = [
  'stalled-io',
  'instance-burst',
  'instance-limit',
  'boot-burst',
  'burst-balance',
  'volume-iops',
  'volume-throughput',
  'noisy-neighbour',
  'nothing-wrong',
  'unknown',
];
const VOLUME: readonly CauseName[] = ['burst-balance', 'volume-iops', 'volume-throughput'];

const SEVERAL = 'attached to several instances: AWS publishes hardly any check of such a volume';

/**
 * Why a volume is slow, each cause with its numbers and what would not help. Missing data are never a cause: what
 * could not be judged is in `missing`, and without any cause it is `unknown`. Pure and total.
 */
export function diagnose(input: Input): Diagnosis {
  const look = lookOf(input, sinceModified(input));
  const limits = verdictsOf(look, input);
  const found = limits.flatMap((verdict) => (verdict.is === 'cause' ? [verdict.cause] : []));
  const verdicts = found.length > 0 ? limits : [...limits, slowVerdict(look)];
  const missing = [
    ...verdicts.flatMap((verdict) => (verdict.is === 'unknown' ? verdict.why : [])),
    ...unknowns(look.modification),
    ...(look.multiAttach ? [SEVERAL] : []),
  ];
  const bounded = boundedByStall([...found, ...neighbours(look, found)]);
  const [first, ...others] = bounded.toSorted(
    (one, other) => rankOf(other) - rankOf(one) || ORDER.indexOf(one.name) - ORDER.indexOf(other.name),
  );
  const distinct = [...new Set(missing)];
  return {
    causes: first === undefined ? [withoutCause(look, verdicts, distinct)] : [first, ...others],
    missing: distinct,
    used: { iops: figuresOrWhy(look.used.iops), throughput: figuresOrWhy(look.used.throughput) },
  };
}

function lookOf(input: Input, measured = input.measured): Look {
  return { ...input, measured, used: usedOf(measured) };
}

/** What was measured before the volume became what it is tells of another volume. */
function sinceModified({ measured, modification }: Input): Measured {
  if (!modification.known || modification.value?.state !== 'completed') return measured;
  const { endedAt } = modification.value;
  return endedAt === undefined ? measured : since(measured, endedAt);
}

function verdictsOf(look: Look, input: Input): Verdict[] {
  // A modification changes nothing of the instance, and nothing of a stall.
  const whole = lookOf(input);
  const instance = RESOURCES.map((resource) => instanceVerdict(whole, resource));
  const burst = burstVerdict(look);
  const boot = bootVerdict(look);
  // Without credits, or only while booting: the same shortage is not told twice.
  const isEmpty = burst.is === 'cause' && burst.cause.confidence !== 'possible';
  const isExplained = isEmpty || boot.is === 'cause';
  const volume = RESOURCES.map((resource, index) =>
    volumeVerdict(look, resource, instance[index] ?? { is: 'unknown', why: [] }),
  );
  return [stalledVerdict(whole), ...instance, burst, boot, ...(isExplained ? [] : volume)];
}

/** What does not come back cannot be told from what is asked for too often. */
function boundedByStall(causes: readonly Cause[]): Cause[] {
  if (!causes.some(({ name }) => name === 'stalled-io')) return [...causes];
  return causes.map((cause) =>
    VOLUME.includes(cause.name) ? { ...cause, confidence: atMost(cause.confidence, 'possible') } : cause,
  );
}

function withoutCause(look: Look, verdicts: readonly Verdict[], missing: readonly string[]): Cause {
  if (!verdicts.some(({ is }) => is === 'unknown')) return nothingWrong(look, verdicts);
  return {
    name: 'unknown',
    confidence: 'possible',
    short: [],
    basedOn: [],
    evidence: [...missing],
    wouldNotHelp: ['a change on what is not known: it may be the instance, or nothing at all'],
  };
}

function figuresOrWhy(fact: Fact<Series>): Fact<Figures> {
  if (!fact.known) return fact;
  const figures = figuresOf(fact.value.points);
  const { source, at } = fact;
  return figures === undefined
    ? { known: false, why: 'never measured', source, at }
    : { known: true, value: figures, source, at };
}
