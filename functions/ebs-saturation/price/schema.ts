import * as v from 'valibot';
import { listOf, shaped } from '../../../shared/config/units.ts';

/** US dollars within [0, max]. */
export function usd(max: number, description: string) {
  return v.pipe(
    v.number('must be a number of US dollars without quotes or sign'),
    v.check((value) => value >= 0 && value <= max, `must be between 0 and ${max} US dollars`),
    v.description(description),
    v.metadata({ type: 'number', allowed: `0 to ${max} US dollars` }),
  );
}

function tiers(of: string, free: string) {
  const tier = v.strictObject({
    above: v.pipe(
      v.number('must be a number without quotes'),
      v.check((value) => value >= 0 && value <= 1e6, 'must be between 0 and 1000000'),
      v.description(`Each ${of} above this one costs \`usd\`, up to the next tier.`),
      v.metadata({ type: 'number', allowed: '0 to 1000000' }),
    ),
    usd: usd(10, `A month, for one ${of}.`),
  });
  return v.optional(
    listOf(tier, {
      rule: 'must be a list of tiers',
      allowed: 'tiers',
      description: `What ${of} cost. ${free} Absent: unknown.`,
    }),
  );
}

const gib = usd(10, 'A month, for one GiB.');
const sized = v.optional(v.strictObject({ gib }));
const provisioned = v.optional(v.strictObject({ gib, iops: tiers('IOPS', 'Below the first tier: free.') }));

const list = v.strictObject({
  asOf: shaped(/^\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?$/, 'must be a date such as 2026-11-30', {
    allowed: 'YYYY-MM or YYYY-MM-DD',
    description: 'The day of these prices, shown with every cost.',
  }),
  types: v.strictObject({
    gp2: sized,
    gp3: v.optional(
      v.strictObject({
        gib,
        iops: tiers('IOPS', 'Below the first tier: free, as the first 3000 are.'),
        throughputMib: tiers('MiB/s', 'Below the first tier: free, as the first 125 are.'),
      }),
    ),
    io1: provisioned,
    io2: provisioned,
    st1: sized,
    sc1: sized,
  }),
});

const REGION = /^[a-z]{2,3}(-[a-z]{2,12}){1,3}-\d{1,2}$/;

/** `prices`: what EBS costs, by Region. A Region that stands here replaces the list Paramedic comes with. */
export const pricesSchema = v.pipe(
  v.record(
    v.pipe(v.string(), v.regex(REGION, 'must be a Region such as eu-west-1')),
    list,
    'must be a mapping of Regions to price lists',
  ),
  v.description('What EBS costs, by Region; Paramedic knows us-east-1. Elsewhere a person is asked.'),
  v.metadata({ type: 'mapping', allowed: 'price lists by Region' }),
);
