import type { EpochMs } from '../../../shared/clock.ts';
import type { Fact } from '../../../shared/fact.ts';
import { between, type Measured, type Series, since } from '../measure/measured.ts';
import type { SeriesName } from '../measure/names.ts';
import { figuresOf, RECENT_MS } from '../measure/statistics.ts';
import { type Resource, usedOf } from '../measure/used.ts';
import { waitsOf } from '../measure/waits.ts';
import { RESOURCES, VOLUME_CHECK } from './verdict.ts';

export type Better = 'yes' | 'no' | 'unknown';

/** Any of them at 1 is a shortage; those of the instance too, so that one that has only moved is no better. */
const VOLUME: readonly SeriesName[] = ['iopsExceeded', 'throughputExceeded'];
const INSTANCE: readonly SeriesName[] = ['instanceIopsExceeded', 'instanceThroughputExceeded'];
/** EBS takes its time: long after the change it may have been short still. */
const LATEST_MS = 2 * RECENT_MS;
/** Minutes on either side, for a judgement. */
const ENOUGH = 5;
/** Shares of the minutes. */
const SHORT_BEFORE = 0.1;
const SHORT_AFTER = 0.05;
/** With less than this of the load that was, what is not short proves nothing. */
const SAME_LOAD = 0.5;
const FASTER = 0.8;
const SLOWER = 1.2;

/**
 * Whether a change made at `changedAt` has helped by now: by the share of minutes that were short, and by how long operations
 * wait. Without data, with hardly any load or with signals that disagree it is unknown: a volume nobody uses is not
 * better. Pure and total.
 */
export function isBetter(before: Measured, after: Measured, changedAt: EpochMs): Better {
  const old = between(before, { from: before.window.from, to: Math.min(before.window.to, changedAt) });
  const present = since(after, Math.max(changedAt, after.window.to - LATEST_MS));
  const [was, is] = [shortShare(old), shortShare(present)];
  const waits = waitChange(old, present);
  if (is !== undefined && is > SHORT_AFTER) {
    if (was === undefined) return 'unknown';
    return is < was / 2 && waits === 'faster' ? 'yes' : 'no';
  }
  if (!hasSameLoad(old, present)) return 'unknown';
  if (was === undefined || is === undefined) return byWaiting(waits);
  return was >= SHORT_BEFORE && waits !== 'slower' ? 'yes' : 'unknown';
}

function byWaiting(waits: Waits): Better {
  if (waits === 'unknown') return 'unknown';
  return waits === 'faster' ? 'yes' : 'no';
}

/** Of the measured minutes; undefined without enough of them. The volume's own checks must all be there. */
function shortShare({ series }: Measured): number | undefined {
  if (VOLUME.some((name) => !series[name].known)) return undefined;
  const checks = [...VOLUME, ...INSTANCE].flatMap((name) => pointsOf(series[name]));
  const minutes = new Set(checks.map(({ at }) => at));
  const short = new Set(checks.filter(({ value }) => value > 0).map(({ at }) => at));
  return minutes.size < ENOUGH ? undefined : short.size / minutes.size;
}

type Waits = 'faster' | 'same' | 'slower' | 'unknown';

/** Independent of the checks. */
function waitChange(before: Measured, after: Measured): Waits {
  const was = waitOf(before);
  const is = waitOf(after);
  if (was === undefined || is === undefined || was === 0) return 'unknown';
  if (is <= was * FASTER) return 'faster';
  return is >= was * SLOWER ? 'slower' : 'same';
}

function waitOf(measured: Measured): number | undefined {
  const waits = pointsOf(waitsOf(measured));
  return waits.length < ENOUGH ? undefined : figuresOf(waits)?.p50;
}

/** Of what was short before, in the minutes in which it was; where no check says what that was, of both in all. */
function hasSameLoad(old: Measured, present: Measured): boolean {
  const short = RESOURCES.filter((resource) => shortMinutes(old, resource).size > 0);
  const [before, after] = [usedOf(old), usedOf(present)];
  return (short.length > 0 ? short : RESOURCES).every((resource) => {
    const minutes = shortMinutes(old, resource);
    const asked = pointsOf(before[resource]).filter(({ at }) => minutes.size === 0 || minutes.has(at));
    const was = figuresOf(asked);
    const is = figuresOf(pointsOf(after[resource]));
    if (was === undefined || is === undefined || is.count < ENOUGH) return false;
    return is.p50 > 0 && is.p50 >= was.p50 * SAME_LOAD;
  });
}

function shortMinutes({ series }: Measured, resource: Resource): ReadonlySet<EpochMs> {
  const hits = pointsOf(series[VOLUME_CHECK[resource]]).filter(({ value }) => value > 0);
  return new Set(hits.map(({ at }) => at));
}

function pointsOf(fact: Fact<Series>): Series['points'] {
  return fact.known ? fact.value.points : [];
}
