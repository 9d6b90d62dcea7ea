import { describe, expect, test } from 'vitest';
import { nodeInterruptionSection } from '../../functions/node-interruption/policy.ts';
import { policyFor } from '../../shared/config/effective.ts';
import { loadConfig } from '../../shared/config/load.ts';
import { MODES } from '../../shared/config/policy.ts';

const sections = { 'node-interruption': nodeInterruptionSection };
const NOW = Date.parse('2026-11-03T14:00:00Z');
const prod = { name: 'prod', account: '111122223333', region: 'eu-west-1' };

function policy(text: string, cluster = prod) {
  const result = loadConfig(text, 'paramedic.yaml', sections);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return policyFor(result, cluster, 'node-interruption', NOW);
}

const LAYERS = `version: 1
global: { mode: auto }
troubles:
  node-interruption:
    drain: { parallel: 7, emptyDir: skip }
clusters:
  - name: other
    mode: off
  - name: prod
    account: "111122223333"
    region: eu-west-1
    mode: approve
    troubles:
      node-interruption:
        mode: observe
        drain: { parallel: 3 }
        verify: { within: 10m }
`;

describe('the effective policy', () => {
  test('merges default, trouble and cluster option by option', () => {
    const { section } = policy(LAYERS);
    expect(section['drain']).toMatchObject({ parallel: 3, emptyDir: 'skip', inApproveMode: 'drain' });
    expect(section['verify']).toMatchObject({ within: 600_000 });
    expect(section['spot']).toMatchObject({ safetyMargin: 15_000 });
    expect(section).not.toHaveProperty('mode');
  });

  test('lives on null prototypes and leaves the config as it was', () => {
    const { section } = policy(LAYERS);
    expect(Object.getPrototypeOf(section)).toBeNull();
    expect(Object.getPrototypeOf(section['drain'])).toBeNull();
    expect(policy(LAYERS, { ...prod, name: 'third' }).section['drain']).toMatchObject({ parallel: 7 });
  });

  test('names the line that decided the mode', () => {
    const rule = 'paramedic.yaml:15 clusters[1].troubles.node-interruption.mode';
    expect(policy(LAYERS)).toMatchObject({ mode: 'observe', modeRule: rule });
    expect(policy(LAYERS, { ...prod, name: 'other' })).toMatchObject({
      mode: 'off',
      modeRule: 'paramedic.yaml:8 clusters[0].mode',
    });
    expect(policy(LAYERS, { ...prod, name: 'third' })).toMatchObject({
      mode: 'auto',
      modeRule: 'paramedic.yaml:2 global.mode',
    });
  });

  test.each(['account', 'region'] as const)('an entry for another %s does not apply', (field) => {
    const elsewhere = { ...prod, [field]: field === 'account' ? '999999999999' : 'us-east-1' };
    expect(policy(LAYERS, elsewhere)).toMatchObject({
      mode: 'auto',
      modeRule: 'paramedic.yaml:2 global.mode',
    });
    expect(policy(LAYERS, elsewhere).section['drain']).toMatchObject({ parallel: 7 });
  });

  test('is observe by default when no line says a mode', () => {
    expect(policy('version: 1\n')).toMatchObject({ mode: 'observe', modeRule: 'default' });
  });

  test('the built-in observe caps a cluster that says auto', () => {
    const text = 'version: 1\nclusters: [{ name: prod, mode: auto }]\n';
    expect(policy(text)).toMatchObject({ mode: 'observe', modeRule: 'default' });
  });

  const triples = MODES.flatMap((general) =>
    MODES.flatMap((trouble) => MODES.map((own) => [general, trouble, own] as const)),
  );
  test.each(triples)('the lowest of global %s, trouble %s, cluster %s wins', (general, trouble, own) => {
    const text = `version: 1
global: { mode: ${general} }
troubles: { node-interruption: { mode: ${trouble} } }
clusters: [{ name: prod, mode: ${own} }]`;
    const lowest = MODES.find((mode) => [general, trouble, own].includes(mode)) ?? 'off';
    const line = 2 + [general, trouble, own].indexOf(lowest);
    expect(policy(text).mode).toBe(lowest);
    expect(policy(text).modeRule).toMatch(new RegExp(`^paramedic.yaml:${line} `));
  });

  test('a trouble the config does not know is a bug, not a policy', () => {
    const result = loadConfig('version: 1\n', 'x', sections);
    if (!result.ok) throw new Error('unreachable');
    expect(() => policyFor(result, prod, 'toString', NOW)).toThrow('no section');
  });

  test('passes on whom to stand down for', () => {
    expect(policy('version: 1\nglobal: { standDownFor: [] }\n').standDownFor).toEqual([]);
  });
});
