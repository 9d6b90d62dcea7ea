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

const REBALANCE_ACTIONS = ['ignore', 'cordon', 'launch-then-drain'] as const;

const rebalance = v.strictObject({
  action: v.optional(
    oneOf(
      REBALANCE_ACTIONS,
      'What a rebalance recommendation leads to: ignore; cordon keeps new pods away for a while; ' +
        'launch-then-drain adds a node to the group first and moves the pods once it is Ready. EKS managed node ' +
        'groups are watched only: EKS replaces their nodes itself.',
    ),
    'ignore',
  ),
  groups: v.optional(
    v.pipe(
      v.record(
        v.pipe(v.string(), v.regex(/^\P{Cc}{1,255}$/u, 'must be the name of a group')),
        v.picklist(REBALANCE_ACTIONS, `must be one of ${REBALANCE_ACTIONS.join(', ')}`),
        'must be a mapping of group names to actions',
      ),
      v.description('The same for single groups, by the name of the Auto Scaling group or EKS node group.'),
      v.metadata({ type: 'group: word', allowed: REBALANCE_ACTIONS.join(', ') }),
    ),
    {},
  ),
  ttl: v.optional(
    duration(
      { min: '5m', max: '12h' },
      'How long a cordon for a rebalance recommendation stays when no interruption follows.',
    ),
    '1h',
  ),
  replacementWithin: v.optional(
    duration({ min: '2m', max: '1h' }, 'How long the additional node may take to be Ready.'),
    '10m',
  ),
  drainWithin: v.optional(
    duration({ min: '1m', max: '6h' }, 'How long the drain may take once the additional node is Ready.'),
    '30m',
  ),
});

const terminationHooks = v.strictObject({
  names: v.optional(
    v.pipe(
      v.array(
        v.pipe(v.string(), v.regex(/^\P{Cc}{1,255}$/u, 'must be the name of a lifecycle hook')),
        'must be a list of names of lifecycle hooks',
      ),
      v.description(
        'Terminate lifecycle hooks that Paramedic drains for, holds and completes. Empty means none; a hook that ' +
          'is not named here is never touched.',
      ),
      v.metadata({ type: 'list', allowed: 'hook names' }),
    ),
    [],
  ),
  drainWithin: v.optional(
    duration(
      { min: '1m', max: '47h' },
      'How long a hook is held while pods leave; then it is completed with what is left.',
    ),
    '1h',
  ),
});

const stateChange = v.strictObject({
  nodeGrace: v.optional(
    duration(
      { min: '30s', max: '1h' },
      'How long the Node of a terminated instance may stay before Paramedic removes it. The cloud controller ' +
        'usually does within a minute.',
    ),
    '2m',
  ),
  outOfService: v.optional(
    flag(
      'Whether the Node of a stopped instance gets the out-of-service taint until its pods are gone and its volumes ' +
        'detached.',
    ),
    true,
  ),
  clearWithin: v.optional(
    duration({ min: '1m', max: '1h' }, 'How long pods and volumes may take to leave such a node.'),
    '10m',
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
  rebalance: v.optional(
    v.pipe(rebalance, v.description('A raised risk of interruption, which may never come.')),
    {},
  ),
  terminationHooks: v.optional(
    v.pipe(terminationHooks, v.description('Auto Scaling groups that wait before they terminate.')),
    {},
  ),
  stateChange: v.optional(
    v.pipe(stateChange, v.description('Instances that stop or end under a live node.')),
    {},
  ),
  verify: v.optional(v.pipe(verify, v.description('Checking that it worked.')), {}),
});

/** The section as it is used: every option present, durations in ms. */
export type NodeInterruptionPolicy = v.InferOutput<typeof nodeInterruptionSection>;
