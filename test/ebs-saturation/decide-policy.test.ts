import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { changesSection } from '../../functions/ebs-saturation/decide/policy.ts';
import { configReference } from '../../shared/config/reference.ts';

describe('the options of changes', () => {
  test('nothing written: half as much again, 16,000 IOPS, 1,000 MiB/s, $50, no stepping back', () =>
    expect(v.parse(changesSection, {})).toEqual({
      step: 1.5,
      ceiling: { iops: 16_000, throughputMib: 1_000 },
      maxMonthlyIncrease: 50,
      allowTypes: ['gp2', 'gp3', 'io1', 'io2'],
      gp2ToGp3: true,
      gp3: { maxIops: 80_000, maxThroughputMib: 2_000 },
      stepBack: { enabled: false, quietFor: 7 * 24 * 3_600_000 },
      prices: {},
    }));

  test.each([
    ['step', 1.1, 1.09],
    ['step', 3, 3.01],
    ['maxMonthlyIncrease', 0, -0.01],
    ['maxMonthlyIncrease', 100_000, 100_001],
    ['maxMonthlyIncrease', 12.5, '$12.50'],
    ['allowTypes', [], ['st1']],
    ['ceiling', { iops: 3_000 }, { iops: 2_999 }],
    ['ceiling', { iops: 256_000 }, { iops: 256_001 }],
    ['ceiling', { throughputMib: 125 }, { throughputMib: 124 }],
    ['gp3', { maxIops: 16_000 }, { maxIops: 80_001 }],
    ['stepBack', { quietFor: '1d' }, { quietFor: '23h' }],
  ])('%s: %j is taken, %j is not', (option, good, bad) => {
    expect(v.safeParse(changesSection, { [option]: good }).success).toBe(true);
    expect(v.safeParse(changesSection, { [option]: bad }).success).toBe(false);
  });

  test('every option has a row in the reference', () => {
    const reference = configReference({ 'ebs-saturation': changesSection });
    for (const row of [
      '| `ceiling.iops` | number | 3000 to 256000 | 16000 |',
      '| `maxMonthlyIncrease` | number | 0 to 100000 US dollars | 50 |',
      '| `stepBack.quietFor` | duration | 1d to 90d | 7d |',
      '| `prices.<name>.types.gp3.gib` | number | 0 to 10 US dollars | required |',
      '| `prices.<name>.types.gp3.iops[].above` | number |',
    ])
      expect(reference).toContain(row);
  });
});
