import { describe, expect, test } from 'vitest';
import { decideModification } from '../../functions/ebs-saturation/decide/decide.ts';
import type { DecisionInput } from '../../functions/ebs-saturation/decide/input.ts';
import { unknown } from '../../shared/fact.ts';
import { NOW, policyOf, read, shortOf, volumeOf } from './decide-support.ts';

const gp3 = volumeOf('gp3', 500, 3_000, 125);

const FIGURELESS = {
  ceiling: { instanceType: 't2.large', nitro: false },
  others: { iops: 0, throughputMib: 0 },
};

describe('money', () => {
  const policy = policyOf({ maxMonthlyIncrease: 7.5 });

  test('up to the limit, and not a cent more', () => {
    expect(decideModification(shortOf(gp3, 'iops', { policy }))).toMatchObject({ decision: 'modify' });
    const less = policyOf({ maxMonthlyIncrease: 7.49 });
    expect(decideModification(shortOf(gp3, 'iops', { policy: less }))).toMatchObject({
      decision: 'too-expensive',
      to: { iops: 4_500 },
      why: expect.stringMatching(/\$7\.50 more than at first, the config pays \$7\.49$/),
    });
  });

  test('is counted from before the first change, not from the last', () => {
    const current = volumeOf('gp3', 500, 4_500, 125);
    const decided = (original?: typeof gp3) =>
      decideModification(
        shortOf(current, 'iops', {
          policy: policyOf({ maxMonthlyIncrease: 12 }),
          ...(original !== undefined && { original }),
        }),
      ).decision;
    expect(decided()).toBe('modify');
    expect(decided(gp3)).toBe('too-expensive');
  });

  test('GiB that people added since are not counted as Paramedic’s', () => {
    const grown = volumeOf('gp3', 5_000, 3_000, 125);
    const policy = policyOf({ maxMonthlyIncrease: 7.5 });
    const original = volumeOf('gp3', 100, 3_000, 125);
    expect(decideModification(shortOf(grown, 'iops', { policy, original })).decision).toBe('modify');
  });

  test('that nobody can count is a person’s decision, with the change at hand', () =>
    expect(decideModification(shortOf(gp3, 'iops', { prices: undefined }))).toMatchObject({
      decision: 'propose',
      why: expect.stringMatching(/^cost unknown/),
      change: { from: gp3, to: { iops: 4_500 } },
    }));
});

describe('for people', () => {
  test.each([
    ['st1', volumeOf('st1', 500, 19, 19), {}, /follows from its size/],
    ['sc1', volumeOf('sc1', 500, 5, 5), {}, /follows from its size/],
    ['standard', volumeOf('standard', 100, 100, 40), {}, /previous generation/],
    ['several instances', volumeOf('io2', 100, 1_000, 256), { multiAttach: true }, /several instances/],
    ['a type left out', gp3, { policy: policyOf({ allowTypes: ['io2'] }) }, /not among the allowed/],
    ['beyond known limits', volumeOf('gp3', 500, 90_000, 125), {}, /not within the limits/],
    ['an unknown instance', gp3, { host: unknown('throttled', 'x', NOW) }, /unknown: throttled/],
    ['an instance without figures', gp3, { host: read(FIGURELESS) }, /what its instance can do is unknown/],
    ['an unknown manager', gp3, { managed: unknown('throttled', 'x', NOW) }, /who manages/],
  ])('%s', (_, current, options, why) =>
    expect(decideModification(shortOf(current, 'both', options))).toMatchObject({
      decision: 'propose',
      why: expect.stringMatching(why),
    }),
  );

  test('a VolumeAttributesClass is changed through the claim, a StorageClass is named', () => {
    const by = (managed: DecisionInput['managed']) => decideModification(shortOf(gp3, 'iops', { managed }));
    expect(by(read({ by: 'attributes-class', name: 'fast' }))).toMatchObject({ via: 'attributes-class' });
    const csi = by(read({ by: 'csi', storageClass: 'fast-disks' }));
    expect(csi).toMatchObject({ via: 'volume' });
    expect(csi.reasons.join('\n')).toContain(
      'its StorageClass fast-disks keeps the old values: for new volumes alike a StorageClass has to say type: gp3, iops: "4500", throughput: "125";',
    );
  });

  test('what a StorageClass has to say is only what its type takes; without a class none is named', () => {
    const io2 = volumeOf('io2', 500, 3_000, 750);
    const said = (storageClass: string | null) =>
      decideModification(shortOf(io2, 'iops', { managed: read({ by: 'csi', storageClass }) })).reasons.join(
        '\n',
      );
    expect(said('io')).toMatch(/StorageClass io keeps .* has to say type: io2, iops: "4500"; parameters/);
    expect(said(null)).toContain('its claim names no StorageClass');
    expect(said('')).toContain('its claim names no StorageClass');
  });
});
