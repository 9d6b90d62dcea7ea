import { type EpochMs, humanDuration } from '../../shared/clock.ts';
import { happenedAt } from '../../shared/incident/signal.ts';
import type { Instance } from '../../shared/ports/ec2.ts';
import { type Hooks, hooksOf } from './hooks.ts';
import type { Input } from './input.ts';
import { hookTimes, interruptionOf, type Notice, newestOf } from './notice.ts';
import type { LeavingState } from './signals.ts';

/** What is happening to the node, by what EC2 says now; the signals only say where to look. */
export type Situation =
  /** EC2 says that the machine is off. */
  | { is: 'ended'; state: 'stopped' | 'terminated'; instance: Instance; since: EpochMs }
  | { is: 'ending'; state: 'stopping' | 'shutting-down'; instance: Instance; since: EpochMs }
  /** AWS is going to take it: by a warning, by hooks that wait, or both. */
  | { is: 'leaving'; notice: Notice; held: Hooks | null }
  /** It may be taken some day. */
  | { is: 'at-risk'; since: EpochMs }
  /** Something needed could not be read: look again. */
  | { is: 'unread'; why: string; since: EpochMs }
  | { is: 'nothing'; why: string };

/** Pure. EC2 decides; where it cannot be read, a warning still holds, because waiting would cost the notice. */
export function situationOf(input: Input): Situation {
  const { facts, incident, policy } = input;
  const instance = facts.instance.known ? facts.instance.value : null;
  const notice = interruptionOf(incident, policy);
  if (instance !== null) {
    const { state } = instance;
    if (state === 'stopped' || state === 'terminated') {
      return { is: 'ended', state, instance, since: sinceOf(input, 'ended') };
    }
    const isHibernating = notice?.action === 'hibernate' && state === 'stopping';
    if (state === 'shutting-down' || (state === 'stopping' && !isHibernating)) {
      return { is: 'ending', state, instance, since: sinceOf(input, 'ending') };
    }
  }
  return ofLiving(input, notice);
}

function ofLiving(input: Input, notice: Notice | undefined): Situation {
  const { now, incident, facts } = input;
  const hooks = hooksOf(input);
  const held = hooks.is === 'waiting' ? hooks.held : null;
  const isFresh = notice !== undefined && (now < notice.historyFrom || hasActed(input));
  if (isFresh) return { is: 'leaving', notice, held };
  if (held !== null) {
    return { is: 'leaving', notice: hookTimes(held.begunAt, held.until, input.policy), held };
  }
  const [first] = incident.signals;
  const since = first === undefined ? now : happenedAt(first);
  if (hooks.is === 'unknown') return { is: 'unread', why: hooks.why, since };
  if (!facts.instance.known) return { is: 'unread', why: facts.instance.why, since };
  const rebalance = newestOf(incident, ({ kind }) => kind === 'rebalance');
  if (rebalance !== undefined) return { is: 'at-risk', since: happenedAt(rebalance) };
  return { is: 'nothing', why: whyNothing(input, notice, hooks.is === 'over' ? hooks.why : undefined) };
}

export function hasActed({ incident }: Pick<Input, 'incident'>): boolean {
  return incident.records.some(({ ran }) => ran === true);
}

function whyNothing({ now, facts }: Input, notice: Notice | undefined, hook: string | undefined): string {
  if (notice !== undefined) {
    return `the warning is ${humanDuration(now - notice.occurredAt)} old: history, nothing left to save`;
  }
  if (hook !== undefined) return `the hook does not wait: ${hook}`;
  const state = facts.instance.known ? facts.instance.value?.state : undefined;
  if (state === undefined) return 'EC2 does not return the instance: the event is not confirmed';
  return `EC2 says that the instance is ${state}: the event is not confirmed`;
}

/** A state includes those before it: a terminated instance was shutting down. */
const PHASES: Readonly<Record<'ending' | 'ended', readonly LeavingState[]>> = {
  ending: ['stopping', 'shutting-down', 'stopped', 'terminated'],
  ended: ['stopped', 'terminated'],
};

/** When it was first heard of: from an event, or else when an earlier look found it. */
function sinceOf({ incident, now }: Input, phase: 'ending' | 'ended'): EpochMs {
  const told = incident.signals.filter(
    ({ kind, data }) => kind === 'state-change' && PHASES[phase].includes(data['state'] as LeavingState),
  );
  if (told.length > 0) return Math.min(...told.map(happenedAt));
  const found = incident.plan?.keep?.[phase];
  return typeof found === 'number' ? found : now;
}
