import type { SignalResult } from '../../shared/incident/signal.ts';
import type { Envelope } from '../../shared/pipeline/envelope.ts';
import type { Json } from '../../shared/workflow/port.ts';
import { readCall, type ThrottledCall } from './calls.ts';
import { events } from './events.ts';

/** One refused call. It opens nothing by itself: `aggregate` counts them. */
export const THROTTLED_CALL = 'throttled-call';

/** Total: other events and other failures are ignored with a reason, one of ours without usable fields is malformed. */
export function toSignals(event: Envelope): SignalResult {
  const isRead = events.some(
    ({ source, detailType }) => source === event.source && detailType === event.detailType,
  );
  if (!isRead) return { kind: 'ignored', reason: `${event.detailType} of ${event.source} is not treated` };
  const read = readCall(event);
  if (read.is !== 'throttled') return { kind: read.is, reason: read.reason };
  const { call, isOurs } = read;
  return {
    kind: 'signals',
    signals: [
      {
        kind: THROTTLED_CALL,
        subject: { kind: 'principal', id: call.principal },
        occurredAt: call.at,
        eventId: call.eventId,
        account: call.account,
        region: call.region,
        meaning: `${THROTTLED_CALL}:${call.service}:${call.api}`,
        data: { call: call as unknown as Json, isOurs },
      },
    ],
  };
}

/** The call of a signal that `toSignals` made. */
export function callOf({ data }: { data: { [name: string]: Json | undefined } }): ThrottledCall {
  return data['call'] as unknown as ThrottledCall;
}

/** A client of ours made it. */
export function isOwnCall({ data }: { data: { [name: string]: Json | undefined } }): boolean {
  return data['isOurs'] === true;
}
