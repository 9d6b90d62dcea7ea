import type { Figure } from '../report.ts';
import { median, percentile } from '../statistics.ts';
import type { Scenario } from './scenarios.ts';

/** One turn of one tool. Times in ms since the event or the start of the command. */
export interface Sample {
  scenario: string;
  tool: string;
  pods: number;
  /** One for each node. */
  toCordonMs: number[];
  /** The last pod is seen to be ending. */
  acceptedMs: number;
  /** The last pod is gone. */
  goneMs: number;
  /** The tool itself is done. */
  endedMs: number;
  /** At the API server, by its audit log. */
  requests: number;
  /** Of these, answered with 429. */
  refused: number;
  /** Why it does not count. */
  broken: string[];
}

const SECOND_MS = 1_000;
/** Of fewer values a high percentile is the highest. */
const ENOUGH = 10;
const CORDON_AIM_MS = 5_000;
/** From this many nodes on, event to cordon has an aim. */
const MANY_NODES = 50;

/** Ours first, then each opponent with its ratios. */
export function scenarioFigures(scenario: Scenario, samples: readonly Sample[]): Figure[] {
  const mine = samples.filter((sample) => sample.scenario === scenario.name);
  const tools = [...Map.groupBy(mine, ({ tool }) => tool)];
  const [ours, ...others] = tools;
  if (ours === undefined) return [];
  return [
    ...tools.flatMap(([tool, turns]) => toolFigures(scenario, tool, turns, tool === ours[0])),
    ...others.flatMap(([tool, turns]) => ratioFigures(scenario, tool, turns, ours[1])),
  ];
}

function toolFigures(scenario: Scenario, tool: string, turns: readonly Sample[], isOurs: boolean): Figure[] {
  const named = (what: string) => `${scenario.title}: ${tool}: ${what}`;
  const seconds = (what: string, of: (sample: Sample) => number): Figure => {
    return { name: named(what), value: median(turns.map(of)) / SECOND_MS, unit: 's' };
  };
  const perPod = (what: string, of: (sample: Sample) => number): Figure => {
    return { name: named(what), value: median(turns.map((turn) => of(turn) / turn.pods)), unit: '' };
  };
  return [
    ...cordonFigures(scenario, named('to cordon'), turns, isOurs),
    seconds('all evictions accepted', ({ acceptedMs }) => acceptedMs),
    seconds('all pods gone', ({ goneMs }) => goneMs),
    seconds('says it is done', ({ endedMs }) => endedMs),
    perPod('API requests per pod', ({ requests }) => requests),
    perPod('of these answered 429', ({ refused }) => refused),
  ];
}

function cordonFigures(
  { nodes }: Scenario,
  name: string,
  turns: readonly Sample[],
  isOurs: boolean,
): Figure[] {
  const values = turns.flatMap(({ toCordonMs }) => toCordonMs);
  const at = (share: number) => percentile(values, share);
  const half: Figure = { name: `${name}, p50`, value: at(0.5), unit: 'ms' };
  if (values.length < ENOUGH) return [half];
  const high: Figure = { name: `${name}, p99`, value: at(0.99), unit: 'ms' };
  const isAim = isOurs && nodes >= MANY_NODES;
  return [half, isAim ? { ...high, aim: { at: 'most', value: CORDON_AIM_MS } } : high];
}

function ratioFigures(
  { title, aim }: Scenario,
  tool: string,
  theirs: readonly Sample[],
  ours: readonly Sample[],
): Figure[] {
  const ratio = (what: string, of: (sample: Sample) => number): Figure => {
    const value = median(theirs.map(of)) / median(ours.map(of));
    return { name: `${title}: ${tool} / Paramedic: ${what}`, value, unit: 'x' };
  };
  const aimed = aim === undefined ? {} : { aim: { at: 'least', value: aim } as const };
  return [
    { ...ratio('all evictions accepted', ({ acceptedMs }) => acceptedMs), ...aimed },
    ratio('all pods gone', ({ goneMs }) => goneMs),
    ratio('API requests', ({ requests }) => requests),
  ];
}
