import { describe, expect, test } from 'vitest';
import { readModificationQuotas } from '../../functions/ebs-saturation/reading/modification-quotas.ts';
import type { Quota } from '../../shared/ports/quotas.ts';
import type { Modification } from '../../shared/ports/volumes.ts';
import { NOW } from './decide-support.ts';

function underWay(changed: Partial<Modification>): Modification {
  const performance = { type: 'io2', sizeGib: 100, iops: 4_000 };
  const both = { from: performance, to: performance };
  return { volumeId: 'vol-1', state: 'modifying', startedAt: NOW, ...both, ...changed };
}

function reading(modifications: Modification[], quota: Partial<Quota> = {}, complete = true) {
  const given = { service: 'ebs', name: '', applied: true, adjustable: true, unit: 'None', value: 2 };
  return {
    at: NOW,
    quotas: { getQuota: async ({ code }: { code: string }) => ({ ...given, code, ...quota }) },
    volumes: { listUnderWay: async () => ({ modifications, complete }) },
  } as unknown as Parameters<typeof readModificationQuotas>[0];
}

describe('what is used of a quota', () => {
  const down = { type: 'io2', sizeGib: 200, iops: 1_000 };

  test('of its own type alone, the larger of before and after; TiB are 1,024 GiB', async () => {
    const all = [
      underWay({ to: down }),
      underWay({ to: { type: 'gp3', sizeGib: 5_000, iops: 3_000 } }),
      underWay({ state: 'optimizing', from: { type: 'io1', sizeGib: 50, iops: 500 } }),
    ];
    expect(await readModificationQuotas(reading(all), 'io2')).toMatchObject([
      { known: true, value: { code: 'L-9A0E0F82', of: 'GiB', limit: 2_048, inUse: 300 } },
      { known: true, value: { code: 'L-35B31D98', of: 'IOPS', limit: 2, inUse: 8_000 } },
    ]);
  });

  test.each([
    ['gp2', ['L-59C8FC87']],
    ['gp3', ['L-59C8FC87']],
    ['io1', ['L-5F80CA91', 'L-98A0B26D']],
    ['st1', []],
    ['newer-than-this', []],
  ])('of %s those of what it would become are read', async (type, codes) => {
    const read = await readModificationQuotas(reading([]), type);
    expect(read.map((fact) => (fact.known ? fact.value.code : fact.why))).toEqual(codes);
  });

  const { iops: _iops, ...noIops } = down;
  test.each([
    ['a part of the list', reading([], {}, false), 'more than 2000 modifications are under way'],
    ['a figure that EC2 leaves out', reading([underWay({ to: noIops })]), 'EC2 does not say'],
    ['another unit', reading([], { unit: 'Megabytes' }), 'gives 2 in Megabytes'],
    ['no number', reading([], { value: Number.NaN }), 'gives NaN'],
    ['less than none', reading([], { value: -1 }), 'gives -1'],
  ])('%s is unknown, never a count of what was seen', async (_, ports, why) => {
    const read = await readModificationQuotas(ports, 'io2');
    expect(read.some((fact) => !fact.known && fact.why.includes(why))).toBe(true);
  });
});
