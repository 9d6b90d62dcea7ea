import { AIM_KB, type BundleSize } from '../../scripts/bundle-size.ts';
import type { Figure } from '../report.ts';
import { median } from '../statistics.ts';

/** Of one fresh process, in ms. `invokeMs` is missing where no faithful first event is known. */
export interface Sample {
  initMs: number;
  invokeMs?: number;
}

export const EMPTY = 'empty handler';

/** Init and first invoke together, over those of an empty handler in the same run. */
const RATIO_AIM = 2;

const most = (value: number) => ({ at: 'most', value }) as const;

/** Every function after the empty handler they are compared with. */
export function timeFigures(samples: ReadonlyMap<string, readonly Sample[]>): Figure[] {
  const empty = samples.get(EMPTY) ?? [];
  return [...samples].flatMap(([name, own]) => [
    ...phaseFigures(name, own),
    ...(name === EMPTY ? [] : ratioFigures(name, own, empty)),
  ]);
}

/** Medians; that of the sum is not the sum of those of its parts. */
function phaseFigures(name: string, samples: readonly Sample[]): Figure[] {
  const init = { name: `${name}: init`, value: median(inits(samples)), unit: 'ms' };
  if (!isWhole(samples)) return [init];
  return [
    init,
    { name: `${name}: first invoke`, value: median(invokes(samples)), unit: 'ms' },
    { name: `${name}: init + first invoke`, value: median(totals(samples)), unit: 'ms' },
  ];
}

function ratioFigures(name: string, samples: readonly Sample[], empty: readonly Sample[]): Figure[] {
  const init = { name: `${name}: init, over empty`, value: median(inits(samples)) / median(inits(empty)) };
  const total = median(totals(samples)) / median(totals(empty));
  const both = { name: `${name}: init + first invoke, over empty`, value: total, aim: most(RATIO_AIM) };
  return [init, ...(isWhole(samples) ? [both] : [])].map((figure) => ({ ...figure, unit: 'x' }));
}

function isWhole(samples: readonly Sample[]): boolean {
  return samples.every(({ invokeMs }) => invokeMs !== undefined);
}

function inits(samples: readonly Sample[]): number[] {
  return samples.map(({ initMs }) => initMs);
}

function invokes(samples: readonly Sample[]): number[] {
  return samples.map(({ invokeMs = Number.NaN }) => invokeMs);
}

function totals(samples: readonly Sample[]): number[] {
  return samples.map(({ initMs, invokeMs = Number.NaN }) => initMs + invokeMs);
}

/** One line for each function whose first invoke is not in the figures. */
export function unmeasured(samples: ReadonlyMap<string, readonly Sample[]>): string[] {
  return [...samples]
    .filter(([, own]) => !isWhole(own))
    .map(([name]) => `${name}: init alone, no faithful first event is known here`);
}

export function sizeFigures(sizes: readonly BundleSize[]): Figure[] {
  return sizes.map(({ bundle, total }) => {
    return { name: `${bundle}: bundle`, value: total / 1_024, unit: 'KB', aim: most(AIM_KB) };
  });
}
