import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../shared/config/load.ts';
import { type Bad, expectProblem, sections } from './bad.ts';

const YAML_TRAPS: readonly Bad[] = [
  ['a key twice', 'version: 1\nglobal: {}\nglobal: {}\n', 3, 'global', 'stands on line 2 already'],
  ['an anchor', 'version: 1\nglobal: &g { mode: auto }\n', 2, 'global', 'anchors'],
  ['an alias', 'version: 1\nglobal: &g {}\ntroubles: *g\n', 2, 'global', 'anchors'],
  ['a merge key', 'version: 1\nglobal:\n  <<: { mode: auto }\n', 3, 'global.<<', 'not allowed'],
  ['a prototype key', 'version: 1\n__proto__: { mode: auto }\n', 2, '__proto__', 'not allowed'],
  ['a constructor key', 'version: 1\nglobal:\n  constructor: 1\n', 3, 'global.constructor', 'not allowed'],
  ['a number as key', 'version: 1\n2: 3\n', 2, '', 'plain text'],
  ['a list as key', 'version: 1\n? [a]\n: 3\n', 2, '', 'plain text'],
  ['a tag', 'version: 1\nglobal: { mode: !!str auto }\n', 2, 'global.mode', 'tags'],
  ['a custom tag', 'version: 1\nglobal: { mode: !secret auto }\n', 2, '', 'Unresolved tag'],
  ['a directive', '%YAML 1.1\n---\nversion: 1\n', 1, '', 'directives'],
  ['two documents', 'version: 1\n---\nversion: 1\n', 2, '', 'multiple documents'],
  ['a tab as indentation', 'version: 1\nglobal:\n\tmode: auto\n', 3, '', 'Tabs'],
  ['an unclosed bracket', 'version: 1\nclusters: [\n', 3, '', 'Flow sequence'],
  ['a NUL', 'version: 1\n# \u0000\n', 2, '', 'control characters'],
  ['an escape sequence', 'version: 1\n# \u001b[31m\n', 2, '', 'control characters'],
  ['a lone surrogate', 'version: 1\n# \ud800\n', 2, '', 'control characters'],
  ['a line that is too long', `version: 1\n# ${'x'.repeat(400)}\n`, 2, '', 'longer than 400'],
  ['too large a file', `# ${'x'.repeat(98)}\n`.repeat(2700), 1, '', 'larger than 256 KiB'],
  ['too many lines', '\n'.repeat(10_001), 10_001, '', 'more than 10000 lines'],
  ['nested flow lists', `version: 1\nclusters: ${'['.repeat(33)}`, 2, '', 'nested too deeply'],
  ['nested lists in a line', `version: 1\n${'- '.repeat(120)}x\n`, 2, '', 'nested too deeply'],
  [
    'nested maps',
    Array.from({ length: 40 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join(''),
    18,
    `a${'.a'.repeat(16)}`,
    'nested too deeply',
  ],
];

const SECRETS: readonly Bad[] = [
  ['a Slack token', 'version: 1\nglobal:\n  timezone: xoxb-123-abc\n', 3, 'global.timezone', 'Slack token'],
  ['a webhook in a comment', 'version: 1\n# hooks.slack.com/services/T1/B2/c3\n', 2, '', 'Slack webhook'],
  ['an access key as key', 'version: 1\nAKIAIOSFODNN7EXAMPLE: 1\n', 2, '(hidden)', 'access key'],
  ['a private key', 'version: 1\nkey: |\n  -----BEGIN RSA PRIVATE KEY-----\n', 3, '', 'PEM block'],
];

describe('T41: a text that is YAML but no config is refused with line, path and reason', () => {
  test.each([...YAML_TRAPS, ...SECRETS])('%s', expectProblem);

  test.each(SECRETS.map(([what, text]) => [what, text] as const))('%s is never quoted back', (_, text) => {
    const result = JSON.stringify(loadConfig(text, 'paramedic.yaml', sections));
    expect(result).not.toMatch(/xoxb-123|services\/T1|AKIAIOSF|BEGIN RSA/);
  });

  test.each([
    ['after a bracket too many', 'version: 1\nkey: [a]] hunter2\n'],
    ['after a quoted value', 'version: 1\nglobal: { mode: "auto" hunter2 }\n'],
    ['as a tag', 'version: 1\nconsoleUrl: !hunter2 x\n'],
    ['as an alias', 'version: 1\nconsoleUrl: *hunter2\n'],
    ['as a block header', 'version: 1\nconsoleUrl: |hunter2\n  x\n'],
    ['as a directive', '%hunter2 x\n---\nversion: 1\n'],
    ['as an escape', 'version: 1\nconsoleUrl: "\\hunter2"\n'],
  ])('a syntax error does not quote what stands %s', (_, text) => {
    const result = loadConfig(text, 'paramedic.yaml', sections);
    expect(result.ok).toBe(false);
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });
});
