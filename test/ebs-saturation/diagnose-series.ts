import type { BootWindow } from '../../functions/ebs-saturation/diagnose/boot-window.ts';
import type { CauseName, Diagnosis, Input } from '../../functions/ebs-saturation/diagnose/types.ts';
import type { Measured } from '../../functions/ebs-saturation/measure/measured.ts';
import {
  SERIES_NAMES,
  type SeriesName,
  SPECS,
  sourceOf,
} from '../../functions/ebs-saturation/measure/names.ts';
import type { InstanceCeiling, Performance } from '../../functions/ebs-saturation/volume.ts';
import { MINUTE_MS } from '../../shared/clock.ts';
import { type Fact, known, unknown } from '../../shared/fact.ts';

/** The end of the look-back of 180 minutes; minute 0 is the oldest. */
export const AT = Date.UTC(2026, 10, 3, 14, 0);
export const MINUTES = 180;
export const START = AT - MINUTES * MINUTE_MS;
export const VOLUME = 'vol-0a1b2c3d4e5f60718';
export const INSTANCE = 'i-0aa11bb22cc33dd44';
const MIB = 1024 * 1024;

/** A value for each minute; undefined is a gap. */
export type Shape = number | ((minute: number) => number | undefined);

export const minute = (index: number) => START + index * MINUTE_MS;
export const fact = <T>(value: T, source = 'EC2'): Fact<T> => known(value, source, AT);
export const missing = (why = 'not read', source = 'EC2') => unknown(why, source, AT);

/** 1 in the last so many minutes. */
export const last =
  (count: number, value = 1, otherwise = 0) =>
  (index: number) =>
    index >= MINUTES - count ? value : otherwise;

export function valueAt(shape: Shape, index: number): number | undefined {
  return typeof shape === 'number' ? shape : shape(index);
}

/** Half of the operations and bytes are reads; IOPS and MiB/s by the minute. */
export function load(iops: Shape, mib: Shape): Partial<Record<SeriesName, Shape>> {
  const part = (shape: Shape, unit: number) => (index: number) => {
    const value = valueAt(shape, index);
    return value === undefined ? undefined : (value * 60 * unit) / 2;
  };
  const ops = part(iops, 1);
  const bytes = part(mib, MIB);
  return { readOps: ops, writeOps: ops, readBytes: bytes, writeBytes: bytes };
}

/** Nothing is short: 300 IOPS and 20 MiB/s, the checks of a Nitro instance read 0. */
export const CALM: Partial<Record<SeriesName, Shape>> = {
  ...load(300, 20),
  queueLength: 0.2,
  idleTime: 55,
  iopsExceeded: 0,
  throughputExceeded: 0,
  stalled: 0,
  instanceIopsExceeded: 0,
  instanceThroughputExceeded: 0,
};

/** Series that are left out were not published. */
export function measured(shapes: Partial<Record<SeriesName, Shape | undefined>>): Measured {
  const series = Object.fromEntries(
    SERIES_NAMES.map((name) => {
      const shape = shapes[name];
      const source = sourceOf(name);
      if (shape === undefined) return [name, unknown('not published in the last three hours', source, AT)];
      const { periodMs } = SPECS[name];
      const points = Array.from({ length: MINUTES }, (_, index) => ({
        at: minute(index),
        value: valueAt(shape, index),
      })).flatMap(({ at, value }) => (value === undefined || at % periodMs !== 0 ? [] : [{ at, value }]));
      if (points.length === 0) return [name, unknown('no data in this window', source, AT)];
      return [name, known({ points, periodMs }, source, AT)];
    }),
  ) as Measured['series'];
  return { volumeId: VOLUME, instanceId: INSTANCE, window: { from: START, to: AT }, series };
}

export const GP3: Performance = { type: 'gp3', sizeGib: 100, iops: 3_000, throughputMib: 125 };
export const GP2: Performance = { type: 'gp2', sizeGib: 100, iops: 300, throughputMib: 128 };
export const CEILING: InstanceCeiling = {
  instanceType: 'm6i.large',
  nitro: true,
  baselineIops: 3_600,
  baselineThroughputMib: 81,
  maximumIops: 40_000,
  maximumThroughputMib: 1_250,
};
/** Carries far more than one volume. */
export const LARGE: InstanceCeiling = {
  instanceType: 'm6i.8xlarge',
  nitro: true,
  baselineIops: 40_000,
  baselineThroughputMib: 1_250,
};

/** A data volume on a large instance, calm but for what is given. */
export function input(
  shapes: Partial<Record<SeriesName, Shape | undefined>> = {},
  about: Partial<Input> = {},
): Input {
  return {
    performance: fact(GP3),
    multiAttach: false,
    isRoot: fact(false),
    ceiling: fact(LARGE),
    others: fact([]),
    launchedAt: fact(AT - 48 * 60 * MINUTE_MS),
    mates: fact([]),
    modification: fact(null),
    pods: fact([]),
    measured: measured({ ...CALM, ...shapes }),
    ...about,
  };
}

/** More IOPS asked for than there are, in the last 40 minutes. */
export const SHORT_OF_IOPS: Partial<Record<SeriesName, Shape>> = {
  ...load(last(40, 2_990, 300), 25),
  iopsExceeded: last(40),
  queueLength: last(40, 12, 0.2),
  idleTime: last(40, 0, 55),
};

export function bootOf(shortMinutes: number): Fact<BootWindow> {
  return fact({
    from: START,
    to: START + 20 * MINUTE_MS,
    measuredMs: 9 * MINUTE_MS,
    shortMs: shortMinutes * MINUTE_MS,
    elsewhereMs: 0,
    short: shortMinutes > 0 ? ['iops'] : [],
    basedOn: ['iopsExceeded'],
  });
}

export function names({ causes }: Diagnosis): CauseName[] {
  return causes.map(({ name }) => name);
}

/** e.g. `volume-iops certain`. */
export function ranked({ causes }: Diagnosis): string[] {
  return causes.map(({ name, confidence }) => `${name} ${confidence}`);
}
