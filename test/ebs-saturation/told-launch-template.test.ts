import { describe, expect, test } from 'vitest';
import { proposeTemplate } from '../../functions/ebs-saturation/boot/propose.ts';
import type { TemplateInput } from '../../functions/ebs-saturation/boot/types.ts';
import { fact, GP2, GP3, missing } from './diagnose-series.ts';

const KEY = 'arn:aws:kms:eu-west-1:210987654321:key/11111111-2222-4333-8444-555555555555';

function template(about: Partial<TemplateInput> = {}): TemplateInput {
  return {
    own: { kind: 'root', device: '/dev/xvda' },
    now: GP2,
    wanted: { iops: 6_000, throughputMib: 250 },
    mappings: fact([
      {
        DeviceName: '/dev/xvda',
        Ebs: { VolumeSize: 100, VolumeType: 'gp2', Encrypted: true, KmsKeyId: KEY },
      },
      { DeviceName: '/dev/xvdf', VirtualName: 'ephemeral0' },
    ]),
    ...about,
  };
}

function proposed(input: TemplateInput) {
  const proposal = proposeTemplate(input);
  if (!proposal.possible) throw new Error(proposal.why);
  return { ...proposal, mappings: proposal.patch.BlockDeviceMappings };
}

describe('a proposal for the launch template', () => {
  test('makes the root volume gp3 and keeps its key and the other mappings', () => {
    const { mappings, text } = proposed(template());
    expect(mappings).toEqual([
      {
        DeviceName: '/dev/xvda',
        Ebs: {
          DeleteOnTermination: true,
          Encrypted: true,
          KmsKeyId: KEY,
          VolumeType: 'gp3',
          VolumeSize: 100,
          Iops: 6_000,
          Throughput: 250,
        },
      },
      { DeviceName: '/dev/xvdf', VirtualName: 'ephemeral0' },
    ]);
    expect(text).toEqual([
      'root volume /dev/xvda as gp3 of 100 GiB with 6000 IOPS and 250 MiB/s, now gp2 of 100 GiB with 300 IOPS and 128 MiB/s',
    ]);
  });

  test('gives the load to a second volume for container state, and says what is left to do', () => {
    const { mappings, text } = proposed(template({ state: { device: '/dev/xvdb', sizeGib: 80 } }));
    expect(mappings.map(({ DeviceName, Ebs }) => [DeviceName, Ebs?.['Iops'], Ebs?.['Throughput']])).toEqual([
      ['/dev/xvda', 3_000, 128],
      ['/dev/xvdb', 6_000, 250],
      ['/dev/xvdf', undefined, undefined],
    ]);
    expect(text.join('\n')).toContain(
      'mount it at /var/lib/containerd before containerd starts: this patch does not',
    );
  });

  test('says that other mappings are missing where they could not be read', () => {
    const { mappings, text } = proposed(template({ mappings: missing('no permission') }));
    expect(mappings).toHaveLength(1);
    expect(text.join('\n')).toContain('no permission\nadd what was not read: the other mappings');
  });

  test('raises IOPS to what the throughput needs, and says where gp3 gives no more', () => {
    const fast = proposed(template({ wanted: { iops: 3_000, throughputMib: 1_000 } }));
    expect(fast.mappings[0]?.Ebs).toMatchObject({ Iops: 4_000, Throughput: 1_000 });
    const { mappings, text } = proposed(
      template({
        now: { ...GP3, sizeGib: 20 },
        mappings: fact([]),
        wanted: { iops: 50_000, throughputMib: 500 },
      }),
    );
    expect(mappings[0]?.Ebs).toMatchObject({ Iops: 10_000, Throughput: 500 });
    expect(text.join('\n')).toContain('gp3 of 20 GiB gives no more; asked for were 50000 IOPS');
  });

  test.each([
    {
      what: 'an io2 volume that gp3 cannot replace',
      about: { now: { type: 'io2' as const, sizeGib: 500, iops: 200_000, throughputMib: 4_000 } },
    },
    { what: 'a second volume at the root device', about: { state: { device: '/dev/xvda', sizeGib: 80 } } },
    { what: 'a second volume of no size', about: { state: { device: '/dev/xvdb', sizeGib: 0 } } },
  ])('is none for $what', ({ about }) => {
    expect(proposeTemplate(template(about)).possible).toBe(false);
  });
});
