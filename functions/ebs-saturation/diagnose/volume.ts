import type { Fact } from '../../../shared/fact.ts';
import type { Resource } from '../measure/used.ts';
import type { Performance } from '../volume.ts';
import { creditsLeft } from './burst.ts';
import { doubtsOf, queueFigures, type Signals } from './doubts.ts';
import { limitOf } from './limit.ts';
import { checkLine, usedLine } from './lines.ts';
import { isActive } from './reach.ts';
import type { Cause } from './types.ts';
import {
  AT_LIMIT,
  atMost,
  checkOf,
  type Look,
  USED_SERIES,
  unknowns,
  usedReach,
  type Verdict,
  VOLUME_CHECK,
} from './verdict.ts';

const NAME = { iops: 'volume-iops', throughput: 'volume-throughput' } as const;
/** Whether the volume gives less than is asked of it. `instance` is what was found of its instance. */
export function volumeVerdict(look: Look, resource: Resource, instance: Verdict): Verdict {
  const signals = signalsOf(look, resource);
  const { check, atLimit, limit } = signals;
  const lines = [checkLine(check), usedLine(look, resource, limit)];
  const isChecked = check.known && isActive(check.value);
  const isAtLimit = atLimit.known && isActive(atLimit.value);
  if (!isChecked && !isAtLimit) {
    // A check that reads 0 alone is not believed where its use could be held against a figure, but is not known.
    const isMeasured = atLimit.known || (check.known && isLimitless(look, resource));
    return isMeasured ? { is: 'no', evidence: lines } : { is: 'unknown', why: unknowns(check, atLimit) };
  }
  if (check.known && !isChecked && check.value.recentHitMs === 0) {
    return { is: 'unknown', why: [`signals disagree: ${lines.join(', but ')}`] };
  }
  return { is: 'cause', cause: causeOf(look, signals, { instance, lines }) };
}

function causeOf(
  look: Look,
  signals: Signals,
  { instance, lines }: { instance: Verdict; lines: readonly string[] },
): Cause {
  const { resource, check, atLimit } = signals;
  const isChecked = check.known && isActive(check.value);
  const isAtLimit = atLimit.known && isActive(atLimit.value);
  const doubts = doubtsOf(look, signals, instance);
  const sure = isChecked && isAtLimit ? 'certain' : 'likely';
  return {
    name: NAME[resource],
    confidence: doubts.reduce<Cause['confidence']>((least, { bound }) => atMost(least, bound), sure),
    short: [resource],
    basedOn: [...(isChecked ? [VOLUME_CHECK[resource]] : []), ...(isAtLimit ? USED_SERIES[resource] : [])],
    evidence: [...lines, ...queueLines(look), ...doubts.map(({ line }) => line)],
    wouldNotHelp: notHelping(resource, instance),
  };
}

function signalsOf(look: Look, resource: Resource): Signals {
  const check = checkOf(look, VOLUME_CHECK[resource]);
  const { performance } = look;
  if (!performance.known) return { resource, check, atLimit: performance, limit: undefined };
  const limit = limitNow(look, performance.value, resource);
  if (!limit.known) return { resource, check, atLimit: limit, limit: undefined };
  return { resource, check, atLimit: usedReach(look, resource, limit.value * AT_LIMIT), limit: limit.value };
}

function isLimitless({ performance }: Look, resource: Resource): boolean {
  return performance.known && limitOf(performance.value, resource) === undefined;
}

/** What it gives with the credits it has. */
function limitNow(look: Look, performance: Performance, resource: Resource): Fact<number> {
  const { source, at } = look.performance;
  const limit = limitOf(performance, resource);
  if (limit === undefined) {
    return { known: false, why: `use of ${performance.type} has no figure to be held against`, source, at };
  }
  if (limit.always === limit.withCredits) return { known: true, value: limit.always, source, at };
  const credits = creditsLeft(look, performance);
  if (!credits.known) return credits;
  return { known: true, value: credits.value ? limit.withCredits : limit.always, source, at };
}

function queueLines(look: Look): string[] {
  const figures = queueFigures(look);
  if (figures === undefined) return [];
  const { p50, max } = figures;
  const { source } = look.measured.series.queueLength;
  return [`${source}: p50 ${p50.toFixed(1)}, at most ${max.value.toFixed(1)}`];
}

function notHelping(resource: Resource, instance: Verdict): string[] {
  const other = resource === 'iops' ? 'more throughput alone' : 'more IOPS alone';
  const first = instance.is === 'cause' ? ['more of this volume before its instance carries more'] : [];
  return [...first, `${other}: that is not what it is short of`];
}
