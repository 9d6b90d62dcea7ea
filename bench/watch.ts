import type { EpochMs } from '../shared/clock.ts';
import type { NodePatch } from '../shared/ports/kubernetes.ts';
import type { Call } from '../simulator/calls.ts';
import type { World } from '../simulator/world.ts';
import { Tally } from './statistics.ts';

/** Follows a world while it runs, and keeps only what the figures need. */
export interface Watch {
  /** Instance id → when its warning was sent. */
  warnedAt: ReadonlyMap<string, EpochMs>;
  /** By `port.method`. */
  calls: Tally;
  /** Node name → the cordons of it that took effect, in order. */
  cordons(): Map<string, EpochMs[]>;
}

export function watch(world: World): Watch {
  const warnedAt = new Map<string, EpochMs>();
  const calls = new Tally();
  const cordons: { node: string; call: Call }[] = [];
  world.onEvent(({ 'detail-type': type, detail }) => {
    if (type === 'EC2 Spot Instance Interruption Warning') {
      warnedAt.set(String(detail['instance-id']), world.clock.now());
    }
  });
  world.calls.onCall((call) => {
    calls.add(`${call.port}.${call.method}`);
    if (call.method !== 'patchNode') return;
    const [node, patch] = call.args as [string, NodePatch];
    if (patch.spec?.unschedulable === true) cordons.push({ node, call });
  });
  return { warnedAt, calls, cordons: () => byNode(cordons) };
}

function byNode(cordons: readonly { node: string; call: Call }[]): Map<string, EpochMs[]> {
  const times = new Map<string, EpochMs[]>();
  for (const { node, call } of cordons) {
    if (call.applied) times.set(node, [...(times.get(node) ?? []), call.endedAt ?? call.at]);
  }
  return times;
}
