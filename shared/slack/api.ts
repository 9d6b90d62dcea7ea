import { isFailure, PortError } from '../errors.ts';
import type { Secrets, Slack } from '../ports/slack.ts';
import { type Arguments, callMethod, type Encoding, type Result, type SlackAccess } from './call.ts';
import { TIMEOUT_MS } from './http.ts';
import { uploadImage } from './upload.ts';
import { wireMessage } from './wire.ts';

export const SLACK_API = 'https://slack.com/api';

export interface SlackOptions {
  secrets: Secrets;
  /** Secret that holds the bot token; read at each call, the port caches it. */
  botTokenArn: string;
  /** Default Slack's own. */
  baseUrl?: string;
  timeoutMs?: number;
}

/** Previews of links would push the message itself off the screen. */
const NO_PREVIEWS = { unfurl_links: false, unfurl_media: false };
/** Calls that change nothing, or the same thing again, get a second attempt. */
const ATTEMPTS = 2;

/** The Slack port over the Web API. */
export function slackApi({
  secrets,
  botTokenArn,
  baseUrl = SLACK_API,
  timeoutMs = TIMEOUT_MS,
}: SlackOptions): Slack {
  const access: SlackAccess = { secrets, botTokenArn, baseUrl, timeoutMs };
  return {
    post: async ({ channel, threadTs, ...message }) => {
      const thread = threadTs === undefined ? {} : { thread_ts: threadTs };
      const args = { channel, ...thread, ...wireMessage(message), ...NO_PREVIEWS };
      return { ts: tsOf(await callMethod(access, 'chat.postMessage', args)) };
    },
    update: async ({ channel, ts, ...message }) => {
      await repeatable(access, 'chat.update', { channel, ts, ...wireMessage(message) });
    },
    uploadImage: (image) => uploadImage(access, image),
    groupMembers: async (groupId) => {
      const args = { usergroup: groupId };
      return usersOf(await repeatable(access, 'usergroups.users.list', args, 'form'));
    },
  };
}

async function repeatable(
  access: SlackAccess,
  method: string,
  args: Arguments,
  encoding?: Encoding,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await callMethod(access, method, args, encoding);
    } catch (error) {
      if (attempt >= ATTEMPTS || !isFailure(error, 'transient', 'unreachable')) throw error;
    }
  }
}

/** Posted, and not to be found again. */
function tsOf({ ts }: Result): string {
  if (typeof ts === 'string') return ts;
  const details = { operation: 'slack:chat.postMessage', mayHaveHappened: true } as const;
  throw new PortError('transient', 'Slack did not say where the message is', details);
}

function usersOf({ users }: Result): string[] {
  if (Array.isArray(users) && users.every((user) => typeof user === 'string')) return users;
  const operation = 'slack:usergroups.users.list';
  throw new PortError('transient', 'Slack did not say who is in the group', { operation });
}
