import type { SlackSettings } from '../config/people.ts';
import { PortError } from '../errors.ts';
import type { PeoplePorts } from '../ports/people.ts';
import type { Line } from './deliver-sender.ts';

/** The way into a channel by what the config says. Without one every call fails, and says what is missing. */
export function lineOf(
  { slack, webhook }: Pick<PeoplePorts, 'slack' | 'webhook'>,
  { delivery, botTokenArn, webhookArn }: SlackSettings,
  channel: string,
): Line {
  if (delivery === 'app' && botTokenArn !== undefined) {
    const app = slack(botTokenArn);
    return {
      post: async (message, threadTs) => {
        const thread = threadTs === undefined ? {} : { threadTs };
        return (await app.post({ ...message, channel, ...thread })).ts;
      },
      update: (message, ts) => app.update({ ...message, channel, ts }),
      upload: (image, threadTs) => app.uploadImage({ ...image, channel, threadTs }),
    };
  }
  if (delivery === 'webhook' && webhookArn !== undefined) {
    const hook = webhook(webhookArn);
    return {
      post: async (message) => {
        await hook.post(message);
        return undefined;
      },
    };
  }
  return { post: () => Promise.reject(unconfigured(delivery)) };
}

function unconfigured(delivery: string): PortError {
  const what = delivery === 'webhook' ? 'slack.webhook' : 'slack.botToken';
  return new PortError('unauthorised', `the config has no ${what}`, { operation: 'notify' });
}
