import { HOUR_MS, humanDuration } from '../../../shared/clock.ts';
import { type Fact, unknown } from '../../../shared/fact.ts';
import { RECENT_MS, trendOf } from '../measure/statistics.ts';
import type { Resource } from '../measure/used.ts';
import type { Performance } from '../volume.ts';
import { balanceLine, EMPTY, paidFor } from './balance.ts';
import { creditedOf, limitOf } from './limit.ts';
import { checkLine, shown, usedLine } from './lines.ts';
import { isActive, type Reach } from './reach.ts';
import type { Cause } from './types.ts';
import {
  AT_LIMIT,
  checkOf,
  type Look,
  seriesReach,
  UNIT,
  USED_SERIES,
  unknowns,
  usedReach,
  type Verdict,
  VOLUME_CHECK,
} from './verdict.ts';

/** More than this of its baseline is used only with credits left. */
const WITHOUT_CREDITS = 1.5;
/** Percent. */
const LOW = 20;

/** Whether a gp2, st1 or sc1 volume has used up its credits, or soon will have. */
export function burstVerdict(look: Look): Verdict {
  const { performance } = look;
  if (!performance.known) return { is: 'unknown', why: unknowns(performance) };
  const resource = creditedOf(performance.value);
  if (resource === undefined) return { is: 'no', evidence: [] };
  const empty = seriesReach(look.measured, 'burstBalance', ({ value }) => value <= EMPTY);
  if (!empty.known) return { is: 'unknown', why: unknowns(empty) };
  if (isActive(empty.value)) return emptyVerdict(look, resource, { performance: performance.value, empty });
  const left = runsOutIn(look);
  if (left === undefined) return { is: 'no', evidence: [balanceLine(empty)] };
  const soon = `${empty.source}: low and falling, used up in about ${humanDuration(left)}`;
  return causeOf(look, resource, {
    performance: performance.value,
    empty,
    confidence: 'possible',
    more: [soon],
  });
}

interface Empty {
  performance: Performance;
  empty: Fact<Reach>;
}

/** An empty bucket counts only where its baseline is all that is used: otherwise the metric is wrong. */
function emptyVerdict(look: Look, resource: Resource, found: Empty): Verdict {
  const always = limitOf(found.performance, resource)?.always ?? 0;
  if (paidFor(look.measured.series.burstBalance, look.used[resource], always * WITHOUT_CREDITS)) {
    const why = `${balanceLine(found.empty)}, but more than its baseline is used: ${usedLine(look, resource, always)}`;
    return { is: 'unknown', why: [`signals disagree: ${why}`] };
  }
  const checks = [checkOf(look, 'iopsExceeded'), checkOf(look, 'throughputExceeded')];
  const atBase = usedReach(look, resource, always * AT_LIMIT);
  const isChecked = checks.some((check) => check.known && isActive(check.value));
  const isAtBase = atBase.known && isActive(atBase.value);
  const isSilent = !atBase.known && checks.every(({ known }) => !known);
  if (!isChecked && !isAtBase && !isSilent) {
    const why = `${balanceLine(found.empty)}, but nothing asks for more: ${usedLine(look, resource, always)}`;
    return { is: 'unknown', why: [`signals disagree: ${why}`] };
  }
  const confidence = isSilent ? 'possible' : isChecked && isAtBase ? 'certain' : 'likely';
  return causeOf(look, resource, { ...found, confidence, more: checks.map(checkLine) });
}

function causeOf(
  look: Look,
  resource: Resource,
  { performance, empty, confidence, more }: Empty & Pick<Cause, 'confidence'> & { more: string[] },
): Verdict {
  const limit = limitOf(performance, resource);
  const unit = UNIT[resource];
  const { type, sizeGib } = performance;
  const basedOn: Cause['basedOn'] = ['burstBalance'];
  if (checkOf(look, VOLUME_CHECK[resource]).known) basedOn.push(VOLUME_CHECK[resource]);
  if (look.used[resource].known) basedOn.push(...USED_SERIES[resource]);
  const evidence = [
    balanceLine(empty),
    `${type} of ${sizeGib} GiB: ${shown(limit?.always ?? 0)} ${unit} without credits, ${shown(limit?.withCredits ?? 0)} with`,
    usedLine(look, resource, limit?.always),
    ...more,
  ];
  const wouldNotHelp = ['waiting: the bucket fills only while less than the baseline is used'];
  return {
    is: 'cause',
    cause: { name: 'burst-balance', confidence, short: [resource], basedOn, evidence, wouldNotHelp },
  };
}

/** Milliseconds, when that is within the hour. */
function runsOutIn({ measured: { series, window } }: Look): number | undefined {
  const { burstBalance: balance } = series;
  const points = balance.known
    ? balance.value.points.filter(({ at }) => at >= window.to - 2 * RECENT_MS)
    : [];
  const now = points.at(-1)?.value;
  const trend = trendOf(points);
  if (now === undefined || now > LOW || trend === undefined || trend >= 0) return undefined;
  const left = (now / -trend) * HOUR_MS;
  return left <= HOUR_MS ? left : undefined;
}

/** Whether its bursts can be counted on; unknown where nothing tells. */
export function creditsLeft(look: Look, performance: Performance): Fact<boolean> {
  const { source, at } = look.measured.series.burstBalance;
  if (creditedOf(performance) === undefined) return { known: true, value: true, source, at };
  const empty = seriesReach(look.measured, 'burstBalance', ({ value }) => value <= EMPTY);
  if (!empty.known) return unknown(empty.why, source, at);
  return { known: true, value: !isActive(empty.value), source, at };
}
