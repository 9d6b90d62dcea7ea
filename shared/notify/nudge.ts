import { isoTime, MINUTE_MS } from '../clock.ts';
import type { Incident } from '../incident/incident.ts';
import type { Environment } from '../pipeline/environment.ts';
import type { HintQueue } from '../ports/notifier.ts';
import { channelOf, OUTBOX } from './outbox-table.ts';

/** Younger work is under way. */
const GRACE_MS = MINUTE_MS;
const INCIDENTS_PER_HINT = 100;

/**
 * What the notifier has forgotten or never heard of: channels in which something has been due for a while, and open
 * incidents, whose hints may be lost. A hint too many changes nothing.
 */
export async function nudgeNotifier(
  { ports }: Pick<Environment, 'ports'>,
  hints: HintQueue,
  open: readonly Incident[],
): Promise<void> {
  const due = await ports.table.queryOpen(OUTBOX, isoTime(ports.clock.now() - GRACE_MS));
  for (const channel of new Set(due.map(channelOf))) await hints.send({ channel }, 0);
  const ids = open.filter(({ announced }) => announced > 0).map(({ id }) => id);
  for (let from = 0; from < ids.length; from += INCIDENTS_PER_HINT) {
    await hints.send({ incidents: ids.slice(from, from + INCIDENTS_PER_HINT) }, 0);
  }
}
