import { createHmac } from 'node:crypto';
import type { ApprovalRequest } from '../../shared/approval/answer.ts';
import type { ApproverGroup, SlackSettings } from '../../shared/config/people.ts';

export const SECRET = 'signing-secret-of-the-tests';
export const TEAM = 'T0123ABCD';
export const APP = 'A0123ABCD';
export const CHANNEL = 'C0123ABCD';
export const BOT = 'U0BOT0000';
export const ANA = 'U0ANA0001';
export const BEN = 'U0BEN0002';
export const EVE = 'U0EVE0003';
/** Nothing of a request may ever be found where this is looked for. */
export const CANARY = 'canary-7f3a9c';

export const slack: SlackSettings = {
  delivery: 'app',
  team: TEAM,
  appId: APP,
  signingSecretArn: 'arn:aws:secretsmanager:eu-west-1:210987654321:secret:paramedic/slack-signing-a1b2c3',
};

export const onCall: ApproverGroup = {
  name: 'on-call',
  slackTeam: TEAM,
  slackUsers: [ANA, BEN],
  slackGroups: [],
  awsPrincipals: [],
};

export interface ClickOver {
  type?: string;
  team?: string;
  userTeam?: string;
  user?: string;
  appId?: string;
  channel?: string;
  container?: Record<string, string>;
  message?: Record<string, unknown>;
  actions?: unknown[];
  responseUrl?: string;
}

let clicks = 0;

/** As Slack sends it, with what we do not read; no two clicks are the same text. */
export function payloadOf(actionId: string, value: string, over: ClickOver = {}): Record<string, unknown> {
  const channel = over.channel ?? CHANNEL;
  const ts = '1762178400.000100';
  const chosen =
    actionId === 'approve'
      ? { type: 'button', value }
      : { type: 'static_select', selected_option: { value } };
  return {
    type: over.type ?? 'block_actions',
    token: CANARY,
    api_app_id: over.appId ?? APP,
    team: { id: over.team ?? TEAM, domain: 'example' },
    enterprise: null,
    user: { id: over.user ?? ANA, username: CANARY, name: CANARY, team_id: over.userTeam ?? TEAM },
    container: { type: 'message', message_ts: ts, channel_id: channel, ...over.container },
    channel: { id: channel, name: 'eks-alerts' },
    message: { type: 'message', user: BOT, bot_id: 'B0123ABCD', ts, text: CANARY, ...over.message },
    trigger_id: `${++clicks}.${CANARY}`,
    response_url: over.responseUrl ?? `https://hooks.slack.com/actions/${TEAM}/1/${CANARY}`,
    state: { values: {} },
    actions: over.actions ?? [{ action_id: actionId, block_id: 'b1', action_ts: ts, ...chosen }],
  };
}

export function formOf(payload: unknown): string {
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

export function signatureOf(secret: string, seconds: number, body: string | Uint8Array): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${seconds}:`).update(body).digest('hex')}`;
}

/** Signed at `at` (ms) with the secret of the tests. */
export function signed(body: string, at: number, secret = SECRET): ApprovalRequest {
  const seconds = Math.floor(at / 1000);
  return {
    headers: [
      ['X-Slack-Request-Timestamp', String(seconds)],
      ['X-Slack-Signature', signatureOf(secret, seconds, body)],
      ['User-Agent', CANARY],
    ],
    body: Buffer.from(body).toString('base64'),
    isBase64: true,
  };
}
