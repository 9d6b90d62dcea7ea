import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { madeBy } from '../../functions/ebs-saturation/boot/mapping.ts';
import { ec2NodeClassPatch } from '../../functions/ebs-saturation/boot/node-class.ts';
import { proposeTemplate } from '../../functions/ebs-saturation/boot/propose.ts';
import type { TemplateInput } from '../../functions/ebs-saturation/boot/types.ts';
import { whyInvalid } from '../../functions/ebs-saturation/limits/check.ts';
import type { Performance } from '../../functions/ebs-saturation/volume.ts';
import type { TemplateMapping } from '../../shared/ports/volumes.ts';
import { fact, GP3, missing } from './diagnose-series.ts';

const number = fc.oneof(fc.integer({ min: -5, max: 300_000 }), fc.double());
const DEVICES = ['/dev/xvda', '/dev/xvdb', '/dev/sdb', '/dev/xvdf', '/dev/xvdg'] as const;

/** What somebody may have written, sense or not. */
const ebs = fc.record(
  {
    VolumeType: fc.constantFrom('gp2', 'gp3', 'io1', 'io2', 'st1', 'tape'),
    VolumeSize: fc.integer({ min: 1, max: 70_000 }),
    Iops: fc.integer({ min: 1, max: 100_000 }),
    Throughput: fc.integer({ min: 1, max: 3_000 }),
    Encrypted: fc.boolean(),
    KmsKeyId: fc.constant('alias/nodes'),
    DeleteOnTermination: fc.boolean(),
    EbsCardIndex: fc.integer({ min: 0, max: 1 }),
  },
  { requiredKeys: [] },
);
const mapping = fc.record(
  { DeviceName: fc.constantFrom(...DEVICES), Ebs: ebs, VirtualName: fc.constant('ephemeral0') },
  { requiredKeys: ['DeviceName'] },
);
const mappings = fc.uniqueArray(mapping, { selector: ({ DeviceName }) => DeviceName, maxLength: 5 });
const about = fc.record({
  sizeGib: fc.integer({ min: 1, max: 70_000 }),
  wanted: fc.record({ iops: number, throughputMib: number }),
  mappings: fc.option(mappings),
  second: fc.option(fc.integer({ min: 0, max: 70_000 })),
});

type Given = typeof about extends fc.Arbitrary<infer T> ? T : never;

function inputOf({ sizeGib, wanted, mappings: given, second }: Given): TemplateInput {
  return {
    own: { kind: 'root', device: '/dev/xvda' },
    now: { ...GP3, sizeGib },
    wanted,
    mappings: given === null ? missing() : fact(given),
    ...(second !== null && { state: { device: '/dev/xvdb', sizeGib: second } }),
  };
}

function mappingAt(all: readonly TemplateMapping[], device: string): TemplateMapping | undefined {
  return all.find(({ DeviceName }) => DeviceName === device);
}

/** What it makes, where EBS would make it at all. */
function made(found: TemplateMapping | undefined, now: Performance): Performance | undefined {
  return found === undefined ? undefined : madeBy(found, now);
}

describe('whatever a launch template says', () => {
  property.prop([about])('a patch drops no mapping that was known, and lowers none', (given) => {
    const input = inputOf(given);
    const proposal = proposeTemplate(input);
    if (!proposal.possible || given.mappings === null) return;
    const { BlockDeviceMappings: after } = proposal.patch;
    for (const before of given.mappings) {
      const found = mappingAt(after, before.DeviceName);
      expect(found).toBeDefined();
      const [was, is] = [made(before, input.now), made(found, input.now)];
      if (was === undefined || is === undefined) {
        expect(found).toEqual(before);
        continue;
      }
      expect(is.sizeGib).toBeGreaterThanOrEqual(was.sizeGib);
      expect(is.iops).toBeGreaterThanOrEqual(was.iops);
      expect(is.throughputMib).toBeGreaterThanOrEqual(was.throughputMib);
    }
    expect(new Set(after.map(({ DeviceName }) => DeviceName)).size).toBe(after.length);
  });

  property.prop([about])('encryption, keys and what else stands in a mapping stay as they are', (given) => {
    const proposal = proposeTemplate(inputOf(given));
    if (!proposal.possible) return;
    for (const { DeviceName, Ebs = {} } of given.mappings ?? []) {
      const { VolumeType, VolumeSize, Iops, Throughput, ...others } = Ebs;
      const found = mappingAt(proposal.patch.BlockDeviceMappings, DeviceName);
      expect(found?.Ebs ?? {}).toMatchObject(others);
    }
  });

  property.prop([about])(
    'every volume proposed is one that EBS makes, and as much as the present one',
    (given) => {
      const input = inputOf(given);
      const proposal = proposeTemplate(input);
      if (!proposal.possible) return;
      for (const { device, from, to } of proposal.volumes) {
        const boot = device === '/dev/xvda';
        if (from !== to) expect(whyInvalid(to, { boot })).toBeUndefined();
        if (boot && from !== to) {
          expect(to.sizeGib).toBeGreaterThanOrEqual(input.now.sizeGib);
          expect(to.iops).toBeGreaterThanOrEqual(input.now.iops);
          expect(to.throughputMib).toBeGreaterThanOrEqual(input.now.throughputMib);
        }
      }
    },
  );

  property.prop([about])('Karpenter gets every mapping with its figures, or no patch at all', (given) => {
    const proposal = proposeTemplate(inputOf(given));
    if (!proposal.possible) return;
    const { BlockDeviceMappings: all } = proposal.patch;
    const form = ec2NodeClassPatch(all, given.mappings !== null);
    if (!form.possible) {
      expect(
        all.some(({ Ebs, VirtualName }) => Ebs?.['EbsCardIndex'] !== undefined || VirtualName || !Ebs),
      ).toBe(true);
      return;
    }
    const spec = JSON.parse(JSON.stringify(form.patch)).spec;
    expect(spec.blockDeviceMappings).toHaveLength(all.length);
    for (const [index, { DeviceName, Ebs }] of all.entries()) {
      const { deviceName, ebs: of } = spec.blockDeviceMappings[index];
      expect([deviceName, of.iops, of.throughput]).toEqual([DeviceName, Ebs?.['Iops'], Ebs?.['Throughput']]);
      if (Ebs?.['VolumeSize'] !== undefined) expect(of.volumeSize).toBe(`${Ebs['VolumeSize']}Gi`);
    }
  });
});
