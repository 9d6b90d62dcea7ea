import { LIMITS } from '../limits/table.ts';
import type { Performance } from '../volume.ts';
import type { PricesAt, Tier } from './list.ts';

/** US dollars a month, to the cent, or why nobody knows; unknown is never 0. */
export type Cost = { known: true; usd: number } | { known: false; why: string };

/** What a volume costs in 30 days, without snapshots. */
export function monthlyCost(performance: Performance, prices: PricesAt | undefined): Cost {
  const { type, sizeGib, iops, throughputMib } = performance;
  if (prices === undefined) return unknownCost('there is no price list of this Region');
  const price = prices.types[type];
  if (price === undefined) return unknownCost(`the price list of ${prices.region} does not have ${type}`);
  const { settable } = LIMITS[type];
  const parts = [
    price.gib * sizeGib,
    settable.includes('iops') ? tiered(iops, price.iops) : 0,
    settable.includes('throughputMib') ? tiered(throughputMib, price.throughputMib) : 0,
  ];
  const usd = parts.reduce((sum, part) => sum + part, 0);
  return Number.isFinite(usd)
    ? { known: true, usd: toCents(usd) }
    : unknownCost(`the price list of ${prices.region} is incomplete for ${type}`);
}

/** Of several volumes together; unknown where one of them is. */
export function monthlyCostOf(volumes: readonly Performance[], prices: PricesAt | undefined): Cost {
  let usd = 0;
  for (const volume of volumes) {
    const cost = monthlyCost(volume, prices);
    if (!cost.known) return cost;
    usd += cost.usd;
  }
  return { known: true, usd: toCents(usd) };
}

export interface CostChange {
  before: Cost;
  after: Cost;
  /** For people, e.g. `price list of 2026-11 (us-east-1)`; undefined where there is none. */
  source?: string;
}

export function costChange(
  { from, to }: { from: Performance | readonly Performance[]; to: Performance | readonly Performance[] },
  prices: PricesAt | undefined,
): CostChange {
  const change = { before: monthlyCostOf([from].flat(), prices), after: monthlyCostOf([to].flat(), prices) };
  if (prices === undefined) return change;
  return { ...change, source: `price list of ${prices.asOf} (${prices.region})` };
}

/** `$12.40 → $31.90 a month, +$19.50; price list of 2026-11 (us-east-1)`. */
export function costText({ before, after, source }: CostChange): string {
  if (!after.known) return `cost unknown: ${after.why}`;
  const listed = source === undefined ? '' : `; ${source}`;
  if (!before.known) return `cost before unknown, then ${dollars(after.usd)} a month${listed}`;
  const more = toCents(after.usd - before.usd);
  const difference = `${more < 0 ? '-' : '+'}${dollars(Math.abs(more))}`;
  return `${dollars(before.usd)} → ${dollars(after.usd)} a month, ${difference}${listed}`;
}

/** `$1234.50`. */
export function dollars(usd: number): string {
  return `$${usd.toFixed(2)}`;
}

export function toCents(usd: number): number {
  return Math.round(usd * 100) / 100;
}

function unknownCost(why: string): Cost {
  return { known: false, why };
}

/** Each tier reaches to the next one. NaN where no tier is known: what is asked for is never free by omission. */
function tiered(amount: number, tiers: readonly Tier[] | undefined): number {
  if (tiers === undefined || tiers.length === 0) return Number.NaN;
  const ascending = [...tiers].sort((a, b) => a.above - b.above);
  return ascending.reduce((sum, { above, usd }, index) => {
    const end = Math.min(amount, ascending[index + 1]?.above ?? amount);
    return sum + Math.max(0, end - above) * usd;
  }, 0);
}
