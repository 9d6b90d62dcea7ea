import { MINUTE_MS } from '../../shared/clock.ts';
import type { People, Route } from '../../shared/config/people.ts';

export const CHANNEL = 'C0OPS';

/** Everything into one channel, incidents one by one. */
export const ROUTE: Route = {
  match: {},
  channels: [CHANNEL],
  groupWithinMs: 15 * MINUTE_MS,
  stormAfter: 5,
  observeDigestMs: 0,
};

const ARN = 'arn:aws:secretsmanager:eu-west-1:210987654321:secret';

/** A workspace with the app in it. */
export function slackApp(route: Partial<Route> = {}, more: Partial<People> = {}): People {
  return {
    slack: {
      delivery: 'app',
      team: 'T0TEAM',
      appId: 'A0APP',
      botTokenArn: `${ARN}:paramedic/bot`,
      signingSecretArn: `${ARN}:paramedic/signing`,
    },
    routes: [{ ...ROUTE, ...route }],
    consoleUrl: '',
    timezone: 'UTC',
    ...more,
  };
}

/** The same people, with pictures in the threads. */
export function withCharts(people: People): People {
  return { ...people, slack: { ...people.slack, charts: true } };
}

/** One channel, one way. */
export function slackWebhook(route: Partial<Route> = {}): People {
  return slackApp(route, { slack: { delivery: 'webhook', webhookArn: `${ARN}:paramedic/webhook` } });
}
