import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../shared/config/load.ts';
import { type Bad, expectProblem, sections } from './bad.ts';

const NI = 'troubles.node-interruption';
const trouble = (body: string) => `version: 1\ntroubles:\n  node-interruption:\n${body}`;
const clusters = (body: string) => `version: 1\nclusters:\n${body}`;

const GENERAL: readonly Bad[] = [
  ['an empty file', '', 1, '', 'is empty'],
  ['only comments', '# nothing\n', 1, '', 'is empty'],
  ['a list', '- version: 1\n', 1, '', 'mapping'],
  ['a word', 'hello\n', 1, '', 'mapping'],
  ['no version', 'global: { mode: auto }\n', 1, 'version', 'is missing'],
  ['a later version', 'version: 2\n', 1, 'version', 'must be 1'],
  ['a quoted version', 'version: "1"\n', 1, 'version', 'must be 1'],
  ['an unknown section', 'version: 1\nglobals: {}\n', 2, 'globals', "did you mean 'global'?"],
  ['an unknown word far from any', 'version: 1\nbananas: {}\n', 2, 'bananas', "unknown key 'bananas'"],
  ['an inherited name', 'version: 1\ntoString: 1\n', 2, 'toString', "unknown key 'toString'"],
  ['an empty section', 'version: 1\nglobal:\n', 2, 'global', 'is empty: give it a value'],
  ['a section of another type', 'version: 1\nglobal: [mode]\n', 2, 'global', 'mapping of options'],
  ['a mistyped mode', 'version: 1\nglobal: { mode: observ }\n', 2, 'global.mode', "did you mean 'observe'?"],
  ['a mode in capitals', 'version: 1\nglobal: { mode: AUTO }\n', 2, 'global.mode', "did you mean 'auto'?"],
  [
    'a mode that YAML 1.1 reads as false',
    'version: 1\nglobal: { mode: no }\n',
    2,
    'global.mode',
    'must be one of',
  ],
  ['an unknown time zone', 'version: 1\nglobal:\n  timezone: Mars/Base\n', 3, 'global.timezone', 'time zone'],
  ['a time zone as number', 'version: 1\nglobal:\n  timezone: 1\n', 3, 'global.timezone', 'time zone'],
  [
    'an unknown controller',
    'version: 1\nglobal:\n  standDownFor: [nth, karpentr]\n',
    3,
    'global.standDownFor[1]',
    "did you mean 'karpenter'?",
  ],
  [
    'one controller instead of a list',
    'version: 1\nglobal:\n  standDownFor: nth\n',
    3,
    'global.standDownFor',
    'must be a list',
  ],
  [
    'an unknown trouble',
    'version: 1\ntroubles:\n  node-interuption: {}\n',
    3,
    'troubles.node-interuption',
    "did you mean 'node-interruption'?",
  ],
];

const OPTIONS: readonly Bad[] = [
  [
    'an unknown option',
    trouble('    drain: { paralel: 2 }\n'),
    4,
    `${NI}.drain.paralel`,
    "did you mean 'parallel'?",
  ],
  [
    'an option in another style',
    trouble('    spot: { max_event_age: 2m }\n'),
    4,
    `${NI}.spot.max_event_age`,
    "did you mean 'maxEventAge'?",
  ],
  ['an option one level too high', trouble('    parallel: 2\n'), 4, `${NI}.parallel`, 'unknown key'],
  [
    'a count of zero',
    trouble('    drain: { parallel: 0 }\n'),
    4,
    `${NI}.drain.parallel`,
    'between 1 and 100',
  ],
  [
    'a count that is too large',
    trouble('    drain: { parallel: 101 }\n'),
    4,
    `${NI}.drain.parallel`,
    'between 1 and 100',
  ],
  ['half a count', trouble('    drain: { parallel: 1.5 }\n'), 4, `${NI}.drain.parallel`, 'whole number'],
  [
    'a count in quotes',
    trouble('    drain: { parallel: "5" }\n'),
    4,
    `${NI}.drain.parallel`,
    'without quotes',
  ],
  ['an infinite count', trouble('    drain: { parallel: .inf }\n'), 4, `${NI}.drain.parallel`, 'finite'],
  ['an octal-looking count', trouble('    drain: { parallel: 010 }\n'), 4, `${NI}.drain.parallel`, 'octal'],
  ['an octal count', trouble('    drain: { parallel: 0o10 }\n'), 4, `${NI}.drain.parallel`, 'octal'],
  ['a YAML 1.1 boolean', trouble('    drain: { force: yes }\n'), 4, `${NI}.drain.force`, 'true or false'],
  ['a boolean in quotes', trouble('    drain: { force: "true" }\n'), 4, `${NI}.drain.force`, 'true or false'],
  [
    'an unknown word',
    trouble('    drain: { emptyDir: skipp }\n'),
    4,
    `${NI}.drain.emptyDir`,
    "did you mean 'skip'?",
  ],
  [
    'a duration without unit',
    trouble('    spot:\n      safetyMargin: 15\n'),
    5,
    `${NI}.spot.safetyMargin`,
    'duration',
  ],
  [
    'a duration with space',
    trouble('    spot:\n      safetyMargin: 15 s\n'),
    5,
    `${NI}.spot.safetyMargin`,
    'one unit',
  ],
  [
    'a negative duration',
    trouble('    spot:\n      safetyMargin: -15s\n'),
    5,
    `${NI}.spot.safetyMargin`,
    'one unit',
  ],
  [
    'a sexagesimal duration',
    trouble('    spot:\n      finalRung: 1:30\n'),
    5,
    `${NI}.spot.finalRung`,
    'one unit',
  ],
  ['mixed units', trouble('    verify: { within: 1m30s }\n'), 4, `${NI}.verify.within`, 'one unit'],
  [
    'a duration that is too long',
    trouble('    verify: { within: 31m }\n'),
    4,
    `${NI}.verify.within`,
    'between 30s and 30m',
  ],
  [
    'a duration that is too short',
    trouble('    spot: { finalRung: 19s }\n'),
    4,
    `${NI}.spot.finalRung`,
    'between 20s and 110s',
  ],
  ['a mode of a trouble', trouble('    mode: ask\n'), 4, `${NI}.mode`, 'must be one of'],
];

