import { describe, expect, test } from 'vitest';
import { whyInvalid } from '../../functions/ebs-saturation/limits/check.ts';
import {
  baseOf,
  gp2Performance,
  iopsFor,
  performanceOf,
  throughputOf,
} from '../../functions/ebs-saturation/limits/performance.ts';
import type { VolumeUse } from '../../functions/ebs-saturation/limits/table.ts';
import type { VolumeType } from '../../functions/ebs-saturation/volume.ts';

const nitro = { instance: { instanceType: 'r7i.48xlarge', nitro: true } };
const xen = { instance: { instanceType: 'm4.16xlarge', nitro: false } };
const older = { gp3: { maxIops: 16_000, maxThroughputMib: 1_000 } };
const boot = { boot: true };
const shared = { multiAttach: true };

type Row = [type: VolumeType, sizeGib: number, iops: number, throughputMib: number, use?: VolumeUse];

const ALLOWED: Row[] = [
  ['gp3', 1, 3_000, 125],
  ['gp3', 1, 3_000, 750],
  ['gp3', 65_536, 80_000, 2_000, nitro],
  ['gp3', 160, 80_000, 2_000, nitro],
  ['gp3', 16, 8_000, 2_000],
  ['gp3', 7, 3_500, 875],
  ['gp3', 100, 16_000, 1_000, older],
  ['gp3', 500, 32_000, 1_000, xen],
  ['gp3', 20, 3_000, 125, boot],
  ['gp2', 1, 100, 128],
  ['gp2', 100, 300, 128, boot],
  ['gp2', 171, 513, 250],
  ['gp2', 5_334, 16_000, 250],
  ['gp2', 16_384, 16_000, 250],
  ['io2', 4, 4_000, 1_024],
  ['io2', 4, 100, 25.6, shared],
  ['io2', 256, 256_000, 4_000, nitro],
  ['io2', 65_536, 256_000, 4_000],
  ['io2', 64, 32_000, 4_000, xen],
  ['io1', 4, 200, 50],
  ['io1', 1_280, 64_000, 1_000, nitro],
  ['io1', 16_384, 64_000, 1_000, shared],
  ['io1', 640, 32_000, 500, xen],
  ['st1', 125, 4, 30],
  ['st1', 16_384, 500, 500],
  ['sc1', 16_384, 192, 250],
  ['standard', 1_024, 100, 40, boot],
];

const REFUSED: [...Required<Row>, RegExp][] = [
  ['gp3', 0, 3_000, 125, {}, /^GiB of gp3/],
  ['gp3', 65_537, 3_000, 125, {}, /1 to 65536, not 65537/],
  ['gp3', 1.5, 3_000, 125, {}, /whole numbers/],
  ['gp3', 100, 2_999, 125, {}, /IOPS of gp3 are whole numbers from 3000/],
  ['gp3', 65_536, 80_001, 2_000, nitro, /to 80000, not 80001/],
  ['gp3', 65_536, 80_000, 2_001, nitro, /MiB\/s of gp3.* to 2000/],
  ['gp3', 159, 80_000, 2_000, nitro, /500 for each GiB, 79500/],
  ['gp3', 7, 3_501, 125, {}, /500 for each GiB, 3500/],
  ['gp3', 1, 3_001, 125, {}, /500 for each GiB, 3000/],
  ['gp3', 16, 7_999, 2_000, {}, /at most 1999/],
  ['gp3', 100, 3_000, 751, {}, /at most 750/],
  ['gp3', 100, 3_000, 124, {}, /from 125/],
  ['gp3', 100, 16_001, 1_000, older, /to 16000/],
  ['gp3', 100, 16_000, 1_001, older, /to 1000/],
  ['gp3', 500, 32_001, 1_000, xen, /not built on Nitro/],
  ['gp3', 100, 3_000, 125, shared, /Multi-Attach/],
  ['gp2', 16_385, 16_000, 250, {}, /to 16384/],
  ['gp2', 100, 301, 128, {}, /100 GiB of gp2: 300/],
  ['gp2', 170, 510, 129, {}, /at most 128/],
  ['gp2', 16_384, 16_000, 251, {}, /at most 250/],
  ['io2', 3, 3_000, 768, {}, /from 4 to 65536/],
  ['io2', 4, 4_001, 1_024, {}, /1000 for each GiB, 4000/],
  ['io2', 4, 99, 25, {}, /from 100/],
  ['io2', 65_536, 256_001, 4_000, nitro, /to 256000/],
  ['io2', 64, 32_001, 4_000, xen, /not built on Nitro/],
  ['io2', 100, 1_000, 257, {}, /at most 256/],
  ['io1', 16_385, 1_000, 250, {}, /to 16384/],
  ['io1', 4, 201, 50, {}, /50 for each GiB, 200/],
  ['io1', 16_384, 64_001, 1_000, nitro, /to 64000/],
  ['io1', 1_280, 32_001, 500, xen, /not built on Nitro/],
  ['io1', 640, 32_000, 501, {}, /at most 500/],
  ['io1', 1_280, 40_000, 626, nitro, /at most 625/],
  ['st1', 124, 4, 4, {}, /from 125/],
  ['st1', 500, 19, 20, boot, /root volume cannot be st1/],
  ['st1', 16_384, 500, 501, {}, /at most 500/],
  ['sc1', 500, 5, 5, boot, /root volume cannot be sc1/],
  ['sc1', 16_384, 193, 192, {}, /IOPS are not those/],
  ['sc1', 500, 5, 5, shared, /Multi-Attach/],
  ['standard', 1_025, 100, 40, {}, /to 1024/],
  ['gp3', Number.NaN, 3_000, 125, {}, /not NaN/],
  ['gp3', 100, Number.POSITIVE_INFINITY, 125, {}, /not Infinity/],
  ['io2', 100, 1_000, Number.NaN, {}, /NaN MiB/],
];

