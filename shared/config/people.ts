import { DAY_MS, MINUTE_MS } from '../clock.ts';

/** Who may answer, and where they are told; from the sections `approvers`, `approvals`, `slack`, `routes`. */

/** A named set of people. All of its lists empty means nobody. */
export interface ApproverGroup {
  name: string;
  /** Slack workspace id, `T…`: a person counts only together with it. */
  slackTeam: string;
  /** `U…` or `W…` ids. */
  slackUsers: readonly string[];
  /** `S…` ids of user groups; their members are read when somebody answers. */
  slackGroups: readonly string[];
  /** ARNs of IAM principals (a role, not its sessions) that may answer from the command line. */
  awsPrincipals: readonly string[];
}

/** From `approvals`. */
export interface ApprovalRules {
  /** How many different people must say yes, by the action's risk. */
  required: Readonly<Record<'low' | 'medium' | 'high', number>>;
  /** How long an answer may be put off at most, in ms, over all snoozes of one question. */
  maxSnoozeMs: number;
}

export type SlackDelivery = 'off' | 'app' | 'webhook';

/** From `slack`. Secrets are ARNs of Secrets Manager, never values. */
export interface SlackSettings {
  delivery: SlackDelivery;
  /** Delivery `app`: the workspace and the app whose clicks count. */
  team?: string;
  appId?: string;
  botTokenArn?: string;
  signingSecretArn?: string;
  /** Delivery `app`: pictures of metrics go into the threads. */
  charts?: true;
  /** Delivery `webhook`: the secret that holds the URL. */
  webhookArn?: string;
}

/** One entry of `routes`; the first that matches decides. The last matches everything. */
export interface Route {
  match: {
    severity?: readonly ('info' | 'warning' | 'high' | 'critical')[];
    /** Names or globs (`prod-*`). */
    cluster?: readonly string[];
    trouble?: readonly string[];
  };
  /** Slack channel ids, `C…` or `G…`. Empty: nobody is told in Slack. */
  channels: readonly string[];
  /** More than `stormAfter` incidents of one cluster and cause within this become one storm message. */
  groupWithinMs: number;
  stormAfter: number;
  /** Incidents that only observed are told together, this often; 0: one by one. */
  observeDigestMs: number;
}

export interface People {
  slack: SlackSettings;
  routes: readonly Route[];
  /** Links in messages start with it; empty: no links. */
  consoleUrl: string;
  timezone: string;
}

/** What a config without these sections says. There is a route all the same, so that everything matches one. */
export const NOBODY: People = {
  slack: { delivery: 'off' },
  routes: [
    { match: {}, channels: [], groupWithinMs: 15 * MINUTE_MS, stormAfter: 5, observeDigestMs: DAY_MS },
  ],
  consoleUrl: '',
  timezone: 'UTC',
};
