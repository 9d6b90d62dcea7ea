import { MINUTE_MS } from '../../shared/clock.ts';
import { type Message, messageKey, type Outbox } from '../../shared/notify/outbox.ts';

/** A row that is due, about an open incident nobody was told of. */
export function message(over: Partial<Message> = {}): Message {
  return {
    incidentId: 'inc-0123456789abcdef',
    generation: 1,
    cluster: 'prod',
    trouble: 'node-interruption',
    kind: 'spot-interruption',
    cause: 'AWS takes the Spot capacity back',
    severity: 'high',
    openedAt: 0,
    status: 'open',
    stage: 'opened',
    isObserved: false,
    rules: { groupWithinMs: 15 * MINUTE_MS, stormAfter: 5, observeDigestMs: 0 },
    notedAt: 0,
    wanted: 1,
    shown: 0,
    logTold: [],
    logBegun: [],
    state: 'new',
    tries: 0,
    dueAt: 0,
    ...over,
  };
}

/** A channel that holds these rows, each of an incident of its own. */
export function outboxOf(messages: readonly Message[]): Outbox {
  const rows = messages.map((value, index) => {
    const incidentId = `inc-${index.toString(16).padStart(16, '0')}`;
    return { ...value, incidentId };
  });
  return { messages: rows.map((value) => ({ sk: messageKey(value), value })), storms: [], digests: [] };
}
