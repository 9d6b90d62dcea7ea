import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { nodeInterruptionSection } from '../../functions/node-interruption/policy.ts';
import { compareConfigs, isRisky } from '../../shared/config/compare.ts';
import { loadConfig } from '../../shared/config/load.ts';
import { sectionOf, unwrap } from '../../shared/config/partial.ts';
import { riskOf, UNKNOWN_RISK } from '../../shared/config/risk.ts';
import { configSchema, TROUBLE_OPTIONS } from '../../shared/config/schema.ts';
import type { Sections } from '../../shared/config/section.ts';
import { loaded, sections } from './bad.ts';

const leaf = (path: string, value: unknown, type = 'number') => ({
  path,
  at: path,
  value,
  text: String(value),
  type,
});
const compare = (before: string, after: string) =>
  compareConfigs(loaded(`version: 1\n${before}\n`).config, loaded(`version: 1\n${after}\n`).config, sections);

type AnySchema = v.ObjectEntries[string];

/** Every option of the schema, also those that no config of a test sets. */
function paths(schema: AnySchema, path: string): string[] {
  const inner = unwrap(schema);
  const section = sectionOf(inner);
  if (section !== undefined)
    return Object.entries(section.entries).flatMap(([name, entry]) =>
      paths(entry, path === '' ? name : `${path}.${name}`),
    );
  const { item, value } = inner as { item?: AnySchema; value?: AnySchema };
  if (item !== undefined && sectionOf(item) !== undefined) return paths(item, `${path}[x]`);
  if (value !== undefined && sectionOf(value) !== undefined) return paths(value, `${path}.x`);
  return [path];
}

describe('the risk of a change', () => {
  const all = paths(configSchema(sections), '');

  test('every option of the schema is one whose risk is known', () => {
    expect(all).toEqual(expect.arrayContaining(['slack.botToken', 'clusters[x].windows[x].cron']));
    const unknown = all.filter(
      (path) => riskOf(path, leaf(path, 1), leaf(path, 2)) === UNKNOWN_RISK || isForgotten(path),
    );
    expect(unknown).toEqual([]);
  });

  test.each(['global.newLimit', 'newSection.option', 'approvals.newRule', 'slack.newSecret'])(
    'an option without a rule, such as %s, is risky whatever becomes of it',
    (path) => {
      expect(riskOf(path, leaf(path, 1), leaf(path, 2))).toBe(UNKNOWN_RISK);
      expect(riskOf(path, leaf(path, 2), leaf(path, 1))).toBe(UNKNOWN_RISK);
      expect(riskOf(path, undefined, leaf(path, 1))).toBe(UNKNOWN_RISK);
    },
  );

  const OPTIONS =
    'approvers: { sre: { slackTeam: T0123, slackUsers: [U0123] } }\nroutes: [{ channels: [C0123] }]';
  const secret = (name: string) => `"arn:aws:secretsmanager:eu-west-1:111122223333:secret:paramedic/${name}"`;
  const slack = (over: Record<string, string> = {}) => {
    const own = {
      delivery: 'app',
      team: 'T0123',
      appId: 'A0123',
      botToken: secret('bot'),
      signingSecret: secret('sign'),
    };
    const text = Object.entries({ ...own, ...over }).map(([name, value]) => `${name}: ${value}`);
    return `${OPTIONS}\nslack: { ${text.join(', ')} }`;
  };

  test.each([
    ['answers are taken in Slack from now on', slack({ delivery: '"off"' }), slack(), 'slack.delivery'],
    ['another signing secret', slack(), slack({ signingSecret: secret('x') }), 'slack.signingSecret'],
    ['a signing secret where none stood', OPTIONS, slack(), 'slack.signingSecret'],
    ['a token that reads groups elsewhere', slack(), slack({ botToken: secret('x') }), 'slack.botToken'],
    ['more time for a yes', '', 'approvals: { maxSnooze: 24h }', 'approvals.maxSnooze'],
    [
      'a rung that deletes pods sooner',
      '',
      'troubles: { node-interruption: { spot: { finalRung: 110s } } }',
      'troubles.node-interruption.spot.finalRung',
    ],
    [
      'the same for one cluster',
      'clusters: [{ name: a }]',
      'clusters: [{ name: a, troubles: { node-interruption: { spot: { finalRung: 110s } } } }]',
      'effect on a: node-interruption.spot.finalRung',
    ],
    [
      'a warning that is older',
      '',
      'troubles: { node-interruption: { spot: { maxEventAge: 10m } } }',
      'troubles.node-interruption.spot.maxEventAge',
    ],
  ])('%s is risky', (_, before, after, path) => {
    expect(compare(before, after)).toContainEqual(
      expect.objectContaining({ path, risk: expect.any(String) }),
    );
  });

  test.each([
    ['Slack switched off', slack(), OPTIONS],
    ['less time for a yes', '', 'approvals: { maxSnooze: 0s }'],
    ['another channel', slack(), slack().replace('C0123', 'C0999')],
  ])('%s is not risky', (_, before, after) => {
    expect(isRisky(compare(before, after))).toBe(false);
  });

  test('an option of a trouble that has no default is risky when it appears and when it goes', () => {
    const entries = { limit: v.optional(v.pipe(v.number(), v.metadata({ type: 'number' }))) };
    const own: Sections = { ...sections, 'node-interruption': v.strictObject(entries) };
    const of = (text: string) => {
      const result = loadConfig(`version: 1\n${text}`, 'x', own);
      if (!result.ok) throw new Error(JSON.stringify(result.problems));
      return result.config;
    };
    const set = of('troubles: { node-interruption: { limit: 5 } }');
    const here = of('clusters: [{ name: a, troubles: { node-interruption: { limit: 5 } } }]');
    const none = of('clusters: [{ name: a }]');
    for (const [before, after] of [
      [none, set],
      [set, none],
      [none, here],
      [here, none],
    ] as const)
      expect(isRisky(compareConfigs(before, after, own))).toBe(true);
  });
});

/** A trouble's own option must say what it is: by its type alone its risk is judged. */
function isForgotten(path: string): boolean {
  const [top, , ...own] = path.split('.');
  const isShared = TROUBLE_OPTIONS.some((option) => own.join('.') === option);
  if (top !== 'troubles' || isShared) return false;
  const entry = own.reduce<AnySchema | undefined>(
    (schema, name) => (schema === undefined ? undefined : sectionOf(unwrap(schema))?.entries[name]),
    nodeInterruptionSection,
  );
  return entry === undefined || v.getMetadata(unwrap(entry) as v.GenericSchema)['type'] === undefined;
}
