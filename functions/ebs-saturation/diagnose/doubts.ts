import type { Fact } from '../../../shared/fact.ts';
import { figuresOf } from '../measure/statistics.ts';
import type { Resource } from '../measure/used.ts';
import { isActive, type Reach } from './reach.ts';
import type { Cause, Modification } from './types.ts';
import type { Look, Verdict } from './verdict.ts';

/** With less than this of the limit used by the minute, bursts within the minute do not explain it well. */
const HALF = 0.5;

/** Two signals of one shortage: AWS's own check, and what is used of what the volume gives. */
export interface Signals {
  resource: Resource;
  check: Fact<Reach>;
  /** At its limit; unknown where there is no limit to hold it against. */
  atLimit: Fact<Reach>;
  limit: number | undefined;
}

export interface Doubt {
  bound: Cause['confidence'];
  line: string;
}

/** What stands against it, and how sure it can be then. */
export function doubtsOf(
  look: Look,
  { resource, check, atLimit, limit }: Signals,
  instance: Verdict,
): Doubt[] {
  const doubts: Doubt[] = [];
  const used = look.used[resource];
  const max = used.known ? figuresOf(used.value.points)?.max.value : undefined;
  if (limit !== undefined && max !== undefined && max < limit * HALF) {
    doubts.push({ bound: 'possible', line: 'signals disagree: not even half of it is used in any minute' });
  } else if (atLimit.known && !isActive(atLimit.value)) {
    doubts.push({
      bound: 'likely',
      line: 'on average over a minute its limit is hardly reached: its bursts are shorter',
    });
  }
  if (!check.known && !doesQueue(look)) {
    doubts.push({
      bound: 'possible',
      line: 'only its use says so: AWS’s check is not known, and nothing queues',
    });
  }
  if (instance.is === 'cause') {
    doubts.push({ bound: 'possible', line: 'its instance carries no more either' });
  }
  if (instance.is === 'unknown') {
    doubts.push({ bound: 'likely', line: 'whether its instance carries more is unknown' });
  }
  return [...doubts, ...changing(look)];
}

const CHANGING: Partial<Record<Modification['state'], Cause['confidence']>> = {
  modifying: 'possible',
  optimizing: 'possible',
  unknown: 'likely',
};

/** While it is being modified, what it gives lies between the old and the new. */
function changing({ modification }: Look): Doubt[] {
  const state = modification.known ? modification.value?.state : undefined;
  const bound = state === undefined ? undefined : CHANGING[state];
  if (bound === undefined) return [];
  return [
    { bound, line: `${modification.source}: modification ${state}: its new figures may not all hold yet` },
  ];
}

/** More waits than the one operation in a thousand a second that AWS advises. */
function doesQueue(look: Look): boolean {
  const p50 = queueFigures(look)?.p50;
  const iops = look.performance.known ? look.performance.value.iops : 0;
  return p50 !== undefined && p50 > Math.max(1, iops / 1_000);
}

export function queueFigures({ measured: { series } }: Look) {
  return series.queueLength.known ? figuresOf(series.queueLength.value.points) : undefined;
}
