import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { costChange, costText, monthlyCost } from '../../functions/ebs-saturation/price/cost.ts';
import { pricesIn } from '../../functions/ebs-saturation/price/list.ts';
import { pricesSchema } from '../../functions/ebs-saturation/price/schema.ts';
import { volumeOf } from './decide-support.ts';

const virginia = pricesIn('us-east-1');
const gp3 = volumeOf('gp3', 100, 3_000, 125);

describe('what a volume costs a month', () => {
  test.each([
    ['gp3', 100, 3_000, 125, 8],
    ['gp3', 100, 3_001, 125, 8.01],
    ['gp3', 100, 3_000, 126, 8.04],
    ['gp3', 100, 16_000, 1_000, 8 + 65 + 35],
    ['gp3', 65_536, 80_000, 2_000, 5_242.88 + 385 + 75],
    ['gp2', 100, 300, 128, 10],
    ['io1', 100, 1_000, 250, 12.5 + 65],
    ['io2', 100, 32_000, 4_000, 12.5 + 2_080],
    ['io2', 100, 32_001, 4_000, 12.5 + 2_080.05],
    ['io2', 100, 64_000, 4_000, 12.5 + 2_080 + 1_472],
    ['st1', 1_000, 39, 39, 45],
  ] as const)('%s of %d GiB, %d IOPS, %d MiB/s: $%d', (type, sizeGib, iops, throughputMib, usd) =>
    expect(monthlyCost({ type, sizeGib, iops, throughputMib }, virginia)).toEqual({ known: true, usd }),
  );

  test('is unknown, and never nothing, in a Region or for a type without prices', () => {
    expect(pricesIn('eu-west-1')).toBeUndefined();
    expect(pricesIn('constructor')).toBeUndefined();
    expect(monthlyCost(gp3, pricesIn('eu-west-1'))).toMatchObject({ known: false });
    expect(monthlyCost(volumeOf('standard', 100, 100, 40), virginia)).toEqual({
      known: false,
      why: 'the price list of us-east-1 does not have standard',
    });
  });

  test('is unknown where the list forgot what IOPS or throughput cost', () => {
    const lists = (type: object) => ({ 'eu-west-1': { asOf: '2026-11', types: { gp3: type } } });
    const throughputMib = [{ above: 125, usd: 0.044 }];
    const iops = [{ above: 3_000, usd: 0.0055 }];
    const costWith = (type: { gib: number }) => monthlyCost(gp3, pricesIn('eu-west-1', lists(type) as never));
    const complete = { gib: 0.088, iops, throughputMib };
    expect(costWith(complete)).toEqual({ known: true, usd: 8.8 });
    expect(costWith({ gib: 0.088 })).toMatchObject({ known: false });
    expect(costWith({ ...complete, iops: [] } as never)).toMatchObject({ known: false });
  });
});

describe('the difference in words', () => {
  test('says before, after, difference, and how old the prices are', () => {
    const change = { from: gp3, to: volumeOf('gp3', 100, 4_500, 188) };
    expect(costText(costChange(change, virginia))).toBe(
      '$8.00 → $18.02 a month, +$10.02; price list of 2026-11 (us-east-1)',
    );
    expect(costText(costChange({ from: change.to, to: gp3 }, virginia))).toBe(
      '$18.02 → $8.00 a month, -$10.02; price list of 2026-11 (us-east-1)',
    );
  });

  test('says why it is unknown', () => {
    const change = { from: gp3, to: gp3 };
    expect(costText(costChange(change, undefined))).toBe(
      'cost unknown: there is no price list of this Region',
    );
    const magnetic = { from: volumeOf('standard', 100, 100, 40), to: gp3 };
    expect(costText(costChange(magnetic, virginia))).toMatch(/^cost before unknown, then \$8\.00 a month/);
  });
});

describe('prices of the config', () => {
  test('may name their tiers in any order', () => {
    const iops = [
      { above: 32_000, usd: 0.04 },
      { above: 0, usd: 0.06 },
    ];
    const configured = { 'eu-west-1': { asOf: '2026-11', types: { io2: { gib: 0, iops } } } };
    const cost = monthlyCost(volumeOf('io2', 100, 42_000, 4_000), pricesIn('eu-west-1', configured));
    expect(cost).toEqual({ known: true, usd: 1_920 + 400 });
  });

  const list = { asOf: '2026-11-20', types: { gp3: { gib: 0.088 }, io2: { gib: 0.138 } } };

  test('replace the list of their Region and no other', () => {
    const configured = v.parse(pricesSchema, { 'us-east-1': list });
    expect(pricesIn('us-east-1', configured)).toEqual({ region: 'us-east-1', ...list });
    expect(pricesIn('us-east-1', v.parse(pricesSchema, { 'eu-west-1': list }))).toEqual(virginia);
  });

  test.each([
    ['a Region that is none', { Ireland: list }],
    ['a day that is none', { 'eu-west-1': { ...list, asOf: 'yesterday' } }],
    ['no day', { 'eu-west-1': { types: {} } }],
    ['a negative price', { 'eu-west-1': { ...list, types: { gp2: { gib: -1 } } } }],
    ['a price in quotes', { 'eu-west-1': { ...list, types: { gp2: { gib: '0.1' } } } }],
    ['IOPS of gp2', { 'eu-west-1': { ...list, types: { gp2: { gib: 0.1, iops: [] } } } }],
    ['an unknown type', { 'eu-west-1': { ...list, types: { gp4: { gib: 0.1 } } } }],
  ])('are refused with %s', (_, prices) => expect(v.safeParse(pricesSchema, prices).success).toBe(false));
});
