import { type Cost, costText, dollars, monthlyCost, toCents } from '../price/cost.ts';
import type { Change } from './decision.ts';
import type { VolumeNow } from './input.ts';

export type CostVerdict = { is: 'unknown' | 'too-much' | 'fine'; why: string };

/**
 * Whether the config pays for it. Counted from what the volume cost before the first change Paramedic made, so that
 * many small changes are not more than one large one. GiB that people added since are theirs.
 */
export function judgeCost({ cost, from }: Change, { original, prices, policy }: VolumeNow): CostVerdict {
  const { before, after } = cost;
  const first = original === undefined ? before : monthlyCost({ ...original, sizeGib: from.sizeGib }, prices);
  const unknown = [before, after, first].find((each) => !each.known);
  if (unknown !== undefined && !unknown.known) {
    return { is: 'unknown', why: `cost unknown: ${unknown.why}; a person decides` };
  }
  const more = toCents(usdOf(after) - Math.min(usdOf(before), usdOf(first)));
  const said = costText(cost);
  const most = policy.maxMonthlyIncrease;
  if (more <= most) return { is: 'fine', why: said };
  return {
    is: 'too-much',
    why: `${said}: ${dollars(more)} more than at first, the config pays ${dollars(most)}`,
  };
}

function usdOf(cost: Cost): number {
  return cost.known ? cost.usd : Number.NaN;
}
