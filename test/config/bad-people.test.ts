import { describe, test } from 'vitest';
import { type Bad, expectProblem } from './bad.ts';

const file = (...lines: string[]) => `version: 1\n${lines.join('\n')}\n`;
const group = (entry: string) => file('approvers:', `  sre: { ${entry} }`);

const PEOPLE: readonly Bad[] = [
  ['a list of approvers', file('approvers: [sre]'), 2, 'approvers', 'must be a mapping'],
  [
    'an unknown field of a group',
    group('slackUser: [U0123]'),
    3,
    'approvers.sre.slackUser',
    "did you mean 'slackUsers'?",
  ],
  ['a group by a bad name', file('approvers:', '  "s re": {}'), 3, 'approvers.s re', 'name of a group'],
  [
    'a handle instead of an id',
    group('slackTeam: T0123, slackUsers: ["@ana"]'),
    3,
    'approvers.sre.slackUsers[0]',
    'not a name',
  ],
  [
    'a user as user group',
    group('slackTeam: T0123, slackGroups: [U0123]'),
    3,
    'approvers.sre.slackGroups[0]',
    'user group',
  ],
  ['ids without workspace', group('slackUsers: [U0123]'), 3, 'approvers.sre.slackTeam', 'is missing'],
  [
    'a session as principal',
    group('awsPrincipals: ["arn:aws:sts::210987654321:assumed-role/sre/ana"]'),
    3,
    'approvers.sre.awsPrincipals[0]',
    'IAM role or user',
  ],
  [
    'everybody as principal',
    group('awsPrincipals: ["*"]'),
    3,
    'approvers.sre.awsPrincipals[0]',
    'IAM role or user',
  ],
  [
    'a group that is not there',
    file('approvers: { leads: {} }', 'approvals: { approvers: [lead] }'),
    3,
    'approvals.approvers[0]',
    "did you mean 'leads'?",
  ],
  [
    'a cluster’s group that is not there',
    file('clusters:', '  - name: a', '    approvers: [sre]'),
    4,
    'clusters[0].approvers[0]',
    'is no group',
  ],
  [
    'a trouble’s group that is not there',
    file('troubles:', '  node-interruption: { approvers: [sre] }'),
    3,
    'troubles.node-interruption.approvers[0]',
    'is no group',
  ],
  [
    'no approver at all',
    file('approvals: { required: { high: 0 } }'),
    2,
    'approvals.required.high',
    'between 1 and 5',
  ],
  ['a snooze for ever', file('approvals: { maxSnooze: 2d }'), 2, 'approvals.maxSnooze', 'between 0s and 24h'],
];

const ARN = 'arn:aws:secretsmanager:eu-west-1:210987654321:secret:x';

const TELLING: readonly Bad[] = [
  [
    'an unknown delivery',
    file('slack: { delivery: bot }'),
    2,
    'slack.delivery',
    'must be one of off, app, webhook',
  ],
  ['an app without secrets', file('slack:', '  delivery: app'), 2, 'slack.team', 'delivery app needs it'],
  [
    'a webhook without address',
    file('slack:', '  delivery: webhook'),
    2,
    'slack.webhook',
    'delivery webhook needs it',
  ],
  [
    'an app that tells nobody',
    file(`slack: { delivery: app, team: T0123, appId: A0123, botToken: "${ARN}", signingSecret: "${ARN}" }`),
    1,
    'routes',
    'must name a channel',
  ],
  [
    'a token by value',
    file('slack: { botToken: xoxb-12-ab }'),
    2,
    'slack.botToken',
    'looks like a Slack token',
  ],
  [
    'a parameter instead of a secret',
    file('slack: { botToken: "arn:aws:ssm:eu-west-1:210987654321:parameter/x" }'),
    2,
    'slack.botToken',
    'Secrets Manager',
  ],
  [
    'a channel by name',
    file('routes:', '  - channels: ["#alerts"]'),
    3,
    'routes[0].channels[0]',
    'not its name',
  ],
  [
    'a last route that leaves some out',
    file('routes:', '  - match: { severity: [critical] }', '    channels: [C0123]'),
    3,
    'routes[0].match',
    'must match everything',
  ],
  [
    'a route behind one for everything',
    file('routes:', '  - channels: [C0123]', '  - channels: [C0456]'),
    3,
    'routes[0].match',
    'never reached',
  ],
  [
    'a match for nothing',
    file('routes:', '  - match: { cluster: [] }', '  - {}'),
    3,
    'routes[0].match.cluster',
    'would match nothing',
  ],
  [
    'a severity that is none',
    file('routes:', '  - match: { severity: [critcal] }', '  - {}'),
    3,
    'routes[0].match.severity[0]',
    "did you mean 'critical'?",
  ],
  [
    'a trouble that is none',
    file('routes:', '  - match: { trouble: [node-interuption] }', '  - {}'),
    3,
    'routes[0].match.trouble[0]',
    "did you mean 'node-interruption'?",
  ],
  [
    'a console over plain HTTP',
    file('consoleUrl: http://paramedic.example.com'),
    2,
    'consoleUrl',
    'https://',
  ],
  [
    'a console with a password',
    file('consoleUrl: https://a:b@paramedic.example.com'),
    2,
    'consoleUrl',
    'without user',
  ],
  [
    'mode approve where nobody can answer',
    file('global: { mode: approve }', `slack: { delivery: webhook, webhook: "${ARN}" }`),
    2,
    'global.mode',
    'nobody can answer',
  ],
];

describe('T41: people, Slack and routes that are wrong are refused with line, path and reason', () => {
  test.each([...PEOPLE, ...TELLING])('%s', expectProblem);
});