const CLUSTERS: readonly Bad[] = [
  ['clusters left empty', 'version: 1\nclusters:\n', 2, 'clusters', 'is empty'],
  ['clusters by name', 'version: 1\nclusters: { a: {} }\n', 2, 'clusters', 'must be a list'],
  ['a cluster without name', clusters('  - mode: auto\n'), 3, 'clusters[0].name', 'is missing'],
  ['a cluster that is a word', clusters('  - prod\n'), 3, 'clusters[0]', 'mapping'],
  ['a name EKS refuses', clusters('  - name: "-prod"\n'), 3, 'clusters[0].name', 'EKS cluster'],
  [
    'an account without quotes',
    clusters('  - name: a\n    account: 111122223333\n'),
    4,
    'clusters[0].account',
    'in quotes',
  ],
  [
    'an account with a leading zero',
    clusters('  - name: a\n    account: 011122223333\n'),
    4,
    'clusters[0].account',
    'in quotes',
  ],
  ['a short account', clusters('  - name: a\n    account: "1234"\n'), 4, 'clusters[0].account', '12 digits'],
  [
    'a zone as region',
    clusters('  - name: a\n    region: eu-west-1a\n'),
    4,
    'clusters[0].region',
    'AWS region',
  ],
  [
    'a cluster twice',
    clusters('  - name: a\n  - name: b\n  - name: a\n'),
    5,
    'clusters[2].name',
    'configured in clusters[0]',
  ],
  [
    'an unknown cluster option',
    clusters('  - name: a\n    modes: auto\n'),
    4,
    'clusters[0].modes',
    "did you mean 'mode'?",
  ],
  [
    'an unknown option in an override',
    clusters('  - name: a\n    troubles:\n      node-interruption:\n        drain: { forced: true }\n'),
    6,
    'clusters[0].troubles.node-interruption.drain.forced',
    "did you mean 'force'?",
  ],
  [
    'a value out of range in an override',
    clusters('  - name: a\n    troubles:\n      node-interruption:\n        drain: { parallel: 500 }\n'),
    6,
    'clusters[0].troubles.node-interruption.drain.parallel',
    'between 1 and 100',
  ],
];

describe('T41: a config with a wrong option is refused with line, path and reason', () => {
  test.each([...GENERAL, ...OPTIONS, ...CLUSTERS])('%s', expectProblem);

  test('every problem of a file is reported at once, in the order of the file', () => {
    const text = [
      'version: 3',
      'global: { mode: always, timezone: Nowhere, colour: red }',
      'troubles:',
      '  node-interruption:',
      '    drain: { parallel: 0, force: 1 }',
      '    spott: {}',
    ].join('\n');
    const result = loadConfig(text, 'paramedic.yaml', sections);
    expect(result.ok ? [] : result.problems.map(({ line, path }) => [line, path])).toEqual([
      [1, 'version'],
      [2, 'global.mode'],
      [2, 'global.timezone'],
      [2, 'global.colour'],
      [5, `${NI}.drain.parallel`],
      [5, `${NI}.drain.force`],
      [6, `${NI}.spott`],
    ]);
  });
});
