import type { Fact } from '../../../shared/fact.ts';
import { figuresOf } from '../measure/statistics.ts';
import type { Resource } from '../measure/used.ts';
import { balanceLine, EMPTY, paidFor } from './balance.ts';
import { ceilingLines, ceilingOf, provisioned } from './ceiling.ts';
import { checkLine, shown, usedLine } from './lines.ts';
import { isActive, type Reach } from './reach.ts';
import type { Cause } from './types.ts';
import {
  AT_LIMIT,
  atMost,
  checkOf,
  INSTANCE_CHECK,
  type Look,
  seriesReach,
  UNIT,
  USED_SERIES,
  unknowns,
  usedReach,
  type Verdict,
} from './verdict.ts';

const BALANCE = { iops: 'instanceIopsBalance', throughput: 'instanceThroughputBalance' } as const;
/** More than this of the baseline is used only with something in the bucket. */
const WITHOUT_CREDITS = 1.2;

/** Whether the instance carries no more: then nothing that is done to the volume helps. */
export function instanceVerdict(look: Look, resource: Resource): Verdict {
  const check = checkOf(look, INSTANCE_CHECK[resource]);
  const balance = emptyReach(look, resource);
  const isEmpty = balance.known && isActive(balance.value);
  if (check.known && isActive(check.value)) {
    return isEmpty
      ? burst(look, resource, 'certain', [checkLine(check), balanceLine(balance)])
      : overLimit(look, resource, check, balance);
  }
  const { most } = ceilingOf(look, resource);
  const atMostUsed = most === undefined ? undefined : usedReach(look, resource, most * AT_LIMIT);
  const isAtCeiling = atMostUsed?.known === true && isActive(atMostUsed.value);
  if (check.known) {
    if (!isAtCeiling || check.value.recentHitMs > 0) return { is: 'no', evidence: [checkLine(check)] };
    const why = `signals disagree: ${checkLine(check)}, but ${usedLine(look, resource, most)}`;
    return { is: 'unknown', why: [why] };
  }
  if (isEmpty && isNearBaseline(look, resource)) {
    return burst(look, resource, 'likely', [balanceLine(balance), ...unknowns(check)]);
  }
  if (!isAtCeiling) return { is: 'unknown', why: unknowns(check) };
  const evidence = [usedLine(look, resource, most), ...ceilingLines(look, resource), ...unknowns(check)];
  return limitCause(look, resource, { confidence: 'possible', basedOn: USED_SERIES[resource], evidence });
}

/** The time its bucket was empty; unknown where the volume alone used more than an empty one gives. */
function emptyReach(look: Look, resource: Resource): Fact<Reach> {
  const name = BALANCE[resource];
  const empty = seriesReach(look.measured, name, ({ value }) => value <= EMPTY);
  const { baseline } = ceilingOf(look, resource);
  if (!empty.known || !isActive(empty.value) || baseline === undefined) return empty;
  const paid = paidFor(look.measured.series[name], look.used[resource], baseline * WITHOUT_CREDITS);
  if (!paid) return empty;
  const { source, at } = empty;
  return { known: false, why: `it reads 0 % where more than its ${shown(baseline)} was used`, source, at };
}

function isNearBaseline(look: Look, resource: Resource): boolean {
  const { baseline } = ceilingOf(look, resource);
  if (baseline === undefined) return false;
  const near = usedReach(look, resource, baseline * AT_LIMIT);
  return near.known && isActive(near.value);
}

function burst(
  look: Look,
  resource: Resource,
  confidence: Cause['confidence'],
  signals: readonly string[],
): Verdict {
  const check = checkOf(look, INSTANCE_CHECK[resource]);
  const basedOn = check.known
    ? [BALANCE[resource], INSTANCE_CHECK[resource]]
    : [BALANCE[resource], ...USED_SERIES[resource]];
  const evidence = [...signals, ...ceilingLines(look, resource)];
  const wouldNotHelp = notTheVolume(look, resource);
  return {
    is: 'cause',
    cause: { name: 'instance-burst', confidence, short: [resource], basedOn, evidence, wouldNotHelp },
  };
}

function overLimit(look: Look, resource: Resource, check: Fact<Reach>, balance: Fact<Reach>): Verdict {
  const sum = provisioned(look, resource);
  const { baseline } = ceilingOf(look, resource);
  const used = look.used[resource];
  const p95 = used.known ? (figuresOf(used.value.points)?.p95 ?? 0) : 0;
  const isTooLittle = sum !== undefined && baseline !== undefined && sum < baseline;
  const isShown = baseline !== undefined && ((sum ?? 0) >= baseline || p95 >= baseline / 2);
  const evidence = [
    checkLine(check),
    usedLine(look, resource, baseline),
    ...ceilingLines(look, resource),
    ...(balance.known ? [balanceLine(balance)] : []),
    ...(isTooLittle
      ? [
          `signals disagree: all its volumes together give ${shown(sum)} ${UNIT[resource]}, less than it carries`,
        ]
      : []),
  ];
  const confidence = atMost(isShown ? 'certain' : 'likely', isTooLittle ? 'possible' : 'certain');
  return limitCause(look, resource, { confidence, basedOn: [INSTANCE_CHECK[resource]], evidence });
}

function limitCause(
  look: Look,
  resource: Resource,
  about: Pick<Cause, 'confidence' | 'basedOn' | 'evidence'>,
): Verdict {
  const wouldNotHelp = notTheVolume(look, resource);
  return { is: 'cause', cause: { name: 'instance-limit', short: [resource], ...about, wouldNotHelp } };
}

function notTheVolume({ ceiling }: Look, resource: Resource): string[] {
  const type = ceiling.known ? ` (${ceiling.value.instanceType})` : '';
  return [`a larger volume or more ${UNIT[resource]} for it: its instance${type} carries no more`];
}
