import type { SlackMessage } from '../ports/slack.ts';
import { fallbackOf } from './deliver-render.ts';
import type { Sent } from './deliver-sender.ts';
import type { Delivery } from './delivery.ts';
import type { Posting } from './outbox.ts';
import { changeValue } from './outbox-table.ts';

/** Nobody sees more than two copies of one message. */
export const MAX_TRIES = 2;

/**
 * `told`: it stands in the channel. `not-now`: the channel is in trouble, or the app's edits are used up; it stays
 * due. `given-up`: it will not be tried again as it is.
 */
export type Told = 'told' | 'not-now' | 'given-up';

/**
 * Posts what a row is about. The row says `posting` before: when the answer is lost, or this process, whoever comes
 * next knows that it may stand there, and tries exactly once more.
 */
export async function postRow<T extends Posting>(
  delivery: Delivery,
  sk: string,
  message: SlackMessage,
): Promise<Told> {
  const begun = await change<T>(delivery, sk, (row) =>
    row.tries >= MAX_TRIES
      ? { ...row, state: 'unclear' }
      : { ...row, state: 'posting', tries: row.tries + 1 },
  );
  if (begun === undefined || begun.state === 'unclear') return 'given-up';
  let sent = await delivery.sender.post(message);
  if (sent.is === 'refused') sent = await delivery.sender.post(fallbackOf(message));
  if (sent.is === 'unclear' && begun.tries < MAX_TRIES) return 'not-now';
  await change<T>(delivery, sk, (row) => ({ ...row, ...outcomeOf(sent, row) }));
  if (sent.is === 'sent') return 'told';
  return sent.is === 'failed' || sent.is === 'later' ? 'not-now' : 'given-up';
}

function outcomeOf(sent: Sent, { tries }: Posting): Partial<Posting> {
  switch (sent.is) {
    case 'sent':
      return { state: 'posted', tries: 0, ...(sent.ts !== undefined && { ts: sent.ts }) };
    case 'unclear':
      return { state: 'unclear' };
    case 'refused':
    case 'gone':
      return { state: 'refused', tries: 0 };
    default:
      // This time it is known not to stand there; the time before it may not be.
      return { state: tries > 1 ? 'posting' : 'new', tries: Math.max(0, tries - 1) };
  }
}

/** Edits what a row is about. `gone`: it is not there any more, and the row says so. */
export async function editRow<T extends Posting>(
  delivery: Delivery,
  sk: string,
  ts: string,
  message: SlackMessage,
): Promise<Told | 'gone'> {
  let sent = await delivery.sender.update(message, ts);
  if (sent.is === 'refused') sent = await delivery.sender.update(fallbackOf(message), ts);
  switch (sent.is) {
    case 'sent':
      return 'told';
    case 'gone':
      await change<T>(delivery, sk, ({ ts: _, ...row }) => ({ ...row, state: 'new', tries: 0 }) as T);
      return 'gone';
    case 'refused':
      return 'given-up';
    case 'later': {
      const { at } = sent;
      await change<T>(delivery, sk, (row) => ({ ...row, dueAt: at }));
      return 'not-now';
    }
    default:
      return 'not-now';
  }
}

/** Changes a row that exists; one that does not stays away. */
export async function change<T extends Posting>(
  { environment, channel }: Delivery,
  sk: string,
  next: (row: T) => T,
): Promise<T | undefined> {
  return await changeValue<T>(environment.table, channel, sk, (row) =>
    row === undefined ? undefined : next(row),
  );
}
