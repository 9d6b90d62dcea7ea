import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeInterruptionSection } from '../../functions/node-interruption/policy.ts';
import { loadConfig } from '../../shared/config/load.ts';

const sections = { 'node-interruption': nodeInterruptionSection };
const MINIMAL = 'version: 1\nglobal:\n  mode: approve\n';

function loaded(text: string) {
  const result = loadConfig(text, 'paramedic.yaml', sections);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result;
}

describe('loading a good config', () => {
  test('fills in every default and reads durations as ms', () => {
    const { config } = loaded(MINIMAL);
    expect(config.global).toEqual({
      mode: 'approve',
      timezone: 'UTC',
      disruptionBudget: { share: 0.1, floor: 1, perHour: 3 },
      standDownFor: ['karpenter', 'nth', 'eks-auto-mode', 'eks-auto-repair', 'instance-refresh'],
      correlatedFailure: { nodes: 3, share: 0.2, within: 600_000, zoneShare: 0.55 },
      quarantine: { actions: 3, within: 86_400_000 },
      capacityFloor: 0.8,
      windows: [],
    });
    expect(config.troubles['node-interruption']).toMatchObject({
      spot: { maxEventAge: 120_000, safetyMargin: 15_000, finalRung: 30_000, hibernateWindow: 30_000 },
      drain: { parallel: 20, force: false },
      verify: { within: 300_000 },
    });
  });

  test('a byte order mark and CRLF change neither values nor lines', () => {
    const plain = loaded(MINIMAL).config;
    const windows = loaded(`\uFEFF${MINIMAL.replaceAll('\n', '\r\n')}`).config;
    expect(windows).toEqual(plain);
    expect(windows.lines['global.mode']).toBe(3);
  });

  test('the result is frozen at every level', () => {
    const { config } = loaded(`${MINIMAL}clusters: [{ name: a }]\n`);
    expect(Object.isFrozen(config.global.standDownFor)).toBe(true);
    expect(Object.isFrozen(config.clusters[0])).toBe(true);
    expect(Object.isFrozen(config.troubles['node-interruption'])).toBe(true);
  });

  test('a cluster override holds what was written and no defaults', () => {
    const text = `${MINIMAL}clusters:\n  - name: a\n    troubles: { node-interruption: { drain: { parallel: 3 } } }\n`;
    expect(loaded(text).config.clusters[0]?.troubles).toEqual({
      'node-interruption': { drain: { parallel: 3 } },
    });
  });

  test('the hash follows the text', () => {
    expect(loaded(MINIMAL).hash).toBe(loaded(MINIMAL).hash);
    expect(loaded(MINIMAL).hash).not.toBe(loaded(`${MINIMAL}# x\n`).hash);
    expect(loaded(MINIMAL).hash).toMatch(/^[0-9a-f]{12}$/);
  });

  test('a section may not define mode: every trouble has it', () => {
    const { entries } = nodeInterruptionSection;
    const odd = { ...nodeInterruptionSection, entries: { ...entries, mode: entries.spot } };
    expect(() => loadConfig(MINIMAL, 'x', { odd })).toThrow('must not define mode');
  });
});

/** Pieces that steer the parser into its corners far more often than random text does. */
const piece = fc.constantFrom(
  ...[
    'version: 1\n',
    'global:',
    'clusters:',
    'mode: ',
    '- ',
    '? ',
    ': ',
    '[',
    ']',
    '{',
    '}',
    ',',
    '\n',
    '  ',
  ],
  ...[
    '&a ',
    '*a',
    '!!str ',
    '!x ',
    '"',
    "'",
    '|\n',
    '>\n',
    '#',
    '\t',
    '%YAML 1.1\n',
    '---\n',
    '...\n',
    '<<: ',
  ],
  ...[
    '__proto__: ',
    '0755',
    '.inf',
    'null',
    '~',
    '\r\n',
    '\uFEFF',
    '\u2028',
    '\ud800',
    'xoxb-1',
    '12h',
    'toString: ',
  ],
);

describe('loading is total', () => {
  test('any text gives a config or problems with a place, never a throw', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 60 }).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(text, (source) => {
        const result = loadConfig(source, 'x.yaml', sections);
        const problems = result.ok ? [] : result.problems;
        expect(result.ok || problems.length > 0).toBe(true);
        expect(problems.every(({ line, column }) => line >= 1 && column >= 1)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  test('no text pollutes Object.prototype', () => {
    loadConfig(
      'version: 1\n__proto__: { polluted: 1 }\nglobal: { __proto__: { polluted: 1 } }\n',
      'x',
      sections,
    );
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  const WORST = ['- ', '? ', ': ', '!a ', '&a ', '[', '{', 'a: ', '- a: ', '? - ', '{a: [', '"', '*a ', 'a,'];
  test.each(WORST)('256 KiB of %j is answered within seconds', (unit) => {
    const line = `${unit.repeat(Math.floor(390 / unit.length))}\n`;
    for (const text of [unit.repeat(120_000), line.repeat(600), `x: [${line.repeat(600)}`]) {
      expect(loadConfig(text, 'x', sections).ok).toBe(false);
    }
  });
});
