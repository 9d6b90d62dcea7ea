import { describe, expect, test } from 'vitest';
import { policyFor } from '../../shared/config/effective.ts';
import { NOBODY } from '../../shared/config/people.ts';
import { peopleOf } from '../../shared/config/people-of.ts';
import { loaded } from './bad.ts';

const TEXT = `version: 1
approvers:
  sre: { slackTeam: T0123, slackUsers: [U0123], awsPrincipals: ["arn:aws:iam::210987654321:role/sre"] }
  leads: { slackTeam: T0123, slackGroups: [S0123] }
  nobody: {}
approvals: { approvers: [sre], required: { high: 3 }, maxSnooze: 30m }
slack:
  delivery: app
  team: T0123
  appId: A0123
  botToken: arn:aws:secretsmanager:eu-west-1:210987654321:secret:token
  signingSecret: arn:aws:secretsmanager:eu-west-1:210987654321:secret:signing
routes:
  - { match: { severity: [critical], cluster: [prod-*] }, channels: [C0123], groupWithin: 1h }
  - { channels: [C0456], observeDigest: 0s }
consoleUrl: https://paramedic.example.com
troubles:
  node-interruption: { approvers: [leads] }
clusters:
  - { name: a, approvers: [sre, leads] }
  - { name: b, approvers: [] }
  - { name: c, approvers: [sre], troubles: { node-interruption: { approvers: [nobody] } } }
`;

const { config, hash } = loaded(TEXT);
const names = (name: string) =>
  policyFor({ config, hash }, { name, account: '1', region: 'r' }, 'node-interruption', 0).approvers.map(
    (group) => group.name,
  );

describe('who may answer', () => {
  test('is whom the nearest level names, even if that is nobody', () => {
    expect(names('a')).toEqual(['sre', 'leads']);
    expect(names('b')).toEqual([]);
    expect(names('c')).toEqual(['nobody']);
    expect(names('other')).toEqual(['leads']);
  });

  test('is the general groups where no level names any, and nobody by default', () => {
    const general = (text: string) =>
      policyFor(loaded(text), { name: 'x', account: '1', region: 'r' }, 'node-interruption', 0).approvers;
    expect(general(TEXT.replace('{ approvers: [leads] }', '{}')).map(({ name }) => name)).toEqual(['sre']);
    expect(general('version: 1\napprovers: { sre: {} }\n')).toEqual([]);
  });

  test('has every list, and the rules of answering', () => {
    const policy = policyFor(
      { config, hash },
      { name: 'c', account: '1', region: 'r' },
      'node-interruption',
      0,
    );
    const empty = { slackUsers: [], slackGroups: [], awsPrincipals: [] };
    expect(policy.approvers).toEqual([{ name: 'nobody', slackTeam: '', ...empty }]);
    expect(policy.approvals).toEqual({ required: { low: 1, medium: 1, high: 3 }, maxSnoozeMs: 1_800_000 });
    expect(policy.section).not.toHaveProperty('approvers');
  });
});

describe('who is told', () => {
  test('is what the file says, with times in ms and secrets as ARNs', () => {
    const people = peopleOf(config);
    expect(people).toMatchObject({ consoleUrl: 'https://paramedic.example.com', timezone: 'UTC' });
    expect(people.slack.botTokenArn).toMatch(/^arn:aws:secretsmanager:/);
    expect(people.routes).toEqual([
      {
        match: { severity: ['critical'], cluster: ['prod-*'] },
        channels: ['C0123'],
        groupWithinMs: 3_600_000,
        stormAfter: 5,
        observeDigestMs: 86_400_000,
      },
      { match: {}, channels: ['C0456'], groupWithinMs: 900_000, stormAfter: 5, observeDigestMs: 0 },
    ]);
  });

  test('is nobody by default, by one route that matches everything', () => {
    expect(peopleOf(loaded('version: 1\n').config)).toEqual(NOBODY);
  });

  test('a route of the file has the same defaults as that one', () => {
    expect(peopleOf(loaded('version: 1\nroutes: [{}]\n').config).routes).toEqual(NOBODY.routes);
  });

  test('a webhook may ask when somebody can answer from the command line', () => {
    const webhook =
      'slack: { delivery: webhook, webhook: "arn:aws:secretsmanager:eu-west-1:210987654321:secret:x" }';
    const group = 'approvers: { sre: { awsPrincipals: ["arn:aws:iam::210987654321:role/sre"] } }';
    const text = `version: 1\nglobal: { mode: approve }\n${webhook}\n${group}\napprovals: { approvers: [sre] }\n`;
    expect(loaded(text).config.global.mode).toBe('approve');
  });
});
