import { code } from './text.ts';

const SLACK_USER = /^slack:T[A-Z0-9]{1,30}\/([UW][A-Z0-9]{1,30})$/;
const SLACK_IDS = /slack:T[A-Z0-9]{1,30}\/[UW][A-Z0-9]{1,30}/g;
const AWS_ARN = /^aws:arn:[\w-]+:(?:iam|sts)::\d{12}:(.+)$/;
const MAX_PERSONS = 5;

/** Who did something, for `mrkdwn`: Slack's own name for a Slack user, of an AWS principal what tells it apart. */
export function person(by: string): string {
  const [, user] = SLACK_USER.exec(by) ?? [];
  if (user !== undefined) return `<@${user}>`;
  const [, principal] = AWS_ARN.exec(by) ?? [];
  return code(principal ?? by);
}

/** For texts of the ledger that name whoever decided, where Slack would show the bare ids. */
export function withoutIds(text: string): string {
  return text.replace(SLACK_IDS, 'somebody in Slack');
}

/** The first few of several. */
export function persons(by: readonly string[]): string {
  const more = by.length - MAX_PERSONS;
  return `${by.slice(0, MAX_PERSONS).map(person).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
