import * as v from 'valibot';
import { count, duration, flag, oneOf } from '../../shared/config/units.ts';

const spot = v.strictObject({
  maxEventAge: v.optional(
    duration(
      { min: '30s', max: '10m' },
      'A warning older than this when it is read is kept as history and starts nothing.',
    ),
    '120s',
  ),
  // The bounds of safetyMargin and finalRung touch: the later rungs can never begin after evictions end.
  safetyMargin: v.optional(
    duration({ min: '1s', max: '20s' }, 'No eviction starts later than the deadline minus this.'),
    '15s',
  ),
  finalRung: v.optional(
    duration(
      { min: '20s', max: '110s' },
      'The rungs of the ladder after eviction start at the deadline minus this.',
    ),
    '30s',
  ),
  hibernateWindow: v.optional(
    duration(
      { min: '5s', max: '2m' },
      'How long evictions are tried after a hibernation warning: AWS starts hibernating at once.',
    ),
    '30s',
  ),
});

const drain = v.strictObject({
  parallel: v.optional(count({ min: 1, max: 100 }, 'Evictions in flight at the same time on one node.'), 20),
  emptyDir: v.optional(
    oneOf(
      ['evict', 'skip'],
      'Pods with emptyDir volumes: evict moves them and their local data is lost, skip leaves them.',
    ),
    'evict',
  ),
  inApproveMode: v.optional(
    oneOf(
      ['drain', 'ask'],
      'In mode approve, on a node AWS is taking anyway: drain runs evictions that respect every ' +
        'PodDisruptionBudget without asking, ask waits for a person.',
    ),
    'drain',
  ),
  deleteNotReady: v.optional(
    oneOf(
      ['never', 'spot-terminate', 'always'],
      'When to delete pods that are not Ready and whose budget blocks their eviction: spot-terminate means ' +
        'only when AWS will terminate the instance.',
    ),
    'spot-terminate',
  ),
  force: v.optional(
    flag('Whether pods that are left just before the deadline are deleted against their budgets.'),
    false,
  ),
});

const loadBalancers = v.strictObject({
  exclude: v.optional(
    flag('Whether the node is taken out of load balancers while it drains, by a well-known node label.'),
    true,
  ),
});

const replacement = v.strictObject({
  detach: v.optional(
    flag(
      'Whether the instance is detached from its Auto Scaling group, so that a replacement starts at once. ' +
        'A detached instance runs no lifecycle hooks.',
    ),
    false,
  ),
  terminateStragglers: v.optional(
    flag(
      'Whether the sweep, in mode auto only, terminates an instance that Paramedic detached and AWS did not take.',
    ),
    false,
  ),
});

const verify = v.strictObject({
  within: v.optional(
    duration({ min: '30s', max: '30m' }, 'How long moved pods may take to be Ready elsewhere.'),
    '5m',
  ),
});

/** `troubles.node-interruption` in the config file. */
export const nodeInterruptionSection = v.strictObject({
  spot: v.optional(v.pipe(spot, v.description('Timing of a Spot interruption warning.')), {}),
  drain: v.optional(v.pipe(drain, v.description('How pods leave the node.')), {}),
  loadBalancers: v.optional(v.pipe(loadBalancers, v.description('Traffic from load balancers.')), {}),
  replacement: v.optional(v.pipe(replacement, v.description('The instance that takes over.')), {}),
  verify: v.optional(v.pipe(verify, v.description('Checking that it worked.')), {}),
});

/** The section as it is used: every option present, durations in ms. */
export type NodeInterruptionPolicy = v.InferOutput<typeof nodeInterruptionSection>;
