import type { SlackBlock } from '../../shared/ports/slack.ts';
import { visibleLines } from './visible.ts';

export type Arguments = Readonly<Record<string, unknown>>;

export interface StoredMessage {
  ts: string;
  channel: string;
  threadTs?: string;
  text: string;
  blocks: SlackBlock[];
  attachments: { color?: string; blocks?: SlackBlock[] }[];
  metadata?: unknown;
  edits: number;
}

export interface StoredFile {
  id: string;
  bytes: Buffer | undefined;
  title?: string;
  altText: string;
  channel?: string;
  threadTs?: string;
}

type Answer = { ok: boolean; error?: string; [field: string]: unknown } | 'ok';

/** What Slack knows: channels with their messages, files, user groups. */
export class Workspace {
  readonly messages: StoredMessage[] = [];
  readonly files: StoredFile[] = [];
  readonly channels = new Set(['C0INCIDENTS', 'C0OTHER']);
  readonly archived = new Set<string>();
  readonly groups = new Map<string, string[]>();
  readonly #now: () => number;
  #count = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** What a person sees in a channel, or in one thread of it: each message as its lines. */
  seen(channel: string, threadTs?: string): string[][] {
    return this.messages
      .filter((message) => message.channel === channel && message.threadTs === threadTs)
      .map(({ blocks, attachments }) =>
        visibleLines([...blocks, ...attachments.flatMap((attachment) => attachment.blocks ?? [])]),
      );
  }

  call(method: string, args: Arguments, origin: string): Answer {
    switch (method) {
      case 'chat.postMessage':
        return this.#post(String(args['channel']), args);
      case 'chat.update':
        return this.#update(args);
      case 'webhook':
        this.#post('C0INCIDENTS', args);
        return 'ok';
      case 'usergroups.users.list':
        return this.#members(String(args['usergroup']));
      case 'files.getUploadURLExternal':
        return this.#place(args, origin);
      case 'upload':
        return this.#bytes(args['bytes']);
      case 'files.completeUploadExternal':
        return this.#share(args);
      default:
        return { ok: false, error: 'unknown_method' };
    }
  }

  #post(channel: string, args: Arguments): Answer {
    if (!this.channels.has(channel)) return { ok: false, error: 'channel_not_found' };
    if (this.archived.has(channel)) return { ok: false, error: 'is_archived' };
    this.#count += 1;
    const ts = `${Math.floor(this.#now() / 1_000)}.${String(this.#count).padStart(6, '0')}`;
    const threadTs = args['thread_ts'];
    const message = { ts, channel, text: '', blocks: [], attachments: [], edits: 0 };
    this.messages.push({ ...message, ...(typeof threadTs === 'string' && { threadTs }), ...contentOf(args) });
    return { ok: true, channel, ts };
  }

  #update(args: Arguments): Answer {
    const index = this.messages.findIndex(
      ({ ts, channel }) => ts === args['ts'] && channel === args['channel'],
    );
    const message = this.messages[index];
    if (message === undefined) return { ok: false, error: 'message_not_found' };
    this.messages[index] = { ...message, ...contentOf(args), edits: message.edits + 1 };
    return { ok: true, ts: message.ts };
  }

  #members(group: string): Answer {
    const users = this.groups.get(group);
    return users === undefined ? { ok: false, error: 'no_such_subteam' } : { ok: true, users };
  }

  #place(args: Arguments, origin: string): Answer {
    const id = `F${this.files.length}`;
    this.files.push({ id, bytes: undefined, altText: String(args['alt_txt']) });
    return { ok: true, upload_url: `${origin}/upload/${id}`, file_id: id };
  }

  #bytes(bytes: unknown): Answer {
    const file = this.files.at(-1);
    if (file !== undefined && Buffer.isBuffer(bytes)) file.bytes = bytes;
    return 'ok';
  }

  #share(args: Arguments): Answer {
    const shared = args['files'] as { id: string; title: string }[];
    for (const { id, title } of shared) {
      const file = this.files.find((each) => each.id === id);
      if (file?.bytes === undefined) return { ok: false, error: 'file_not_found' };
      Object.assign(file, { title, channel: args['channel_id'], threadTs: args['thread_ts'] });
    }
    return { ok: true };
  }
}

/** As chat.update has it: what is not named stays. */
function contentOf(args: Arguments): Partial<StoredMessage> {
  const { text, blocks, attachments, metadata } = args;
  return {
    ...(typeof text === 'string' && { text }),
    ...(Array.isArray(blocks) && { blocks: blocks as SlackBlock[] }),
    ...(Array.isArray(attachments) && { attachments: attachments as StoredMessage['attachments'] }),
    ...(metadata !== undefined && { metadata }),
  };
}