describe('what a volume may be', () => {
  test.each(ALLOWED)('%s of %d GiB with %d IOPS and %d MiB/s is just inside', (...row) => {
    const [type, sizeGib, iops, throughputMib, use] = row;
    expect(whyInvalid({ type, sizeGib, iops, throughputMib }, use)).toBeUndefined();
  });

  test.each(REFUSED)('%s of %d GiB with %d IOPS and %d MiB/s is just outside', (...row) => {
    const [type, sizeGib, iops, throughputMib, use, why] = row;
    expect(whyInvalid({ type, sizeGib, iops, throughputMib }, use)).toMatch(why);
  });
});

describe('performance that nobody asks for', () => {
  test.each([
    [1, 100, 128, 3_000, 128],
    [33, 100, 128, 3_000, 128],
    [34, 102, 128, 3_000, 128],
    [170, 510, 128, 3_000, 128],
    [200, 600, 150, 3_000, 250],
    [334, 1_002, 250, 3_000, 250],
    [1_000, 3_000, 250, 3_000, 250],
    [2_000, 6_000, 250, 6_000, 250],
    [16_384, 16_000, 250, 16_000, 250],
  ])('gp2 of %d GiB: %d IOPS, %d MiB/s, in bursts %d and %d', (size, iops, mib, burstIops, burstMib) =>
    expect(gp2Performance(size)).toEqual({
      iops,
      throughputMib: mib,
      burst: { iops: burstIops, throughputMib: burstMib },
    }),
  );

  test.each([
    ['io2', 100, 25],
    ['io2', 1_000, 256],
    ['io2', 15_625, 4_000],
    ['io2', 256_000, 4_000],
    ['io1', 100, 25],
    ['io1', 2_000, 500],
    ['io1', 32_000, 500],
    ['io1', 48_000, 750],
    ['io1', 64_000, 1_000],
  ] as const)('%s with %d IOPS carries %d MiB/s, which need no more IOPS', (type, iops, mib) => {
    expect(throughputOf(type, iops)).toBe(mib);
    expect(iopsFor(type, mib)).toBeLessThanOrEqual(iops);
    expect(throughputOf(type, iopsFor(type, mib))).toBe(mib);
  });

  test('gp3 has 3000 IOPS and 125 MiB/s in the price of its size', () =>
    expect(baseOf('gp3')).toEqual({ iops: 3_000, throughputMib: 125 }));

  test('what EC2 leaves out follows from the rest, or the volume is not known', () => {
    expect(performanceOf({ type: 'gp2', sizeGib: 200, iops: 600 })?.throughputMib).toBe(150);
    expect(performanceOf({ type: 'io1', sizeGib: 200, iops: 1_000 })?.throughputMib).toBe(250);
    expect(performanceOf({ type: 'st1', sizeGib: 2_048 })?.throughputMib).toBe(80);
    expect(performanceOf({ type: 'gp3', sizeGib: 200, iops: 3_000 })).toBeUndefined();
    expect(performanceOf({ type: 'io2', sizeGib: 200 })).toBeUndefined();
  });
});
