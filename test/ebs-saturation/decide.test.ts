import { describe, expect, test } from 'vitest';
import { decideModification } from '../../functions/ebs-saturation/decide/decide.ts';
import type { DecisionInput } from '../../functions/ebs-saturation/decide/input.ts';
import { policyOf, read, shortOf, volumeOf } from './decide-support.ts';

const gp3 = volumeOf('gp3', 500, 3_000, 125);
const generous = policyOf({
  ceiling: { iops: 256_000, throughputMib: 4_000 },
  maxMonthlyIncrease: 100_000,
});

/** On an m7i.large-like instance with nothing else on it, unless said. */
function on(figures: object, others = { iops: 0, throughputMib: 0 }): Partial<DecisionInput> {
  return { host: read({ ceiling: { instanceType: 'm7i.large', nitro: true, ...figures }, others }) };
}

describe('one step up', () => {
  test('gp3 short of IOPS gets half as much again, and keeps its throughput', () => {
    const decision = decideModification(shortOf(gp3, 'iops'));
    expect(decision).toMatchObject({
      decision: 'modify',
      via: 'volume',
      from: gp3,
      to: { type: 'gp3', sizeGib: 500, iops: 4_500, throughputMib: 125 },
      wouldNotHelp: [],
    });
    expect(decision.reasons.join('\n')).toContain('$40.00 → $47.50 a month, +$7.50; price list of 2026-11');
  });

  test('both at once are one change', () =>
    expect(decideModification(shortOf(gp3, 'both'))).toMatchObject({
      to: { iops: 4_500, throughputMib: 188 },
    }));

  test('throughput that needs more IOPS brings them along and says so', () => {
    const decision = decideModification(shortOf(volumeOf('gp3', 500, 3_000, 600), 'throughput'));
    expect(decision).toMatchObject({ decision: 'modify', to: { iops: 3_600, throughputMib: 900 } });
    expect(decision.reasons).toContain('900 MiB/s of gp3 need 3600 IOPS: they are raised too');
  });

  test('where the IOPS may not follow, throughput keeps the ratio', () => {
    const policy = policyOf({ ceiling: { iops: 3_200 }, maxMonthlyIncrease: 1_000 });
    const input = shortOf(volumeOf('gp3', 500, 3_000, 700), 'throughput', { policy });
    expect(decideModification(input)).toMatchObject({ to: { iops: 3_200, throughputMib: 800 } });
  });

  test('a step of 1.1 of 100 is 110, but no step is smaller than 1000 IOPS', () => {
    const policy = policyOf({ step: 1.1, maxMonthlyIncrease: 1_000 });
    const io2 = volumeOf('io2', 500, 100, 25);
    expect(decideModification(shortOf(io2, 'iops', { policy }))).toMatchObject({
      to: { iops: 1_100, throughputMib: 281 },
    });
    const large = volumeOf('io2', 500, 11_000, 2_816);
    expect(decideModification(shortOf(large, 'iops', { policy }))).toMatchObject({ to: { iops: 12_100 } });
  });

  test('io2 short of throughput gets the IOPS that bring it', () =>
    expect(decideModification(shortOf(volumeOf('io2', 100, 1_000, 256), 'throughput'))).toMatchObject({
      decision: 'modify',
      to: { type: 'io2', iops: 1_500, throughputMib: 384 },
    }));

  test('io1 at 500 MiB/s is at its end up to 32,000 IOPS', () =>
    expect(
      decideModification(shortOf(volumeOf('io1', 1_280, 4_000, 500), 'throughput', { policy: generous })),
    ).toMatchObject({ decision: 'at-ceiling', why: 'io1 has at most 500 MiB/s up to 32000 IOPS' }));
});

describe('gp2 becomes gp3 first', () => {
  test.each([
    [100, 300, 128, 3_000, 128],
    [170, 510, 128, 3_000, 128],
    [200, 600, 150, 3_000, 250],
    [1_000, 3_000, 250, 4_500, 250],
    [5_334, 16_000, 250, 24_000, 250],
  ])('of %d GiB with %d IOPS and %d MiB/s: %d and %d', (size, iops, mib, toIops, toMib) =>
    expect(
      decideModification(shortOf(volumeOf('gp2', size, iops, mib), 'iops', { policy: generous })),
    ).toMatchObject({
      decision: 'modify',
      to: { type: 'gp3', sizeGib: size, iops: toIops, throughputMib: toMib },
    }),
  );

  test('what it used in bursts counts, or gp3 would be no more than those', () => {
    const burst = { p95: 3_000, max: 3_010 };
    const used = read({ iops: burst, throughputMib: { p95: 20, max: 30 } });
    const input = shortOf(volumeOf('gp2', 100, 300, 128), 'iops', { short: { what: 'iops', used } });
    expect(decideModification(input)).toMatchObject({ to: { type: 'gp3', iops: 4_500 } });
  });

  test('a use below what it always has is no reason for less', () => {
    const use = { p95: 2_000, max: 3_000 };
    const used = read({ iops: use, throughputMib: use });
    const input = shortOf(volumeOf('gp2', 1_000, 3_000, 250), 'iops', { short: { what: 'iops', used } });
    expect(decideModification(input)).toMatchObject({ to: { type: 'gp3', iops: 4_500 } });
  });

  test.each([
    ['the config does not let it', { gp2ToGp3: false }, /does not let it become gp3/],
    ['gp3 is not allowed', { allowTypes: ['gp2' as const] }, /gp3 is not among/],
  ])('not where %s', (_, options, why) => {
    const input = shortOf(volumeOf('gp2', 100, 300, 128), 'iops', { policy: policyOf(options) });
    expect(decideModification(input)).toMatchObject({
      decision: 'propose',
      why: expect.stringMatching(why),
    });
  });
});

