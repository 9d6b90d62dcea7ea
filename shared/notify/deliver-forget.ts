import { inPool } from '../pipeline/pool.ts';
import { change } from './deliver-post.ts';
import type { Delivery } from './delivery.ts';
import { KEPT_MS, type Message, type Posting, readOutbox } from './outbox.ts';
import type { Stored } from './outbox-table.ts';

const PARALLEL = 8;

/**
 * Nothing is due any more in a channel that no route names: a wrong id that was put right would be tried, and
 * alarmed about, for weeks. What stands there stays as it is, and what does not is news should a route name it again.
 */
export async function forget(delivery: Delivery): Promise<void> {
  const { environment, channel } = delivery;
  const { messages, storms, digests } = await readOutbox(environment.table, channel);
  const rows: Stored<Posting>[] = [...messages, ...storms, ...digests];
  const due = rows.filter(({ value }) => value.dueAt !== undefined);
  if (due.length === 0) return;
  environment.log.warn('no route names this channel any more, nothing is told there', {
    channel,
    due: due.length,
  });
  const keepUntil = environment.clock.now() + KEPT_MS;
  await inPool(due, PARALLEL, async ({ sk }) => {
    await change<Posting & Partial<Message>>(delivery, sk, ({ dueAt: _, ...row }) => ({
      ...row,
      ...(row.shown !== undefined && { wanted: row.shown }),
      keepUntil,
    }));
  });
}
