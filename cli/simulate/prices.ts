import { TROUBLE } from '../../functions/ebs-saturation/events.ts';
import { pricesIn } from '../../functions/ebs-saturation/price/list.ts';
import type { Loaded } from '../../shared/config/effective.ts';
import type { Config } from '../../shared/config/load.ts';
import { INVENTED_PRICES } from '../../simulator/ebs-prices.ts';

interface Changes {
  prices?: Record<string, typeof INVENTED_PRICES>;
}

/**
 * The config with an invented price list of the Region where it has none: without one a change of a volume is proposed
 * and not made, and there would be little to see. Undefined: it has one.
 */
export function withInventedPrices({ config, hash }: Loaded, region: string): Loaded | undefined {
  const section = config.troubles[TROUBLE] as
    | (Config['troubles'][string] & { changes?: Changes })
    | undefined;
  const changes = section?.changes;
  if (changes === undefined || pricesIn(region, changes.prices) !== undefined) return undefined;
  const prices = { ...changes.prices, [region]: INVENTED_PRICES };
  const troubles: Config['troubles'] = {
    ...config.troubles,
    [TROUBLE]: { ...section, ...{ changes: { ...changes, prices } } },
  };
  return { hash: `${hash} with invented prices`, config: { ...config, troubles } };
}
