import { MINUTE_MS } from '../clock.ts';
import type { Incident } from '../incident/incident.ts';
import type { HistoryEntry } from '../incident/ledger.ts';
import { sha256Hex } from '../incident/step-key.ts';
import { change, MAX_TRIES } from './deliver-post.ts';
import { guarded } from './deliver-render.ts';
import type { Sent } from './deliver-sender.ts';
import type { Delivery } from './delivery.ts';
import type { Message } from './outbox.ts';
import type { Stored } from './outbox-table.ts';
import { renderStepLog } from './slack/step-log.ts';

/** More lines than one reply holds follow in the next one. */
const LINES_PER_REPLY = 15;
/** What is written down about an ending comes with it. */
const AFTERMATH_MS = MINUTE_MS;
const KEY_LENGTH = 10;

/** Tells the lines of this generation that its thread does not have yet. False: some are left for later. */
export async function tellLog(
  delivery: Delivery,
  { sk, value: { ts, logTold, logBegun } }: Stored<Message>,
  incident: Incident,
): Promise<boolean> {
  if (ts === undefined || !delivery.sender.hasEdits) return true;
  const entries = ofGeneration(incident, await delivery.ledger.history(incident.id));
  const isOpen = (key: string) => !logTold.includes(key) && count(logBegun, key) < MAX_TRIES;
  const left = entries.filter((entry) => isOpen(lineKey(entry)));
  for (let from = 0; from < left.length; from += LINES_PER_REPLY) {
    if (!delivery.isOnTime()) return false;
    if (!(await tellLines(delivery, { sk, ts }, left.slice(from, from + LINES_PER_REPLY)))) return false;
  }
  return true;
}

/**
 * One reply. Its lines are written down before as `posting` is for a message: when the answer is lost, or this
 * process, whoever comes next knows that they may stand there, and tries exactly once more.
 */
async function tellLines(
  delivery: Delivery,
  { sk, ts }: { sk: string; ts: string },
  lines: readonly HistoryEntry[],
): Promise<boolean> {
  const keys = lines.map(lineKey);
  await change<Message>(delivery, sk, (row) => ({ ...row, logBegun: [...row.logBegun, ...keys] }));
  for (const reply of renderStepLog(lines)) {
    const sent = await delivery.sender.post(guarded(delivery, reply), ts);
    if (sent.is !== 'unclear') await change<Message>(delivery, sk, (row) => settledLines(row, keys, sent));
    if (sent.is === 'unclear' || sent.is === 'failed') return false;
  }
  return true;
}

/** A line that Slack does not take stands in the ledger. */
function settledLines(row: Message, keys: readonly string[], sent: Sent): Message {
  if (sent.is !== 'failed') {
    const logBegun = row.logBegun.filter((key) => !keys.includes(key));
    return { ...row, logTold: [...row.logTold, ...keys], logBegun };
  }
  // This time they are known not to stand there; the time before they may.
  const logBegun = [...row.logBegun];
  for (const key of keys) logBegun.splice(logBegun.indexOf(key), 1);
  return { ...row, logBegun };
}

function count(keys: readonly string[], key: string): number {
  return keys.filter((each) => each === key).length;
}

/** Not its place in the history: of two who write at once, the earlier line may come to light after the later one. */
function lineKey({ at, kind, text, by }: HistoryEntry): string {
  return sha256Hex(JSON.stringify([at, kind, text, by])).slice(0, KEY_LENGTH);
}

function ofGeneration({ openedAt, closedAt }: Incident, entries: readonly HistoryEntry[]): HistoryEntry[] {
  const end = closedAt === undefined ? Number.POSITIVE_INFINITY : closedAt + AFTERMATH_MS;
  return entries.filter(({ at }) => at >= openedAt && at <= end);
}
