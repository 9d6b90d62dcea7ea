import type { Signal, SignalResult } from '../../shared/incident/signal.ts';
import type { Envelope } from '../../shared/pipeline/envelope.ts';
import type { EventKind } from '../../shared/pipeline/trouble.ts';

export const SPOT_INTERRUPTION = 'EC2 Spot Instance Interruption Warning';

/** The events this trouble reads. */
export const events: readonly EventKind[] = [{ source: 'aws.ec2', detailType: SPOT_INTERRUPTION }];

const ACTIONS = ['terminate', 'stop', 'hibernate'] as const;
export type InterruptionAction = (typeof ACTIONS)[number];

const INSTANCE_ID = /^i-[0-9a-f]{8}(?:[0-9a-f]{9})?$/;

/** Total: other events are ignored with a reason, a warning without usable fields is malformed. */
export function toSignals(event: Envelope): SignalResult {
  if (event.source !== 'aws.ec2')
    return { kind: 'ignored', reason: `source ${event.source} is not read here` };
  if (event.detailType !== SPOT_INTERRUPTION) {
    return { kind: 'ignored', reason: `detail-type ${event.detailType} is not treated` };
  }
  return spotInterruption(event);
}

/**
 * Reads `detail.instance-id` and `detail.instance-action`. `resources[0]` is not used: for this event it carries
 * the zone in place of the region and no account.
 */
function spotInterruption(event: Envelope): SignalResult {
  const { detail } = event;
  if (detail === null || typeof detail !== 'object')
    return { kind: 'malformed', reason: 'detail is not an object' };
  const instanceId: unknown = Reflect.get(detail, 'instance-id');
  if (typeof instanceId !== 'string' || !INSTANCE_ID.test(instanceId)) {
    return { kind: 'malformed', reason: 'missing or bad field: detail.instance-id' };
  }
  const given: unknown = Reflect.get(detail, 'instance-action');
  const action = ACTIONS.find((known) => known === given);
  if (action === undefined)
    return { kind: 'malformed', reason: 'missing or bad field: detail.instance-action' };
  return { kind: 'signals', signals: [spotSignal(event, instanceId, action)] };
}

function spotSignal(event: Envelope, instanceId: string, action: InterruptionAction): Signal {
  return {
    kind: 'spot-interruption',
    subject: { kind: 'instance', id: instanceId },
    occurredAt: event.time,
    eventId: event.id,
    account: event.account,
    region: event.region,
    meaning: `spot-interruption:${action}`,
    data: { action },
  };
}
