import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { whyInvalid } from '../../functions/ebs-saturation/limits/check.ts';
import { clampTo } from '../../functions/ebs-saturation/limits/clamp.ts';
import { gp2Performance, performanceOf } from '../../functions/ebs-saturation/limits/performance.ts';
import { LIMITS } from '../../functions/ebs-saturation/limits/table.ts';
import { performances, TYPES, uses } from './decide-arbitrary.ts';

const wild = fc.record({
  type: fc.constantFrom(...TYPES),
  sizeGib: fc.oneof(fc.integer({ min: 1, max: 70_000 }), fc.double()),
  iops: fc.oneof(fc.integer({ min: 0, max: 300_000 }), fc.double()),
  throughputMib: fc.oneof(fc.integer({ min: 0, max: 5_000 }), fc.double()),
});

describe('clamping', () => {
  test('gives a volume that may be, with the type and size it had, in whole numbers; and the same again', () => {
    fc.assert(
      fc.property(wild, uses, (wanted, use) => {
        const clamped = clampTo(wanted, use);
        if (clamped === undefined) return;
        expect(whyInvalid(clamped, use)).toBeUndefined();
        expect(clamped).toMatchObject({ type: wanted.type, sizeGib: wanted.sizeGib });
        expect([clamped.iops, clamped.throughputMib].every(Number.isInteger)).toBe(true);
        expect(clampTo(clamped, use)).toEqual(clamped);
      }),
      { numRuns: 2_000 },
    );
  });

  test('leaves alone what may be, and finds something wherever the size and the use allow anything', () => {
    fc.assert(
      fc.property(performances, uses, (wanted, use) => {
        const { boot, multiAttach } = LIMITS[wanted.type];
        const isAllowed = (use.boot !== true || boot) && (use.multiAttach !== true || multiAttach);
        const clamped = clampTo(wanted, use);
        expect(clamped !== undefined).toBe(isAllowed);
        if (isAllowed && whyInvalid(wanted, use) === undefined) expect(clamped).toEqual(wanted);
      }),
      { numRuns: 2_000 },
    );
  });

  test('throughput gives way to the ratio, and IOPS to the size', () => {
    const wanted = { type: 'gp3', sizeGib: 10, iops: 80_000, throughputMib: 2_000 } as const;
    expect(clampTo(wanted)).toEqual({ ...wanted, iops: 5_000, throughputMib: 1_250 });
  });
});

test('what EC2 says of any volume of a sized type is within the limits', () => {
  fc.assert(
    fc.property(fc.constantFrom('gp2', 'st1', 'sc1', 'standard'), fc.nat(16_384), (type, size) => {
      const { min, max } = LIMITS[type].sizeGib;
      const volume = performanceOf({ type, sizeGib: Math.min(max, Math.max(min, size)) });
      expect(volume === undefined ? 'unknown' : whyInvalid(volume)).toBeUndefined();
    }),
  );
});

test('more GiB never make gp2 slower', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 16_383 }), (size) => {
      const [small, large] = [gp2Performance(size), gp2Performance(size + 1)];
      expect(large.iops).toBeGreaterThanOrEqual(small.iops);
      expect(large.throughputMib).toBeGreaterThanOrEqual(small.throughputMib);
      expect(large.burst.throughputMib).toBeGreaterThanOrEqual(large.throughputMib);
    }),
  );
});
