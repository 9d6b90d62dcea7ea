import type { Signal, SignalResult } from '../../shared/incident/signal.ts';
import type { Envelope } from '../../shared/pipeline/envelope.ts';
import type { Json } from '../../shared/workflow/port.ts';
import {
  CAPACITY_INTERRUPTION,
  events,
  INTERRUPTIBLE_INTERRUPTION,
  REBALANCE,
  SPOT_INTERRUPTION,
  STATE_CHANGE,
  TERMINATION_HOOK,
} from './events.ts';

const ACTIONS = ['terminate', 'stop', 'hibernate'] as const;
export type InterruptionAction = (typeof ACTIONS)[number];

/** The states that take a node away. */
const LEAVING_STATES = ['stopping', 'stopped', 'shutting-down', 'terminated'] as const;
export type LeavingState = (typeof LEAVING_STATES)[number];
/** Known, and no trouble of ours. */
const OTHER_STATES = ['pending', 'running'];

const INSTANCE_ID = /^i-[0-9a-f]{8}(?:[0-9a-f]{9})?$/;
/** Names of Auto Scaling groups and hooks: at most 255 characters, none of them a control character. */
const NAME = /^\P{Cc}{1,255}$/u;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;

/** What a reader makes of an event about this instance. */
type Reader = (event: Envelope, detail: object, id: string) => SignalResult;

const READERS: Readonly<Record<string, Reader>> = {
  [SPOT_INTERRUPTION]: spotInterruption,
  [CAPACITY_INTERRUPTION]: capacityInterruption,
  [INTERRUPTIBLE_INTERRUPTION]: capacityInterruption,
  [REBALANCE]: rebalance,
  [STATE_CHANGE]: stateChange,
  [TERMINATION_HOOK]: terminationHook,
};

/**
 * Total: other events are ignored with a reason, one of ours without usable fields is malformed. `resources` is
 * never read: in these events it is a list, a string, or an ARN without an account.
 */
export function toSignals(event: Envelope): SignalResult {
  const isOurs = events.some(
    ({ source, detailType }) => source === event.source && detailType === event.detailType,
  );
  const read = Object.hasOwn(READERS, event.detailType) ? READERS[event.detailType] : undefined;
  if (!isOurs || read === undefined) {
    return { kind: 'ignored', reason: `${event.detailType} of ${event.source} is not treated` };
  }
  const { detail } = event;
  if (detail === null || typeof detail !== 'object') return malformed('detail is not an object');
  const idField = event.detailType === TERMINATION_HOOK ? 'EC2InstanceId' : 'instance-id';
  const id = field(detail, idField);
  if (typeof id !== 'string' || !INSTANCE_ID.test(id)) return malformed(missing(idField));
  return read(event, detail, id);
}

function spotInterruption(event: Envelope, detail: object, id: string): SignalResult {
  const action = ACTIONS.find((known) => known === field(detail, 'instance-action'));
  if (action === undefined) return malformed(missing('instance-action'));
  return ofInstance(event, id, {
    kind: 'spot-interruption',
    meaning: `spot-interruption:${action}`,
    data: { action },
  });
}

/** Always ends in termination. The event says when; a capacity block gives more than two minutes. */
function capacityInterruption(event: Envelope, detail: object, id: string): SignalResult {
  const given = field(detail, 'instance-termination-time');
  const endsAt = typeof given === 'string' && ISO_TIME.test(given) ? Date.parse(given) : undefined;
  if (given !== undefined && (endsAt === undefined || Number.isNaN(endsAt))) {
    return malformed(missing('instance-termination-time'));
  }
  return ofInstance(event, id, {
    kind: 'capacity-interruption',
    meaning: 'capacity-interruption',
    data: { action: 'terminate', ...(endsAt !== undefined && { endsAt }) },
  });
}

function rebalance(event: Envelope, _: object, id: string): SignalResult {
  return ofInstance(event, id, { kind: 'rebalance', meaning: 'rebalance', data: {} });
}

function stateChange(event: Envelope, detail: object, id: string): SignalResult {
  const given = field(detail, 'state');
  if (typeof given === 'string' && OTHER_STATES.includes(given)) {
    return { kind: 'ignored', reason: `state ${given} takes no node away` };
  }
  const state = LEAVING_STATES.find((known) => known === given);
  if (state === undefined) return malformed(missing('state'));
  return ofInstance(event, id, {
    kind: 'state-change',
    meaning: `state:${state}`,
    data: { state },
  });
}

/** An instance on its way into the warm pool is coming back: that is no termination. */
function terminationHook(event: Envelope, detail: object, id: string): SignalResult {
  if (field(detail, 'LifecycleTransition') !== 'autoscaling:EC2_INSTANCE_TERMINATING') {
    return { kind: 'ignored', reason: 'not a terminating transition' };
  }
  if (field(detail, 'Destination') === 'WarmPool') {
    return { kind: 'ignored', reason: 'the instance goes to the warm pool, it is not terminated' };
  }
  const group = field(detail, 'AutoScalingGroupName');
  const hook = field(detail, 'LifecycleHookName');
  if (typeof group !== 'string' || !NAME.test(group)) return malformed(missing('AutoScalingGroupName'));
  if (typeof hook !== 'string' || !NAME.test(hook)) return malformed(missing('LifecycleHookName'));
  return ofInstance(event, id, {
    kind: 'termination-hook',
    meaning: `termination-hook:${hook}`,
    data: { group, hook },
  });
}

interface Words {
  kind: string;
  meaning: string;
  data: { [name: string]: Json };
}

function ofInstance(event: Envelope, id: string, words: Words): SignalResult {
  const signal: Signal = {
    ...words,
    subject: { kind: 'instance', id },
    occurredAt: event.time,
    eventId: event.id,
    account: event.account,
    region: event.region,
  };
  return { kind: 'signals', signals: [signal] };
}

function field(detail: object, name: string): unknown {
  return Object.hasOwn(detail, name) ? Reflect.get(detail, name) : undefined;
}

function malformed(reason: string): SignalResult {
  return { kind: 'malformed', reason };
}

function missing(name: string): string {
  return `missing or bad field: detail.${name}`;
}
