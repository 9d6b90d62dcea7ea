import { type Clock, type EpochMs, MINUTE_MS, SECOND_MS } from '../shared/clock.ts';
import { PortError } from '../shared/errors.ts';
import type { SlackImage, SlackMessage } from '../shared/ports/slack.ts';
import { copyOf } from './copy.ts';

/** A message as a channel shows it. */
export interface SimMessage extends SlackMessage {
  channel: string;
  ts: string;
  at: EpochMs;
  edits: number;
  /** Everything it has shown so far, oldest first. */
  shown: SlackMessage[];
  replies: (SlackMessage & { ts: string; at: EpochMs; image?: SimImage })[];
}

export type SimImage = Pick<SlackImage, 'png' | 'title' | 'altText'>;

const UPDATES_PER_MINUTE = 50;

/** A Slack workspace: channels, threads and rate limits; every channel that is posted to exists. */
export class SimSlack {
  readonly messages: SimMessage[] = [];
  /** Members by id of user group. */
  readonly groups = new Map<string, string[]>();
  /** When each message, reply and edit was taken. */
  readonly posts: EpochMs[] = [];
  readonly updates: EpochMs[] = [];
  /** How many calls were refused because of a limit. */
  refusals = 0;
  readonly #clock: Clock;
  readonly #lastPost = new Map<string, EpochMs>();
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  post(channel: string, message: SlackMessage, threadTs?: string): { ts: string } {
    this.#pacePosts(channel);
    const at = this.#clock.now();
    const ts = `${Math.floor(at / SECOND_MS)}.${String(++this.#count).padStart(6, '0')}`;
    const copy = copyOf(message);
    if (threadTs === undefined) {
      this.messages.push({ ...copy, channel, ts, at, edits: 0, shown: [copy], replies: [] });
    } else this.#message(channel, threadTs, 'chat.postMessage').replies.push({ ...copy, ts, at });
    this.posts.push(at);
    return { ts };
  }

  update(channel: string, ts: string, message: SlackMessage): void {
    this.#paceUpdates();
    const known = this.#message(channel, ts, 'chat.update');
    const copy = copyOf(message);
    Object.assign(known, copy, { edits: known.edits + 1 });
    known.shown.push(copy);
    this.updates.push(this.#clock.now());
  }

  /** A file shared in a thread is a message of its own there. */
  upload(channel: string, threadTs: string, image: SimImage): void {
    const { ts } = this.post(channel, { text: image.title, blocks: [] }, threadTs);
    const replies = this.#message(channel, threadTs, 'files.completeUploadExternal').replies;
    const reply = replies.find((each) => each.ts === ts);
    if (reply !== undefined) reply.image = structuredClone(image);
  }

  /** A person deletes a message. */
  remove(ts: string): void {
    const index = this.messages.findIndex((message) => message.ts === ts);
    if (index >= 0) this.messages.splice(index, 1);
  }

  /** The messages about one incident, by their metadata. */
  about(incidentId: string): SimMessage[] {
    return this.messages.filter(({ metadata }) => metadata?.event_payload['incident'] === incidentId);
  }

  #message(channel: string, ts: string, method: string): SimMessage {
    const found = this.messages.find((message) => message.channel === channel && message.ts === ts);
    if (found !== undefined) return found;
    const details = { operation: `slack:${method}`, code: 'message_not_found' };
    throw new PortError('not-found', 'Slack said no', details);
  }

  /** One message a second in each channel. */
  #pacePosts(channel: string): void {
    const now = this.#clock.now();
    const free = (this.#lastPost.get(channel) ?? 0) + SECOND_MS;
    if (now < free) this.#refuse('chat.postMessage', free - now);
    this.#lastPost.set(channel, now);
  }

  #paceUpdates(): void {
    const now = this.#clock.now();
    const recent = this.updates.filter((at) => at > now - MINUTE_MS);
    const [oldest = now] = recent;
    if (recent.length >= UPDATES_PER_MINUTE) this.#refuse('chat.update', oldest + MINUTE_MS - now);
  }

  #refuse(method: string, waitMs: number): never {
    this.refusals++;
    const retryAfterMs = Math.max(1, Math.ceil(waitMs / SECOND_MS)) * SECOND_MS;
    const details = { operation: `slack:${method}`, code: 'ratelimited', retryAfterMs };
    throw new PortError('throttled', 'Slack said no', details);
  }
}
