import { MINUTE_MS, SECOND_MS } from '../../../shared/clock.ts';
import type { Input } from '../input.ts';
import { recordLines } from '../outcome.ts';
import { type About, type Draft, idle } from './draft.ts';

const RETRY_MS = 15 * SECOND_MS;
/** What cannot be read for so long is a person's. */
const LIMIT_MS = 10 * MINUTE_MS;

/**
 * Something needed cannot be read: look again until it has been so for ten minutes, then tell people. Never a reason
 * to call anything done.
 */
export function unreadable(input: Input, about: About, what: string, reason: string): Draft {
  const { incident, now } = input;
  const before = incident.plan?.keep?.['unread'];
  const since = typeof before === 'number' ? before : now;
  const why = `${what} cannot be read: ${reason}`;
  const { quiet: _, ...loud } = about;
  const summary = `${what} could not be read for ${LIMIT_MS / MINUTE_MS} minutes: what became of the node is not known.`;
  const outcome = { kind: 'escalated' as const, summary, details: [reason, ...recordLines(incident)] };
  const isOver = now >= since + LIMIT_MS;
  const draft = idle(
    input,
    loud,
    why,
    isOver ? { do: 'close', outcome } : { do: 'wait', at: now + RETRY_MS, why },
  );
  return { ...draft, keep: { unread: since } };
}
