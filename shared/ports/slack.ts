/**
 * The Slack calls we use, with one bot token. Adapter: `shared/slack/api.ts`; fake: `simulator/slack.ts`. Failures
 * are PortErrors: `throttled` (429, `retryAfterMs`), `not-found` (no such channel or message), `unauthorised` (token,
 * scope, not in channel), `unsupported` (the message cannot be edited: post a new one), `invalid` (a message Slack
 * refuses), `transient` and `unreachable`. A failed `post` of the last two kinds may have been posted all the same:
 * `mayHaveHappened` says so.
 */
export interface Slack {
  /** chat.postMessage. Gives the message's `ts`, which is its id in the channel. */
  post(message: SlackMessage & { channel: string; threadTs?: string }): Promise<{ ts: string }>;
  /** chat.update of a message of ours; newest state wins. */
  update(message: SlackMessage & { channel: string; ts: string }): Promise<void>;
  /** A PNG into a thread, best effort: files.getUploadURLExternal, POST, files.completeUploadExternal. */
  uploadImage(image: SlackImage): Promise<void>;
  /** usergroups.users.list: ids of its members. */
  groupMembers(groupId: string): Promise<string[]>;
}

/** What `shared/notify/slack/` renders. */
export interface SlackMessage {
  /** A full sentence: what phones and screen readers get. */
  text: string;
  blocks: readonly SlackBlock[];
  /** The bar beside the message. */
  colour?: string;
  metadata?: { event_type: string; event_payload: Record<string, string | number> };
}

/** Block Kit, as JSON. */
export interface SlackBlock {
  type: string;
  block_id?: string;
  [field: string]: unknown;
}

export interface SlackImage {
  channel: string;
  threadTs: string;
  png: Uint8Array;
  title: string;
  altText: string;
}

/** Incoming webhook: one way, no threads, no edits. */
export interface SlackWebhook {
  post(message: SlackMessage): Promise<void>;
}

/** Secrets Manager. Adapter: `shared/aws/secrets.ts`. Values are never logged, stored or put into errors. */
export interface Secrets {
  /** The newest value, and the one before while it is still accepted; cached for minutes. Throws PortError. */
  read(arn: string): Promise<{ current: string; previous?: string }>;
}
