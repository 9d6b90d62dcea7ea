import { describe, expect, test } from 'vitest';
import { policyFor } from '../../shared/config/effective.ts';
import { PRESET_NAMES } from '../../shared/config/presets.ts';
import { loaded } from './bad.ts';

const prod = { name: 'prod', account: '111122223333', region: 'eu-west-1' };
const policy = (text: string) => policyFor(loaded(text), prod, 'node-interruption', 0);

describe('a preset', () => {
  test.each(PRESET_NAMES)('%s is valid, and its lines are named after it', (name) => {
    const { config } = loaded(`version: 1\nextends: ["${name}"]\n`);
    expect(Object.values(config.presets)).toContain(name);
    expect(policy(`version: 1\nextends: ["${name}"]\n`).modeRule).toBe(`${name} global.mode`);
  });

  test('stands below the file, option by option', () => {
    const text = `version: 1
extends: [preset:conservative]
global:
  mode: auto
  disruptionBudget: { perHour: 7 }
`;
    expect(policy(text)).toMatchObject({
      mode: 'auto',
      modeRule: 'paramedic.yaml:4 global.mode',
      disruptionBudget: { perHour: 7, share: 0.05, floor: 1 },
      quarantine: { actions: 2 },
      limitRules: {
        disruptionBudget: 'paramedic.yaml:5 global.disruptionBudget',
        quarantine: 'preset:conservative global.quarantine',
      },
    });
  });

  test('named last wins over those before it', () => {
    const text = 'version: 1\nextends: [preset:conservative, preset:observe-only]\n';
    expect(policy(text)).toMatchObject({ mode: 'observe', modeRule: 'preset:observe-only global.mode' });
    expect(policy(text).capacityFloor).toBeCloseTo(0.9);
  });

  test('conservative never allows more than balanced, and balanced is the defaults but for its mode', () => {
    const [strict, balanced, plain] = ['preset:conservative', 'preset:balanced', undefined].map((name) =>
      policy(name === undefined ? 'version: 1\n' : `version: 1\nextends: ["${name}"]\n`),
    );
    if (strict === undefined || balanced === undefined || plain === undefined)
      throw new Error('three policies');
    expect(strict.disruptionBudget.share).toBeLessThan(balanced.disruptionBudget.share);
    expect(strict.brake.nodes).toBeLessThan(balanced.brake.nodes);
    expect(strict.capacityFloor).toBeGreaterThan(balanced.capacityFloor);
    const { mode, modeRule, configHash, limitRules, ...limits } = balanced;
    expect({ mode, modeRule, configHash, limitRules }).not.toMatchObject({ mode: plain.mode });
    expect(plain).toMatchObject(limits);
  });

  test('a problem below a preset is reported at its own line', () => {
    expect(() => loaded('version: 1\nextends: [preset:balanced]\nglobal:\n')).toThrow('is empty');
  });
});
