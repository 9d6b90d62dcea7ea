import { figuresOf } from '../measure/statistics.ts';
import { waitsOf } from '../measure/waits.ts';
import type { VolumeType } from '../volume.ts';
import { isActive, reachOf, reachText } from './reach.ts';
import type { Look, Verdict } from './verdict.ts';

/** Ms; a solid-state volume takes a few. */
const SLOW_MS = 20;
const DISKS: readonly VolumeType[] = ['st1', 'sc1', 'standard'];

/** Operations that take long although nothing is short: nobody may say then that nothing is wrong. */
export function slowVerdict({ measured, performance }: Look): Verdict {
  const slow = reachOf(waitsOf(measured), measured.window, ({ value }) => value > SLOW_MS);
  const isDisk = performance.known && DISKS.includes(performance.value.type);
  if (isDisk || !slow.known || !isActive(slow.value)) return { is: 'no', evidence: latencyLines(measured) };
  const found = `operations wait for more than ${SLOW_MS} ms in ${reachText(slow.value)}, though nothing is short`;
  return { is: 'unknown', why: [`not explained: ${found}`, ...latencyLines(measured)] };
}

function latencyLines({ series }: Look['measured']): string[] {
  return [series.readLatency, series.writeLatency].flatMap((fact) => {
    const figures = fact.known ? figuresOf(fact.value.points) : undefined;
    if (figures === undefined) return [];
    return [`${fact.source}: p50 ${figures.p50.toFixed(1)} ms, at most ${figures.max.value.toFixed(1)} ms`];
  });
}
