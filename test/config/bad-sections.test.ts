import { describe, test } from 'vitest';
import { type Bad, expectProblem } from './bad.ts';

const file = (...lines: string[]) => `version: 1\n${lines.join('\n')}\n`;
const windows = (entry: string) => file('global:', '  windows:', `    - { ${entry} }`);
const W = 'global.windows[0]';

const LIMITS: readonly Bad[] = [
  [
    'an unknown preset',
    file('extends: [preset:balance]'),
    2,
    'extends[0]',
    "did you mean 'preset:balanced'?",
  ],
  ['a preset without list', file('extends: preset:balanced'), 2, 'extends', 'must be a list'],
  [
    'a budget of nothing',
    file('global:', '  disruptionBudget: { perHour: 0 }'),
    3,
    'global.disruptionBudget.perHour',
    'between 1 and 100',
  ],
  [
    'a share of nothing',
    file('global:', '  disruptionBudget: { share: "0%" }'),
    3,
    'global.disruptionBudget.share',
    'between 1% and 50%',
  ],
  [
    'a share as number',
    file('global:', '  correlatedFailure: { share: 20 }'),
    3,
    'global.correlatedFailure.share',
    'percentage in quotes',
  ],
  [
    'an option of the brake in other words',
    file('global:', '  correlatedFailure: { zone_share: "50%" }'),
    3,
    'global.correlatedFailure.zone_share',
    "did you mean 'zoneShare'?",
  ],
  [
    'a quarantine that forgets at once',
    file('global:', '  quarantine: { within: 1m }'),
    3,
    'global.quarantine.within',
    'between 10m and 30d',
  ],
  [
    'a floor above all',
    file('global: { capacityFloor: "101%" }'),
    2,
    'global.capacityFloor',
    'between 0% and 100%',
  ],
];

const WINDOWS: readonly Bad[] = [
  ['a window without duration', windows('name: a, cron: "0 1 * * *"'), 4, `${W}.duration`, 'is missing'],
  ['a window without cron', windows('name: a, duration: 1h'), 4, `${W}.cron`, 'is missing'],
  ['a window without name', windows('cron: "0 1 * * *", duration: 1h'), 4, `${W}.name`, 'is missing'],
  ['a cron of four fields', windows('name: a, cron: "0 1 * *", duration: 1h'), 4, `${W}.cron`, 'five fields'],
  [
    'a cron with seconds',
    windows('name: a, cron: "0 0 1 * * *", duration: 1h'),
    4,
    `${W}.cron`,
    'five fields',
  ],
  ['a nickname as cron', windows('name: a, cron: "@daily", duration: 1h'), 4, `${W}.cron`, 'five fields'],
  [
    'an hour that is none',
    windows('name: a, cron: "0 24 * * *", duration: 1h'),
    4,
    `${W}.cron`,
    'five fields',
  ],
  [
    'a pattern bomb as cron',
    windows(`name: a, cron: "${'*/1,'.repeat(60)}* * * * *", duration: 1h`),
    4,
    `${W}.cron`,
    'five',
  ],
  [
    'a day that never comes',
    windows('name: a, cron: "0 0 30 2 *", duration: 1h'),
    4,
    `${W}.cron`,
    'never comes',
  ],
  [
    'a window of no length',
    windows('name: a, cron: "0 1 * * *", duration: 0s'),
    4,
    `${W}.duration`,
    'between 1m and 31d',
  ],
  [
    'a window of half hours',
    windows('name: a, cron: "0 1 * * *", duration: 1.5h'),
    4,
    `${W}.duration`,
    'one unit',
  ],
  [
    'a daily window of a day',
    windows('name: a, cron: "0 1 * * *", duration: 24h'),
    4,
    `${W}.duration`,
    'never close',
  ],
  [
    'a window every minute',
    windows('name: a, cron: "* * * * *", duration: 1m'),
    4,
    `${W}.duration`,
    'never close',
  ],
  [
    'weekdays that run together',
    windows('name: a, cron: "0 9 * * 1-5", duration: 2d'),
    4,
    `${W}.duration`,
    'never close',
  ],
  [
    'a window in no zone',
    windows('name: a, cron: "0 1 * * *", duration: 1h, timezone: CET+1'),
    4,
    `${W}.timezone`,
    'time zone',
  ],
  [
    'a window of no mode',
    windows('name: a, cron: "0 1 * * *", duration: 1h, mode: of'),
    4,
    `${W}.mode`,
    "did you mean 'off'?",
  ],
  [
    'an effect instead of a mode',
    windows('name: a, cron: "0 1 * * *", duration: 1h, effect: off'),
    4,
    `${W}.effect`,
    'unknown key',
  ],
  [
    'two windows of one name',
    file(
      'clusters:',
      '  - name: prod',
      '    windows:',
      '      - { name: a, cron: "0 1 * * *", duration: 1h }',
      '      - { name: a, cron: "0 5 * * *", duration: 1h }',
    ),
    6,
    'clusters[0].windows[1].name',
    'is the name of clusters[0].windows[0] too',
  ],
];

const GLOBS: readonly Bad[] = [
  ['a name with a dot', file('clusters:', '  - name: prod.eu'), 3, 'clusters[0].name', 'or a glob'],
  ['a regular expression', file('clusters:', '  - name: "prod-[0-9]+"'), 3, 'clusters[0].name', 'or a glob'],
  [
    'two globs of one weight over one cluster',
    file('clusters:', '  - name: prod-*', '  - name: other', '  - name: "*-prod"'),
    5,
    'clusters[2].name',
    'can mean the same cluster as clusters[0].name on line 3',
  ],
  [
    'a glob twice',
    file('clusters:', '  - name: a-*', '  - name: a-*'),
    4,
    'clusters[1].name',
    'configured in clusters[0]',
  ],
];

describe('T41: a limit, window or glob that is wrong is refused with line, path and reason', () => {
  test.each([...LIMITS, ...WINDOWS, ...GLOBS])('%s', expectProblem);
});
