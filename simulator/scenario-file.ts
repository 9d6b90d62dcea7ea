import * as v from 'valibot';
import { PORTS } from './calls.ts';
import { count, duration, name } from './fields.ts';

/** An instance id, a node name, or `group/0` for the group's first node. */
const machine = v.pipe(v.string(), v.minLength(1));
const at = duration;

export const faultSchema = v.variant('kind', [
  v.strictObject({
    kind: v.picklist([
      'crash-before',
      'crash-after',
      'transient',
      'unreachable',
      'unauthorised',
      'duplicate',
      'lost-reply',
    ]),
  }),
  v.strictObject({ kind: v.literal('throttle'), retryAfter: v.optional(duration) }),
  /** `hang`: silence for so long, then `unreachable`. `slow`: the answer comes so much later. */
  v.strictObject({ kind: v.picklist(['hang', 'slow', 'stale']), for: duration }),
]);

export const faultRuleSchema = v.strictObject({
  port: v.optional(v.picklist(PORTS)),
  method: v.optional(v.string()),
  cluster: v.optional(name),
  process: v.optional(v.string()),
  /** The k-th call of the whole run, from 1. */
  call: v.optional(count(1)),
  /** Of the calls that match: the n-th only, from the n-th, up to the n-th. */
  nth: v.optional(count(1)),
  from: v.optional(count(1)),
  until: v.optional(count(1)),
  /** This share of the calls that match, drawn from the plan's seed. */
  percent: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(100))),
  fault: faultSchema,
});

/** What happens to one machine, without any detail. */
export const MACHINE_ACTS = [
  'rebalance',
  'terminate',
  'scale-in',
  'warm-pool',
  'stop-instance',
  'start-instance',
  'capacity-interrupt',
] as const;

export const itemSchema = v.variant('do', [
  v.strictObject({
    at,
    do: v.literal('interrupt'),
    target: machine,
    action: v.optional(v.picklist(['terminate', 'stop', 'hibernate']), 'terminate'),
    /** false: the warning is lost on its way. */
    warned: v.optional(v.boolean(), true),
  }),
  v.strictObject({
    at,
    do: v.picklist(MACHINE_ACTS),
    target: machine,
  }),
  v.strictObject({ at, do: v.literal('event'), event: v.record(v.string(), v.unknown()) }),
  v.strictObject({ at, do: v.literal('fault'), rule: faultRuleSchema, lasts: v.optional(duration) }),
  v.strictObject({
    at,
    do: v.picklist(['approve', 'deny']),
    by: v.string(),
    incident: v.optional(v.string()),
  }),
  v.strictObject({ at, do: v.picklist(['stop', 'resume']), by: v.string(), scope: v.optional(v.string()) }),
  v.strictObject({ at, do: v.literal('crash') }),
]);

const titledSchema = v.strictObject({
  title: v.optional(v.string()),
  /** For faults with `percent`. */
  seed: v.optional(count(0, 4_294_967_295), 1),
  items: v.array(itemSchema),
});
const listSchema = v.pipe(
  v.array(itemSchema),
  v.transform((items): v.InferOutput<typeof titledSchema> => ({ seed: 1, items })),
);

/** A list of items, or `{title, seed, items}`. */
export const scenarioSchema = v.lazy((input) => (Array.isArray(input) ? listSchema : titledSchema));

export type Fault = v.InferOutput<typeof faultSchema>;
export type FaultRule = v.InferOutput<typeof faultRuleSchema>;
export type Scenario = v.InferOutput<typeof titledSchema>;
export type ScenarioItem = Scenario['items'][number];
