import * as v from 'valibot';
import { count, duration, listOf, oneOf } from './units.ts';

const SEVERITIES = ['info', 'warning', 'high', 'critical'] as const;
const CHANNEL_RULE = 'must be the id of a channel, such as C0123ABCD, not its name';
const NAME_RULE = 'must be the name of a cluster, or a glob such as prod-*';

/** Where the people who must know are told; `troubles` are the names there are. */
export function routesSchema(troubles: readonly string[]) {
  const match = v.strictObject({
    severity: some(oneOf(SEVERITIES, 'A severity.'), {
      rule: `must be a list of ${SEVERITIES.join(', ')}`,
      allowed: SEVERITIES.join(', '),
      description: 'Only these severities.',
    }),
    cluster: some(v.pipe(v.string(NAME_RULE), v.regex(/^[0-9A-Za-z_*-]{1,100}$/, NAME_RULE)), {
      rule: 'must be a list of cluster names or globs',
      allowed: 'names or globs',
      description: 'Only these clusters.',
    }),
    trouble: some(v.picklist(troubles, `must be one of ${troubles.join(', ')}`), {
      rule: `must be a list of ${troubles.join(', ')}`,
      allowed: troubles.join(', '),
      description: 'Only these troubles.',
    }),
  });
  return v.array(v.strictObject({ match: v.optional(match, {}), ...DELIVERY }), 'must be a list of routes');
}

const DELIVERY = {
  channels: v.optional(
    listOf(v.pipe(v.string(CHANNEL_RULE), v.regex(/^[CG][0-9A-Z]{2,20}$/, CHANNEL_RULE)), {
      rule: 'must be a list of ids of channels',
      allowed: 'C… or G…',
      description: 'Channels that are told. None: nobody is told in Slack.',
    }),
    [],
  ),
  groupWithin: v.optional(
    duration(
      { min: '1m', max: '24h' },
      'More than `stormAfter` incidents of one cluster and cause within this become one message.',
    ),
    '15m',
  ),
  stormAfter: v.optional(count({ min: 1, max: 100 }, 'See `groupWithin`.'), 5),
  observeDigest: v.optional(
    duration(
      { min: '0s', max: '7d' },
      'Incidents that were only observed are told together, this often; 0s means one by one.',
    ),
    '1d',
  ),
};

/** An empty list would match nothing, which nobody means. */
function some<const Item extends v.GenericSchema>(
  item: Item,
  about: { rule: string; allowed: string; description: string },
) {
  const message = 'is empty and would match nothing: name one or remove it';
  return v.optional(v.pipe(listOf(item, about), v.minLength(1, message)));
}

export type RouteValues = v.InferOutput<ReturnType<typeof routesSchema>>[number];
