import * as v from 'valibot';
import { ACTION_IDS, type Choice, readChoice } from './choice.ts';

/** One click on one of our messages: ids and the choice, nothing a person typed. */
export interface Click {
  /** The workspace the message is in, and the one the person belongs to. */
  team: string;
  userTeam: string;
  user: string;
  appId: string;
  channel: string;
  messageTs: string;
  /** Whose message it is: the bot's own user id, where Slack says it. */
  author?: string;
  approvalId: string;
  choice: Choice;
  /** It was clicked on a copy of the message, in another place than it was posted. */
  isForwarded: boolean;
  /** Where the person who clicked can be told something; secret, never logged or stored. */
  responseUrl?: string;
}

/** Slack sends our own message back along with a click: 40,000 characters of text at most, percent-encoded. */
export const MAX_BODY_BYTES = 256 * 1024;

const id = (first: string) => v.pipe(v.string(), v.regex(new RegExp(`^[${first}][A-Z0-9]{1,30}$`)));
const ts = v.pipe(v.string(), v.regex(/^\d{1,12}\.\d{1,9}$/));
const channelId = id('CGD');
const optionValue = v.pipe(v.string(), v.maxLength(150));

const action = v.object({
  type: v.picklist(['button', 'static_select', 'overflow']),
  action_id: v.picklist(ACTION_IDS),
  value: v.optional(optionValue),
  selected_option: v.optional(v.object({ value: optionValue })),
});

/** What is read of a `block_actions` payload; anything else in it is left alone. */
const payload = v.object({
  type: v.literal('block_actions'),
  api_app_id: id('A'),
  team: v.object({ id: id('T') }),
  user: v.object({ id: id('UW'), team_id: id('T') }),
  container: v.object({ type: v.string(), message_ts: ts, channel_id: channelId }),
  channel: v.object({ id: channelId }),
  message: v.object({ ts, user: v.optional(id('UW')) }),
  actions: v.strictTuple([action]),
  response_url: v.optional(v.pipe(v.string(), v.maxLength(500))),
});

type Payload = v.InferOutput<typeof payload>;

/**
 * Reads the body of a request whose signature is right: a form whose field `payload` stands once and holds the
 * JSON of exactly one click. Total: undefined for anything else.
 */
export function parseClick(body: Uint8Array): Click | undefined {
  if (body.length > MAX_BODY_BYTES) return undefined;
  const json = onlyPayload(body);
  const parsed = json === undefined ? undefined : v.safeParse(payload, json);
  return parsed?.success === true ? clickOf(parsed.output) : undefined;
}

function onlyPayload(body: Uint8Array): unknown {
  try {
    const form = new URLSearchParams(new TextDecoder('utf-8', { fatal: true }).decode(body));
    const [text, ...others] = form.getAll('payload');
    return text === undefined || others.length > 0 ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function clickOf(from: Payload): Click | undefined {
  const [{ action_id: actionId, value, selected_option: option }] = from.actions;
  const chosen = readChoice(actionId, option?.value ?? value ?? '');
  if (chosen === undefined) return undefined;
  const { container, channel, message, response_url: responseUrl } = from;
  return {
    team: from.team.id,
    userTeam: from.user.team_id,
    user: from.user.id,
    appId: from.api_app_id,
    channel: channel.id,
    messageTs: message.ts,
    ...chosen,
    isForwarded:
      container.type !== 'message' ||
      container.channel_id !== channel.id ||
      container.message_ts !== message.ts,
    ...(message.user !== undefined && { author: message.user }),
    ...(responseUrl !== undefined && { responseUrl }),
  };
}
