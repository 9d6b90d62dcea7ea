import type { Secrets, Slack, SlackWebhook } from './slack.ts';

/**
 * What only the functions that talk to people can touch. Apart from `Ports`, so that those which act on clusters
 * neither hold Slack's token nor carry its code. Adapters: `shared/slack/people.ts`; fakes: `simulator/slack.ts`.
 */
export interface PeoplePorts {
  secrets: Secrets;
  /** Slack with the bot token that this secret holds. Nothing is read or connected before the first call. */
  slack(botTokenArn: string): Slack;
  /** The incoming webhook whose URL this secret holds. */
  webhook(urlArn: string): SlackWebhook;
}
