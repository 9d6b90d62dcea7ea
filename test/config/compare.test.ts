import { describe, expect, test } from 'vitest';
import { compareConfigs, isRisky } from '../../shared/config/compare.ts';
import { loaded, sections } from './bad.ts';

const file = (...lines: string[]) => loaded(`version: 1\n${lines.join('\n')}\n`).config;
const compare = (before: string[], after: string[]) =>
  compareConfigs(file(...before), file(...after), sections);

const cluster = (entry: string) => `clusters: [{ ${entry} }]`;
const NIGHT = '{ name: night, cron: "0 22 * * *", duration: 8h, mode: observe }';
const AUTO = 'global: { mode: auto }';

/** What is changed, before, after, and path and risk of one row that must be there. */
const RISKY: readonly [string, string[], string[], string, string][] = [
  ['a higher mode', [], [AUTO], 'global.mode', 'higher mode'],
  ['a mode by preset', [], ['extends: [preset:balanced]'], 'global.mode', 'higher mode'],
  ['a cap that is gone', [AUTO, cluster('name: a, mode: off')], [AUTO], 'clusters[a].mode', 'higher mode'],
  [
    'a cap lost to a nearer entry',
    [AUTO, 'clusters: [{ name: prod-*, mode: off }]'],
    [AUTO, 'clusters: [{ name: prod-*, mode: off }, { name: prod-eu1 }]'],
    'effect on prod-eu1: mode of node-interruption',
    'higher mode',
  ],
  [
    'a cap for one account only',
    [AUTO, cluster('name: a, mode: off')],
    [AUTO, cluster('name: a, account: "111122223333", mode: off')],
    'effect on a: mode of node-interruption',
    'higher mode',
  ],
  [
    'a bigger budget',
    [],
    ['global: { disruptionBudget: { perHour: 50 } }'],
    'global.disruptionBudget.perHour',
    'bigger budget',
  ],
  ['a lower floor', [], ['global: { capacityFloor: "50%" }'], 'global.capacityFloor', 'lower floor'],
  [
    'a weaker brake',
    [],
    ['global: { correlatedFailure: { share: "90%" } }'],
    'global.correlatedFailure.share',
    'weaker brake',
  ],
  [
    'a shorter cool-down',
    [],
    ['global: { quarantine: { within: 1h } }'],
    'global.quarantine.within',
    'shorter cool-down',
  ],
  ['a controller taken on', [], ['global: { standDownFor: [nth] }'], 'global.standDownFor', 'wider selector'],
  [
    'a wider selector',
    [cluster('name: dev-eu1, troubles: { node-interruption: { drain: { force: true } } }')],
    [cluster('name: dev-*, troubles: { node-interruption: { drain: { force: true } } }')],
    'effect on dev-*: node-interruption.drain.force',
    'switched on',
  ],
  [
    'a window removed',
    [AUTO, `clusters: [{ name: a, windows: [${NIGHT}] }]`],
    [AUTO, 'clusters: [{ name: a }]'],
    'effect on a: window night',
    'window removed',
  ],
  [
    'a window moved by its time zone',
    [`global: { mode: auto, windows: [${NIGHT}] }`],
    [`global: { mode: auto, timezone: Asia/Tokyo, windows: [${NIGHT}] }`],
    'effect on any other cluster: window night',
    'window removed',
  ],
  [
    'a new approver',
    ['approvers: { sre: { slackTeam: T0123 } }', 'approvals: { approvers: [sre] }'],
    ['approvers: { sre: { slackTeam: T0123, slackUsers: [U0666] } }', 'approvals: { approvers: [sre] }'],
    'effect on any other cluster: approvers of node-interruption',
    'new approver',
  ],
  [
    'a group for one more cluster',
    ['approvers: { sre: { slackTeam: T0123, slackUsers: [U0123] } }'],
    ['approvers: { sre: { slackTeam: T0123, slackUsers: [U0123] } }', cluster('name: a, approvers: [sre]')],
    'effect on a: approvers of node-interruption',
    'new approver',
  ],
  [
    'fewer approvers',
    [],
    ['approvals: { required: { high: 1 } }'],
    'approvals.required.high',
    'fewer approvers needed',
  ],
  [
    'one person for the config',
    [],
    ['approvals: { configNeedsTwo: false }'],
    'approvals.configNeedsTwo',
    'one person may change the config',
  ],
  [
    'another reaction',
    [],
    ['troubles: { node-interruption: { rebalance: { action: launch-then-drain } } }'],
    'troubles.node-interruption.rebalance.action',
    'another reaction',
  ],
];

const HARMLESS: readonly [string, string[], string[]][] = [
  ['a lower mode', [AUTO], ['global: { mode: observe }']],
  ['a smaller budget', [], ['global: { disruptionBudget: { perHour: 1, share: "5%" } }']],
  ['a window more', [AUTO], [`global: { mode: auto, windows: [${NIGHT}] }`]],
  [
    'a window from a cluster to all',
    [AUTO, `clusters: [{ name: a, windows: [${NIGHT}] }]`],
    [`global: { mode: auto, windows: [${NIGHT}] }`, 'clusters: [{ name: a }]'],
  ],
  ['a window without effect', [`global: { windows: [${NIGHT}] }`], []],
  ['a group that nobody names', [], ['approvers: { sre: { slackTeam: T0123, slackUsers: [U0123] } }']],
  ['a cluster with a cap', [AUTO], [AUTO, cluster('name: a, mode: observe')]],
  [
    'an entry in another place',
    ['clusters: [{ name: a }, { name: b }]'],
    ['clusters: [{ name: b }, { name: a }]'],
  ],
  ['another address of the console', [], ['consoleUrl: https://paramedic.example.com']],
  ['a switch turned off', [], ['troubles: { node-interruption: { stateChange: { outOfService: false } } }']],
];

describe('the changes of a config', () => {
  test.each(RISKY)('%s is risky', (_, before, after, path, risk) => {
    const changes = compare(before, after);
    expect(changes).toContainEqual(expect.objectContaining({ path, risk }));
    expect(isRisky(changes)).toBe(true);
  });

  test.each(HARMLESS)('%s is not risky', (_, before, after) => {
    expect(compare(before, after).filter(({ risk }) => risk !== undefined)).toEqual([]);
  });

  test('are told in the units of the file', () => {
    const after = ['global: { quarantine: { within: 2h }, capacityFloor: "12.5%", standDownFor: [] }'];
    expect(compare([], after).map(({ path, before, after: now }) => `${path} ${before} ${now}`)).toEqual([
      'global.quarantine.within 1d 2h',
      'global.capacityFloor 80% 12.5%',
      'global.standDownFor [karpenter, nth, eks-auto-mode, eks-auto-repair, instance-refresh] []',
    ]);
  });

  test('the same effect on many clusters is one line', () => {
    const names = Array.from({ length: 8 }, (_, index) => `{ name: c${index} }`).join(', ');
    const changes = compare([`clusters: [${names}]`], [AUTO, `clusters: [${names}]`]);
    const effects = changes.filter(({ path }) => path.startsWith('effect on'));
    expect(effects).toEqual([
      {
        path: 'effect on any other cluster, c0, c1, c2, c3 and 4 more: mode of node-interruption',
        before: 'observe',
        after: 'auto',
        risk: 'higher mode',
      },
    ]);
  });
});
