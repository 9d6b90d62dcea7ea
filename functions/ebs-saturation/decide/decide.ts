import { isoTime } from '../../../shared/clock.ts';
import { whyInvalid } from '../limits/check.ts';
import { type Figures, throughputOf } from '../limits/performance.ts';
import type { VolumeUse } from '../limits/table.ts';
import { costChange } from '../price/cost.ts';
import type { Performance } from '../volume.ts';
import { type Bounds, boundsOf } from './bounds.ts';
import { judgeCost } from './budget.ts';
import type { Change, Decision } from './decision.ts';
import { goalOf, provisionable } from './goal.ts';
import type { DecisionInput, Host } from './input.ts';
import { failedAt, whyRunning, whyTooMany } from './modifications.ts';
import type { ChangesPolicy } from './policy.ts';
import { judgeQuotas } from './quotas.ts';
import { demanded, unitOf } from './shortage.ts';
import { managedNote, whyNotOurs } from './supported.ts';

/**
 * What to ask EBS for. Total: what is unknown ends with a person or a later look, never with a change. The checks stand
 * in the order in which they make the next one pointless.
 */
export function decideModification(input: DecisionInput): Decision {
  const { current, policy, boot, multiAttach, now, modifications } = input;
  const reasons: string[] = [];
  const because = (why: string) => ({ why, reasons });
  const notOurs = whyNotOurs(input);
  if (notOurs !== undefined) return { decision: 'propose', ...because(notOurs) };
  const running = whyRunning(modifications, now);
  if (running !== undefined) return { decision: 'wait', reasons, ...running };
  const failed = failedAt(modifications, now);
  if (failed !== undefined) {
    return { decision: 'propose', ...because(`the modification of ${isoTime(failed)} failed`) };
  }
  if (!input.host.known) {
    return { decision: 'propose', ...because(`what its instance can do is unknown: ${input.host.why}`) };
  }
  const host = input.host.value;
  if (!hasFigures(host)) {
    const why = `what its instance can do is unknown: EC2 has no figures of ${host.ceiling.instanceType}`;
    return { decision: 'propose', ...because(why) };
  }
  const use = { boot, multiAttach, gp3: policy.gp3, instance: host.ceiling };
  const odd = whyInvalid(current, use);
  if (odd !== undefined)
    return { decision: 'propose', ...because(`not within the limits known here: ${odd}`) };
  return raise(input, host, use);
}

/** Types that are not optimised for EBS have none: there the network may be what is short. */
function hasFigures({ ceiling }: Host): boolean {
  const { baselineIops, maximumIops, baselineThroughputMib, maximumThroughputMib } = ceiling;
  return [baselineIops, maximumIops, baselineThroughputMib, maximumThroughputMib].some(
    (figure) => figure !== undefined,
  );
}

/** For a volume that can be raised now, on an instance that is known. */
function raise(input: DecisionInput, host: Host, use: VolumeUse): Decision {
  const short = demanded(input);
  if ('why' in short) return { decision: 'nothing', why: short.why, reasons: [] };
  const from = settled(input.current);
  const start = provisionable(from);
  const bounds = boundsOf(start, input, host);
  const { to, reasons } = goalOf({ from, start, bounds }, short.short, input.policy.step);
  const told = [...short.reasons, ...reasons];
  const left = short.figures.filter((figure) => !isRaised(figure, { from, to, bounds }));
  const over = whyOverCeiling(from, to, input.policy);
  if (over !== undefined) return { decision: 'at-ceiling', why: over, reasons: told };
  const wouldNotHelp = left.map((figure) => `more ${unitOf(figure)}: ${bounds[figure].said}`);
  if (left.length === short.figures.length) {
    const isHost = left.every((figure) => bounds[figure].by === 'instance');
    const decision = isHost ? 'instance-limit' : 'at-ceiling';
    return { decision, why: left.map((figure) => bounds[figure].said).join('; '), reasons: told };
  }
  const invalid = whyInvalid(to, use);
  if (invalid !== undefined) return { decision: 'propose', why: invalid, reasons: told };
  return allowed(input, { from, to, cost: costChange({ from, to }, input.prices) }, { told, wouldNotHelp });
}

/** The goal stands: whether its price and EC2's own rules let it be made now. */
function allowed(
  input: DecisionInput,
  change: Change,
  { told, wouldNotHelp }: { told: string[]; wouldNotHelp: string[] },
): Decision {
  const { managed, modifications, quotas = [], now } = input;
  const priced = judgeCost(change, input);
  if (priced.is === 'unknown') return { decision: 'propose', why: priced.why, change, reasons: told };
  if (priced.is === 'too-much')
    return { decision: 'too-expensive', why: priced.why, ...change, reasons: told };
  const room = judgeQuotas(quotas, change, now);
  const reasons = [...told, priced.why, ...room.unknown];
  if (room.never !== undefined) return { decision: 'propose', why: room.never, change, reasons };
  const hold = whyTooMany(modifications, now) ?? room.hold;
  if (hold !== undefined) return { decision: 'wait', ...hold, reasons };
  if (!managed.known) {
    const why = `who manages the volume in the cluster is unknown: ${managed.why}`;
    return { decision: 'propose', why, change, reasons };
  }
  const { via, note } = managedNote(managed.value, change.to);
  return { decision: 'modify', via, wouldNotHelp, ...change, reasons: [...reasons, ...note] };
}

/** Throughput of io1 and io2 in the whole MiB/s that follow from the IOPS, as the goal has it. */
function settled(current: Performance): Performance {
  const { type, iops } = current;
  return type === 'io1' || type === 'io2' ? { ...current, throughputMib: throughputOf(type, iops) } : current;
}

/** More than an instance carries is not more. */
function isRaised(
  figure: keyof Figures,
  { from, to, bounds }: { from: Performance; to: Performance; bounds: Bounds },
): boolean {
  return Math.min(to[figure], bounds[figure].value) > from[figure];
}

/** What gp3 has at least may be more than the config allows. Throughput that comes with IOPS is not asked for. */
function whyOverCeiling(from: Performance, to: Performance, { ceiling }: ChangesPolicy): string | undefined {
  const asked: readonly (keyof Figures)[] = to.type === 'gp3' ? ['iops', 'throughputMib'] : ['iops'];
  const over = asked.find((figure) => to[figure] > Math.max(ceiling[figure], from[figure]));
  if (over === undefined) return undefined;
  return `${to[over]} ${unitOf(over)} would be needed, and the config stops at ${ceiling[over]}`;
}
