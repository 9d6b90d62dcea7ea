import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { FileProblem, loadScenario, loadWorld } from '../../simulator/load.ts';
import { World } from '../../simulator/world.ts';

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof FileProblem) return error.problems;
    throw error;
  }
  return [];
}

const MINIMAL = 'clusters:\n  - name: demo\n    groups:\n      - name: workers\n        count: 2\n';

describe('world files', () => {
  it('fills in what is left out', () => {
    const spec = loadWorld(MINIMAL);
    expect(spec.delays.join).toBe(60_000);
    expect(spec.clusters[0]?.groups[0]).toMatchObject({
      kind: 'managed',
      lifecycle: 'on-demand',
      podsPerNode: 29,
    });
  });

  it('reads JSON as well', () => {
    const json = JSON.stringify({ clusters: [{ name: 'demo', groups: [] }] });
    expect(loadWorld(json).clusters[0]?.name).toBe('demo');
  });

  it('names line and path of a field it does not know', () => {
    const text = `${MINIMAL}        flavour: sweet\n`;
    expect(problemsOf(() => loadWorld(text, 'w.yaml'))).toEqual([
      'w.yaml:6: clusters[0].groups[0].flavour: no such field',
    ]);
  });

  it('names every mistake at once', () => {
    const text = 'delays: { join: 60 }\nclusters:\n  - name: demo\n    groups:\n      - count: -1\n';
    const problems = problemsOf(() => loadWorld(text, 'w.yaml'));
    expect(problems).toContain(
      'w.yaml:1: delays.join: write a duration with its unit, such as 90s, 2m or 100ms',
    );
    expect(problems).toContain('w.yaml:5: clusters[0].groups[0].name: missing');
    expect(problems.some((line) => line.startsWith('w.yaml:5: clusters[0].groups[0].count: '))).toBe(true);
  });

  it('refuses aliases, duplicate keys and text that is not YAML', () => {
    expect(problemsOf(() => loadWorld('start: &a x\nregion: *a\n', 'w'))).toEqual([
      'w:1: aliases are not allowed',
    ]);
    expect(problemsOf(() => loadWorld('seed: 1\nseed: 2\n', 'w'))[0]).toMatch(/^w:2: .*unique/);
    expect(problemsOf(() => loadWorld('clusters: [', 'w'))[0]).toMatch(/^w:1: /);
    expect(problemsOf(() => loadWorld('', 'w'))).toHaveLength(1);
  });

  it('refuses what contradicts itself', () => {
    const stray = `${MINIMAL}    workloads:\n      - { name: web, group: elsewhere }\n`;
    expect(problemsOf(() => loadWorld(stray, 'w'))).toEqual(['w: demo: workload web: no group elsewhere']);
    const both = `${MINIMAL}    budgets:\n      - { name: b, selector: {}, minAvailable: 1, maxUnavailable: 1 }\n`;
    expect(problemsOf(() => loadWorld(both, 'w'))[0]).toContain('give either minAvailable or maxUnavailable');
  });

  it('ships worlds that load and hold what they say', async () => {
    const read = (name: string) =>
      readFile(new URL(`../../simulator/worlds/${name}`, import.meta.url), 'utf8');
    const small = new World(loadWorld(await read('small.yaml')));
    expect(small.nodes()).toHaveLength(3);
    expect(small.nodes()[0]?.id).toBe('i-0f3c9a1d2e4b56789');
    const fleet = new World(loadWorld(await read('fleet.yaml')));
    const nodes = fleet.nodes();
    expect(nodes).toHaveLength(20);
    expect(new Set(nodes.map((node) => node.zone)).size).toBe(3);
    expect(nodes.every((node) => /^i-[0-9a-f]{17}$/.test(node.id))).toBe(true);
    const pods = nodes.reduce((sum, node) => sum + node.pods.length, 0);
    expect(pods).toBe(148);
    const volumes = new World(loadWorld(await read('volumes.yaml')));
    expect(volumes.ebs.find('vol-0a1b2c3d4e5f60718')?.place.instance?.id).toBe('i-0f3c9a1d2e4b56789');
    const alarms = await volumes.alarms
      .port()
      .describeAlarms(['arn:aws:cloudwatch:eu-west-1:210987654321:alarm:payments-storage']);
    expect(alarms).toMatchObject([{ kind: 'composite', state: 'OK', children: { length: 2 } }]);
  });
});

describe('scenario files', () => {
  it('reads a bare list', () => {
    const scenario = loadScenario(
      '- { at: 0s, do: interrupt, target: workers/0 }\n- { at: 2m, do: crash }\n',
    );
    expect(scenario.items).toEqual([
      { at: 0, do: 'interrupt', target: 'workers/0', action: 'terminate', warned: true },
      { at: 120_000, do: 'crash' },
    ]);
  });

  it('names line and path of a bad item', () => {
    const text = 'items:\n  - at: 0s\n    do: fault\n    rule: { fault: { kind: hang } }\n';
    expect(problemsOf(() => loadScenario(text, 's.yaml'))).toEqual([
      's.yaml:4: items[0].rule.fault.for: missing',
    ]);
    expect(problemsOf(() => loadScenario('- { at: 0s, do: dance }\n', 's.yaml'))[0]).toMatch(
      /^s.yaml:1: \[0\].do: /,
    );
  });
});
