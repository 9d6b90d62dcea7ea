import * as v from 'valibot';
import { HOUR_MS } from '../shared/clock.ts';
import { count, duration, instanceIdField, name, words } from './fields.ts';

const HOOK_DEFAULTS = { heartbeat: HOUR_MS, global: 48 * HOUR_MS, default: 'ABANDON' as const };

/** A terminate hook: its name, or with its times. */
const hookSchema = v.union([
  v.pipe(
    v.string(),
    v.transform((hook): HookSpec => ({ name: hook, ...HOOK_DEFAULTS })),
  ),
  v.strictObject({
    name: v.string(),
    /** Without a heartbeat for so long it times out. */
    heartbeat: v.optional(duration, '1h'),
    /** The longest it holds an instance in all; 100 heartbeats if that is less. */
    global: v.optional(duration, '48h'),
    /** What counts when it times out. */
    default: v.optional(v.picklist(['ABANDON', 'CONTINUE']), 'ABANDON'),
  }),
]);

export interface HookSpec {
  name: string;
  heartbeat: number;
  global: number;
  default: 'ABANDON' | 'CONTINUE';
}

export const groupSchema = v.strictObject({
  name,
  kind: v.optional(v.picklist(['managed', 'self-managed', 'karpenter', 'auto-mode']), 'managed'),
  count: count(0, 5_000),
  min: v.optional(count(0)),
  max: v.optional(count(0)),
  lifecycle: v.optional(
    v.picklist(['spot', 'on-demand', 'capacity-block', 'interruptible-capacity-reservation']),
    'on-demand',
  ),
  type: v.optional(v.string(), 'm6i.large'),
  zones: v.optional(v.pipe(v.array(v.string()), v.minLength(1)), ['eu-west-1a']),
  podsPerNode: v.optional(count(1, 737), 29),
  capacityRebalance: v.optional(v.boolean(), false),
  terminateHooks: v.optional(v.array(hookSchema), []),
  /** EKS's own terminate hook stands on the group, and EKS completes it; managed groups only. */
  eksHooks: v.optional(v.boolean(), false),
  /** false: the process ReplaceUnhealthy is suspended, lost members stay. */
  replaceUnhealthy: v.optional(v.boolean(), true),
  /** An instance refresh is going on. */
  refreshing: v.optional(v.boolean(), false),
  /** EKS repairs unhealthy nodes of it by itself; managed groups only. */
  autoRepair: v.optional(v.boolean(), false),
  /** Every launch fails for lack of capacity. */
  launchFails: v.optional(v.boolean(), false),
  tags: v.optional(words, {}),
  labels: v.optional(words, {}),
  /** Ids of the first instances, for files that must name them. */
  instances: v.optional(v.array(instanceIdField), []),
});

/** With defaults filled in and durations in ms. */
export type GroupSpec = v.InferOutput<typeof groupSchema>;
