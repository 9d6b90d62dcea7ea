import type { ApproverGroup, SlackSettings } from '../config/people.ts';
import type { Fact } from '../fact.ts';
import type { Click } from './payload.ts';

/** Why somebody may not answer; one word for the log and the history. */
export type Refusal =
  | 'wrong-workspace'
  | 'guest-of-another-workspace'
  | 'wrong-app'
  | 'wrong-channel'
  | 'forwarded'
  | 'proposer'
  | 'nobody-may'
  | 'not-an-approver'
  | 'members-could-not-be-read';

export type Authorisation =
  /** How the ledger names the person. */
  { ok: true; by: string } | { ok: false; by: string; why: Refusal };

export interface ClickRules {
  slack: Pick<SlackSettings, 'team' | 'appId'>;
  /** Of the incident's cluster and trouble; empty: nobody. */
  approvers: readonly ApproverGroup[];
  /** Where the question was put. */
  channel: string;
  /** Members by id of user group; one that is missing was not read. */
  groupMembers: ReadonlyMap<string, Fact<readonly string[]>>;
}

/** Whether this click counts. A person is a user id together with its workspace; what is unknown refuses. Pure. */
export function authoriseClick(click: Click, rules: ClickRules): Authorisation {
  const by = `slack:${click.userTeam}/${click.user}`;
  const why = misplaced(click, rules) ?? unentitled(click, rules);
  return why === undefined ? { ok: true, by } : { ok: false, by, why };
}

function misplaced(click: Click, { slack, channel }: ClickRules): Refusal | undefined {
  if (click.team !== slack.team) return 'wrong-workspace';
  if (click.userTeam !== slack.team) return 'guest-of-another-workspace';
  if (click.appId !== slack.appId) return 'wrong-app';
  if (click.isForwarded) return 'forwarded';
  if (click.channel !== channel) return 'wrong-channel';
  // Who asks does not answer.
  return click.user === click.author ? 'proposer' : undefined;
}

function unentitled({ team, user }: Click, { approvers, groupMembers }: ClickRules): Refusal | undefined {
  const groups = approvers.filter(({ slackTeam }) => slackTeam === team);
  if (groups.every(isEmpty)) return 'nobody-may';
  if (groups.some(({ slackUsers }) => slackUsers.includes(user))) return undefined;
  const members = groups.flatMap(({ slackGroups }) => slackGroups.map((group) => groupMembers.get(group)));
  if (members.some((fact) => fact?.known === true && fact.value.includes(user))) return undefined;
  return members.some((fact) => fact?.known !== true) ? 'members-could-not-be-read' : 'not-an-approver';
}

function isEmpty({ slackUsers, slackGroups }: ApproverGroup): boolean {
  return slackUsers.length === 0 && slackGroups.length === 0;
}

export interface PrincipalRules {
  approvers: readonly ApproverGroup[];
  /** What the names of our own roles begin with: the proposer does not answer. */
  ownRoles: string;
}

/**
 * Whether an AWS principal may answer; `arn` is what STS says of the caller. A role stands for its sessions, and
 * two session names are two people. Pure.
 */
export function authorisePrincipal(arn: string, { approvers, ownRoles }: PrincipalRules): Authorisation {
  const by = `aws:${arn}`;
  const listed = approvers.flatMap(({ awsPrincipals }) => awsPrincipals);
  if (roleOf(arn)?.name.startsWith(ownRoles) === true) return { ok: false, by, why: 'proposer' };
  if (listed.length === 0) return { ok: false, by, why: 'nobody-may' };
  const isListed = listed.some((principal) => principal === arn || isSessionOf(arn, principal));
  return isListed ? { ok: true, by } : { ok: false, by, why: 'not-an-approver' };
}

/** A session's ARN leaves out the role's path; names are unique in an account all the same. */
function isSessionOf(arn: string, principal: string): boolean {
  const session = roleOf(arn);
  const role = ROLE.exec(principal);
  if (session === undefined || role === null) return false;
  const [, partition, account, name] = role;
  return session.partition === partition && session.account === account && session.name === name;
}

const SESSION = /^arn:([\w-]+):sts::(\d{12}):assumed-role\/([\w+=,.@-]+)\/[\w+=,.@-]+$/;
const ROLE = /^arn:([\w-]+):iam::(\d{12}):role\/(?:[\x21-\x7e]+\/)?([\w+=,.@-]+)$/;

function roleOf(arn: string): { partition: string; account: string; name: string } | undefined {
  const [, partition, account, name] = SESSION.exec(arn) ?? [];
  if (partition === undefined || account === undefined || name === undefined) return undefined;
  return { partition, account, name };
}
