/** Invented, and about what volumes cost in Europe: for simulated Regions of which nobody gives a price list. */
export const INVENTED_PRICES = {
  asOf: '2026-11-01',
  types: {
    gp2: { gib: 0.11 },
    io1: { gib: 0.138, iops: [{ above: 0, usd: 0.072 }] },
    io2: { gib: 0.138, iops: [{ above: 0, usd: 0.072 }] },
    gp3: {
      gib: 0.088,
      iops: [{ above: 3_000, usd: 0.0055 }],
      throughputMib: [{ above: 125, usd: 0.044 }],
    },
  },
};
