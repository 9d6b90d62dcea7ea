import * as v from 'valibot';
import { STAND_DOWN_CONTROLLERS } from './policy.ts';
import { count, duration, listOf, modeOf, oneOf, percentage, timeZone } from './units.ts';
import { windowSchema } from './window.ts';

const MAX_WINDOWS = 20;

/** `windows` of one level. */
export function windows() {
  return v.optional(
    v.pipe(
      v.array(windowSchema, 'must be a list of windows'),
      v.maxLength(MAX_WINDOWS, `must hold at most ${MAX_WINDOWS} windows`),
    ),
    [],
  );
}

const disruptionBudget = v.strictObject({
  share: v.optional(
    percentage(
      { min: 1, max: 50 },
      'Share of the nodes of a cluster, and of a node group, that may be out at once. Nodes that are down for ' +
        'any reason use it up; it binds only what Paramedic does on purpose, never a node AWS is taking.',
    ),
    '10%',
  ),
  floor: v.optional(count({ min: 1, max: 20 }, 'At least this many, however small the cluster.'), 1),
  perHour: v.optional(
    count({ min: 1, max: 100 }, 'Nodes of one cluster that may be taken out on purpose within an hour.'),
    3,
  ),
});

const correlatedFailure = v.strictObject({
  nodes: v.optional(
    count(
      { min: 1, max: 1000 },
      'More nodes of one cluster than this in trouble within `within` stop everything done on purpose there.',
    ),
    3,
  ),
  share: v.optional(percentage({ min: 1, max: 100 }, 'So does this share of its nodes.'), '20%'),
  within: v.optional(duration({ min: '1m', max: '6h' }, 'The time they are counted over.'), '10m'),
  zoneShare: v.optional(
    percentage(
      { min: 1, max: 100 },
      'This share of the nodes of one zone: the zone itself is in trouble, hands off.',
    ),
    '55%',
  ),
});

const quarantine = v.strictObject({
  actions: v.optional(
    count({ min: 1, max: 20 }, 'A subject acted on so often within `within` is left to a person.'),
    3,
  ),
  within: v.optional(duration({ min: '10m', max: '30d' }, 'The time the actions are counted over.'), '24h'),
});

export const globalSchema = v.strictObject({
  mode: v.optional(
    modeOf('What Paramedic may do anywhere: off < observe < approve < auto. The lowest that applies wins.'),
    'observe',
  ),
  timezone: v.optional(timeZone('The time zone of times shown to people, and of windows.'), 'UTC'),
  disruptionBudget: v.optional(disruptionBudget, {}),
  correlatedFailure: v.optional(correlatedFailure, {}),
  quarantine: v.optional(quarantine, {}),
  capacityFloor: v.optional(
    percentage(
      { min: 0, max: 100 },
      'Share of a group’s desired capacity below which nothing is taken from it on purpose.',
    ),
    '80%',
  ),
  standDownFor: v.optional(
    listOf(oneOf(STAND_DOWN_CONTROLLERS, 'A controller.'), {
      rule: `must be a list of ${STAND_DOWN_CONTROLLERS.join(', ')}`,
      allowed: STAND_DOWN_CONTROLLERS.join(', '),
      description: 'Controllers that handle interruptions themselves: their nodes are left to them.',
    }),
    [...STAND_DOWN_CONTROLLERS],
  ),
  windows: windows(),
});
