import * as v from 'valibot';
import { count, duration, flag, listOf, oneOf, shaped } from './units.ts';

const GROUP_NAME = /^[0-9A-Za-z][0-9A-Za-z_-]{0,39}$/;
const GROUP_RULE = 'must be the name of a group: letters, digits, - and _, at most 40';

/** Names of groups of approvers. Of a level with another above it, absent asks that one, and empty is nobody. */
export function approverNames(description: string) {
  return listOf(v.pipe(v.string(GROUP_RULE), v.regex(GROUP_NAME, GROUP_RULE)), {
    rule: 'must be a list of names of groups',
    allowed: 'names under `approvers`',
    description,
  });
}

const slackTeam = (description: string) =>
  shaped(/^[TE][0-9A-Z]{2,20}$/, 'must be the id of a Slack workspace, such as T0123ABCD', {
    allowed: 'T…',
    description,
  });

function ids(shape: RegExp, what: string, allowed: string, description: string) {
  const rule = `must be the id of a ${what}, not a name`;
  const about = { rule: `must be a list of ids of ${what}s`, allowed, description };
  return v.optional(listOf(v.pipe(v.string(rule), v.regex(shape, rule)), about), []);
}

const PRINCIPAL = /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/[\w+=,.@/-]{1,128}$/;
const PRINCIPAL_RULE = 'must be the ARN of an IAM role or user; a session counts as its role';

const group = v.strictObject({
  slackTeam: v.optional(slackTeam('The workspace of its people in Slack.')),
  slackUsers: ids(/^[UW][0-9A-Z]{2,20}$/, 'Slack user', 'U… or W…', 'People who may answer in Slack.'),
  slackGroups: ids(
    /^S[0-9A-Z]{2,20}$/,
    'Slack user group',
    'S…',
    'Groups whose members may answer in Slack.',
  ),
  awsPrincipals: v.optional(
    listOf(v.pipe(v.string(PRINCIPAL_RULE), v.regex(PRINCIPAL, PRINCIPAL_RULE)), {
      rule: 'must be a list of ARNs of IAM roles or users',
      allowed: 'ARNs of roles or users',
      description: 'Roles and users that may answer from the command line.',
    }),
    [],
  ),
});

export const approversSchema = v.pipe(
  v.record(
    v.pipe(v.string(), v.regex(GROUP_NAME, GROUP_RULE)),
    group,
    'must be a mapping of group names to people',
  ),
  v.description('Groups of people. A group without anybody is nobody, never everybody.'),
  v.metadata({ type: 'mapping', allowed: 'groups by name' }),
);

const required = v.strictObject({
  low: v.optional(
    count({ min: 1, max: 5 }, 'Different people who must say yes to an action of low risk.'),
    1,
  ),
  medium: v.optional(count({ min: 1, max: 5 }, 'The same for medium risk.'), 1),
  high: v.optional(count({ min: 1, max: 5 }, 'The same for high risk.'), 2),
});

export const approvalsSchema = v.strictObject({
  approvers: v.optional(
    approverNames(
      'Groups that may answer where neither the cluster nor the trouble names any; none means nobody.',
    ),
    [],
  ),
  required: v.optional(required, {}),
  maxSnooze: v.optional(
    duration({ min: '0s', max: '24h' }, 'How long one question may be put off, over all its snoozes.'),
    '1h',
  ),
  configNeedsTwo: v.optional(
    flag('Whether a risky change pushed by one person waits until another one accepts it.'),
    true,
  ),
});

const secret = (description: string) =>
  v.optional(
    shaped(
      /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]{1,30}:\d{12}:secret:[\w/+=.@-]{1,256}$/,
      'must be the ARN of a secret in Secrets Manager, never the value',
      { allowed: 'ARN of a secret', description },
    ),
  );

export const slackSchema = v.strictObject({
  delivery: v.optional(
    oneOf(
      ['off', 'app', 'webhook'],
      'How people are told: app edits one message per incident and takes answers, webhook only posts.',
    ),
    'off',
  ),
  team: v.optional(slackTeam('Delivery app: the workspace the app is installed in.')),
  appId: v.optional(
    shaped(/^A[0-9A-Z]{2,20}$/, 'must be the id of a Slack app, such as A0123ABCD', {
      allowed: 'A…',
      description: 'Delivery app: the app whose clicks count.',
    }),
  ),
  botToken: secret('Delivery app: the secret that holds the bot token.'),
  signingSecret: secret('Delivery app: the secret that holds the signing secret.'),
  webhook: secret('Delivery webhook: the secret that holds its address.'),
  charts: v.optional(
    flag(
      "Delivery app: CloudWatch's chart of a saturated volume goes into the thread; needs the app's scope files:write.",
    ),
    false,
  ),
});

export const consoleUrlSchema = v.pipe(
  v.string('must be the address of the console'),
  v.check(
    isAddress,
    'must start with https:// (http:// on this computer only), without user, query and hash',
  ),
  v.description('Links in messages start with it; empty means no links.'),
  v.metadata({ type: 'text', allowed: 'https://…' }),
);

function isAddress(text: string): boolean {
  if (text === '') return true;
  if (!URL.canParse(text) || /[\s<>|"`]/.test(text)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(text);
  const isLocal = hostname === 'localhost' || hostname === '127.0.0.1';
  const isPlain = username + password + search + hash === '';
  return isPlain && (protocol === 'https:' || (protocol === 'http:' && isLocal));
}
