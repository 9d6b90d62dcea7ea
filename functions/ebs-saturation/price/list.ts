import type { VolumeType } from '../volume.ts';

/** From this amount on, each further one costs so much a month. What lies below the first tier is free. */
export interface Tier {
  above: number;
  /** US dollars a month for one IOPS, or one MiB/s. */
  usd: number;
}

export interface TypePrice {
  /** US dollars a month for one GiB. */
  gib: number;
  /** Of types whose IOPS are asked for. */
  iops?: readonly Tier[] | undefined;
  /** Of gp3. */
  throughputMib?: readonly Tier[] | undefined;
}

/** What EBS costs in one Region. A type that is missing has an unknown price, never none. */
export interface PriceList {
  /** `2026-11` or `2026-11-30`. */
  asOf: string;
  types: { readonly [type in VolumeType]?: TypePrice | undefined };
}

export type PricesByRegion = Readonly<Record<string, PriceList>>;

/**
 * Collected from second hand; the config replaces it, Region by Region. Above 64,000 IOPS io2 is cheaper than this by a
 * rate that is not confirmed: the last one known never makes a change look cheaper than it is.
 */
export const KNOWN_PRICES: PricesByRegion = {
  'us-east-1': {
    asOf: '2026-11',
    types: {
      gp2: { gib: 0.1 },
      gp3: {
        gib: 0.08,
        iops: [{ above: 3_000, usd: 0.005 }],
        throughputMib: [{ above: 125, usd: 0.04 }],
      },
      io1: { gib: 0.125, iops: [{ above: 0, usd: 0.065 }] },
      io2: {
        gib: 0.125,
        iops: [
          { above: 0, usd: 0.065 },
          { above: 32_000, usd: 0.046 },
        ],
      },
      st1: { gib: 0.045 },
      sc1: { gib: 0.015 },
    },
  },
};

/** The price list of a Region with its name; undefined where nobody knows it. */
export function pricesIn(region: string, configured: PricesByRegion = {}): PricesAt | undefined {
  const list = own(configured, region) ?? own(KNOWN_PRICES, region);
  return list === undefined ? undefined : { region, ...list };
}

export interface PricesAt extends PriceList {
  region: string;
}

function own(lists: PricesByRegion, region: string): PriceList | undefined {
  return Object.hasOwn(lists, region) ? lists[region] : undefined;
}