describe('what a change would not help', () => {
  test('the instance sustains no more: its numbers are said', () =>
    expect(
      decideModification(
        shortOf(
          gp3,
          'iops',
          on({ baselineIops: 3_600, maximumIops: 20_000 }, { iops: 3_000, throughputMib: 125 }),
        ),
      ),
    ).toMatchObject({
      decision: 'instance-limit',
      why: 'm7i.large sustains 3600 IOPS (20000 in bursts), its other volumes have 3000: 600 are left',
    }));

  test('a base of gp3 that the instance cannot use is no help either', () => {
    const gp2 = volumeOf('gp2', 100, 300, 128);
    expect(decideModification(shortOf(gp2, 'iops', on({ baselineIops: 300 })))).toMatchObject({
      decision: 'instance-limit',
    });
  });

  test('the instance bounds the step', () =>
    expect(decideModification(shortOf(gp3, 'iops', on({ baselineIops: 3_600 })))).toMatchObject({
      decision: 'modify',
      to: { iops: 3_600 },
    }));

  test('of two that are short, the one that stays short is named', () =>
    expect(decideModification(shortOf(gp3, 'both', on({ baselineThroughputMib: 81 })))).toMatchObject({
      decision: 'modify',
      to: { iops: 4_500, throughputMib: 125 },
      wouldNotHelp: ['more MiB/s: m7i.large sustains 81 MiB/s, its other volumes have 0: 81 are left'],
    }));

  test('throughput is raised on the IOPS it has, also where the instance has fewer left', () =>
    expect(decideModification(shortOf(gp3, 'throughput', on({ baselineIops: 1_000 })))).toMatchObject({
      decision: 'modify',
      to: { iops: 3_000, throughputMib: 188 },
    }));

  test('a figure EC2 left out bounds nothing', () =>
    expect(decideModification(shortOf(gp3, 'iops', on({ baselineThroughputMib: 81 })))).toMatchObject({
      to: { iops: 4_500 },
    }));

  test('an instance that is not built on Nitro stops one volume at 32,000 IOPS', () => {
    const io2 = volumeOf('io2', 500, 32_000, 4_000);
    const host = on({ nitro: false, baselineIops: 80_000 });
    expect(decideModification(shortOf(io2, 'iops', { policy: generous, ...host }))).toMatchObject({
      decision: 'instance-limit',
    });
  });

  test('used by less than half is not what is short', () => {
    const peak = { p95: 1_000, max: 1_400 };
    const used = read({ iops: peak, throughputMib: peak });
    expect(decideModification(shortOf(gp3, 'iops', { short: { what: 'iops', used } }))).toMatchObject({
      decision: 'nothing',
      why: 'the use does not explain it: used 1000 IOPS (p95), 1400 at most, of 3000 (a test)',
    });
  });
});

describe('where it ends', () => {
  test.each([
    ['the config', volumeOf('gp3', 500, 16_000, 1_000), 'the config stops at 16000 IOPS'],
    ['the size', volumeOf('gp3', 8, 4_000, 125), 'gp3 of 8 GiB has at most 4000 IOPS'],
    ['already beyond the config', volumeOf('gp3', 500, 20_000, 125), 'the config stops at 16000 IOPS'],
  ])('%s', (_, current, why) =>
    expect(decideModification(shortOf(current, 'iops'))).toMatchObject({ decision: 'at-ceiling', why }),
  );

  test('80,000 IOPS and 2,000 MiB/s of 64 TiB gp3 are reached and not passed', () => {
    const host = on({ baselineIops: 400_000, baselineThroughputMib: 12_500 });
    const options = { policy: generous, ...host };
    const below = decideModification(shortOf(volumeOf('gp3', 65_536, 79_000, 1_900), 'both', options));
    expect(below).toMatchObject({ decision: 'modify', to: { iops: 80_000, throughputMib: 2_000 } });
    const at = decideModification(shortOf(volumeOf('gp3', 65_536, 80_000, 2_000), 'both', options));
    expect(at).toMatchObject({ decision: 'at-ceiling' });
  });

  test('a Region that still has 16,000 IOPS of gp3', () => {
    const policy = policyOf({ ...generous, gp3: { maxIops: 16_000 }, stepBack: {}, prices: {} });
    const input = shortOf(volumeOf('gp3', 500, 15_000, 125), 'iops', { policy });
    expect(decideModification(input)).toMatchObject({ to: { iops: 16_000 } });
  });

  test('the base of gp3 may be more than the config allows', () => {
    const policy = policyOf({ ceiling: { throughputMib: 200 } });
    const input = shortOf(volumeOf('gp2', 200, 600, 150), 'iops', { policy });
    expect(decideModification(input)).toMatchObject({
      decision: 'at-ceiling',
      why: '250 MiB/s would be needed, and the config stops at 200',
    });
  });
});
