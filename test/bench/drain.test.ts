import { describe, expect, test } from 'vitest';
import { type Sample, scenarioFigures } from '../../bench/drain/figures.ts';
import { commandsOf, drainOptions } from '../../bench/drain/options.ts';
import { quick, SCENARIOS } from '../../bench/drain/scenarios.ts';
import { verdictOf } from '../../bench/report.ts';

describe('options', () => {
  test('without any, every scenario runs and no further tool', () => {
    expect(drainOptions([])).toMatchObject({ scenarios: SCENARIOS, tools: [], json: false });
  });

  test('scenarios are chosen by name, made small, and repeated as asked', () => {
    const { scenarios } = drainOptions(['--only', 'pods-250', '--quick', '--rounds', '4']);
    expect(scenarios).toEqual([expect.objectContaining({ name: 'pods-250', podsPerNode: 20, rounds: 4 })]);
    expect(scenarios[0]).not.toHaveProperty('aim');
  });

  test.each([
    [['--only', 'pods-1'], 'no scenario "pods-1"; there are pods-100'],
    [['--rounds', '0'], '--rounds takes a whole number from 1 to 20'],
    [['--tool', 'mine'], "--tool takes 'name=command"],
    [['--tool', 'mine=drain it'], '--tool mine: {node} for one process per node'],
    [['--tool', 'Paramedic=run {node}'], 'two tools are called "Paramedic"'],
  ])('%s is refused with the reason', (args, reason) => {
    expect(() => drainOptions(args)).toThrow(reason);
  });

  test('a tool runs once per node, or once for all', () => {
    const nodes = ['a', 'b'];
    expect(commandsOf('drain {node} --kubeconfig {kubeconfig}', nodes, '/k')).toEqual([
      'drain a --kubeconfig /k',
      'drain b --kubeconfig /k',
    ]);
    expect(commandsOf('drain {nodes}', nodes, '/k')).toEqual(['drain a b']);
  });
});

describe('figures', () => {
  const [scenario = quick({ name: '', title: '', nodes: 0, podsPerNode: 0, rounds: 0 })] = SCENARIOS;
  const sample = (tool: string, acceptedMs: number): Sample => ({
    scenario: scenario.name,
    tool,
    pods: 100,
    toCordonMs: [40],
    acceptedMs,
    goneMs: acceptedMs + 600,
    endedMs: acceptedMs + 700,
    requests: 150,
    refused: 10,
    broken: [],
  });
  const figureOf = (samples: Sample[], name: string) =>
    scenarioFigures(scenario, samples).find((figure) => figure.name === `${scenario.title}: ${name}`);

  test('the ratio is theirs over ours, by the medians of all turns, and held against the aim', () => {
    const samples = [400, 500, 9_000].map((ms) => sample('Paramedic', ms)).concat(sample('other', 6_000));
    const ratio = figureOf(samples, 'other / Paramedic: all evictions accepted');
    expect(ratio).toMatchObject({ value: 12, unit: 'x' });
    expect(ratio === undefined ? '' : verdictOf(ratio)).toBe('ok');
    expect(figureOf(samples, 'Paramedic: API requests per pod')?.value).toBe(1.5);
  });

  test('of a few cordons there is a median and no 99th percentile', () => {
    const names = scenarioFigures(scenario, [sample('Paramedic', 1)]).map(({ name }) => name);
    expect(names).toContain(`${scenario.title}: Paramedic: to cordon, p50`);
    expect(names.filter((name) => name.includes('p99'))).toEqual([]);
  });
});
