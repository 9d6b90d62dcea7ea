import type { CaseReport, ReceiveReport } from './receive.ts';
import type { Figure } from './report.ts';
import type { StormReport } from './storm.ts';
import type { ThrottlingReport } from './throttling.ts';

const least = (value: number) => ({ at: 'least', value }) as const;
const most = (value: number) => ({ at: 'most', value }) as const;

export function receiveFigures({ mixed, foreign, mixedOneByOne }: ReceiveReport): Figure[] {
  return [
    ...caseFigures('receive, 90 % foreign', mixed),
    ...caseFigures('receive, 100 % foreign', foreign),
    ratio('receive, 90 % foreign: events per second, batch 10 / batch 1', mixed, mixedOneByOne),
  ];
}

function caseFigures(name: string, { eventsPerSecond, readsPer1000 }: CaseReport): Figure[] {
  return [
    { name: `${name}: events per second`, value: eventsPerSecond, unit: '', aim: least(5_000) },
    { name: `${name}: AWS reads per 1,000 events`, value: readsPer1000, unit: '', aim: most(110) },
  ];
}

function ratio(name: string, one: CaseReport, other: CaseReport): Figure {
  return { name, value: one.eventsPerSecond / other.eventsPerSecond, unit: 'x' };
}

export function stormFigures(report: StormReport): Figure[] {
  const name = `storm of ${report.size.warnings}`;
  const { cordonedPercent, toCordonMs, pods, wallMs, cpuMs, peakRssMb } = report;
  return [
    { name: `${name}: nodes cordoned`, value: cordonedPercent, unit: '%', aim: least(100) },
    { name: `${name}: warning to cordon, p50 (virtual)`, value: toCordonMs.p50, unit: 'ms' },
    { name: `${name}: warning to cordon, p99 (virtual)`, value: toCordonMs.p99, unit: 'ms' },
    { name: `${name}: warning to cordon, longest (virtual)`, value: toCordonMs.max, unit: 'ms' },
    { name: `${name}: pods moved`, value: pods.moved, unit: '' },
    { name: `${name}: pods cut off`, value: pods.cutOff, unit: '' },
    {
      name: `${name}: Kubernetes calls per warning`,
      value: callsPerWarning(report, 'kubernetes.'),
      unit: '',
    },
    { name: `${name}: wall time`, value: wallMs / 1000, unit: 's', aim: most(60) },
    { name: `${name}: CPU time`, value: cpuMs / 1000, unit: 's' },
    { name: `${name}: peak memory (RSS)`, value: peakRssMb, unit: 'MB', aim: most(512) },
  ];
}

function callsPerWarning({ calls, size }: StormReport, prefix: string): number {
  const names = Object.keys(calls).filter((name) => name.startsWith(prefix));
  return names.reduce((sum, name) => sum + (calls[name] ?? 0), 0) / size.warnings;
}

/** Virtual time is the same in every run: what differs from 1 is the lane's doing. */
export function floodFigures(alone: StormReport, flooded: StormReport): Figure[] {
  const { cordonedPercent, toCordonMs, size } = flooded;
  const name = `with ${size.foreign.toLocaleString('en-US')} foreign events`;
  const ratio = toCordonMs.p99 / alone.toCordonMs.p99;
  return [
    { name: `${name}: nodes cordoned`, value: cordonedPercent, unit: '%', aim: least(100) },
    { name: `${name}: warning to cordon, p99 (virtual)`, value: toCordonMs.p99, unit: 'ms' },
    { name: `${name}: p99, with / without`, value: ratio, unit: 'x', aim: most(1.05) },
  ];
}

export function throttlingFigures(report: ThrottlingReport): Figure[] {
  const { size, counted, incidents, awsReads, toCordonMs, wallMs, peakRssMb } = report;
  const name = `${size.calls.toLocaleString('en-US')} throttled calls`;
  return [
    { name: `${name}: counted`, value: (counted / size.calls) * 100, unit: '%', aim: least(100) },
    { name: `${name}: incidents`, value: incidents, unit: '', aim: most(40) },
    { name: `${name}: AWS reads`, value: awsReads, unit: '', aim: most(400) },
    {
      name: `${name}: warning to cordon, p99 (virtual)`,
      value: toCordonMs.p99,
      unit: 'ms',
      aim: most(5_000),
    },
    { name: `${name}: wall time`, value: wallMs / 1000, unit: 's' },
    { name: `${name}: peak memory (RSS)`, value: peakRssMb, unit: 'MB', aim: most(256) },
  ];
}
