import { describe, expect, test } from 'vitest';
import { type Booted, KEY, patchIn, ROOT, told } from './boot-support.ts';
import { missing } from './diagnose-series.ts';

const RAISED = { VolumeType: 'gp3', VolumeSize: 100, Iops: 4_500, Throughput: 188 };

describe('container state on a volume of its own', () => {
  const instead = 'instead: a launch template with a volume of its own for container state';

  test('is offered beside the root volume where pods write to it, encrypted as that, with what both cost', () => {
    const [, second] = told({ emptyDirs: 2 });
    expect(second?.cause).toBe(instead);
    expect(second?.evidence[0]).toBe(
      'Pods of the node: 4 pods share the root volume with the system, 2 with an emptyDir',
    );
    expect(patchIn(second)).toMatchObject({
      BlockDeviceMappings: [
        { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 100, Iops: 3_000, Throughput: 125, KmsKeyId: KEY } },
        { DeviceName: '/dev/xvdb', Ebs: { VolumeSize: 80, Iops: 4_500, Encrypted: true, KmsKeyId: KEY } },
      ],
    });
    const text = second?.evidence.join('\n');
    expect(text).toContain('mount it at /var/lib/containerd before containerd starts: this patch does not');
    expect(text).toContain('volumes of a node: $10.00 → $35.52 a month');
  });

  test('is offered where the root volume alone cannot give enough, as the config says', () => {
    const section = {
      changes: { gp3: { maxIops: 3_000, maxThroughputMib: 125 } },
      containerVolume: { device: '/dev/xvdd', sizeGib: 200 },
    };
    const [, second] = told({ section });
    expect(second?.evidence[0]).toBe('the root volume alone cannot give what was asked for');
    expect(patchIn(second)).toMatchObject({
      BlockDeviceMappings: [{}, { DeviceName: '/dev/xvdd', Ebs: { VolumeSize: 200 } }],
    });
  });

  test.each<{ what: string; given: Booted; says: string }>([
    { what: 'nobody but the system writes to it', given: {}, says: '' },
    {
      what: 'Bottlerocket has it already',
      given: { emptyDirs: 2, osImage: 'Bottlerocket OS 1.50.0 (aws-k8s-1.33)' },
      says: 'Bottlerocket keeps images, logs and emptyDir on /dev/xvdb already',
    },
    {
      what: 'the node has a volume there, by its other name',
      given: { emptyDirs: 2, volumes: ['/dev/xvda', '/dev/sdb'] },
      says: 'the node has a volume at /dev/xvdb already',
    },
    {
      what: 'the version in use has a mapping there',
      given: {
        emptyDirs: 2,
        template: { mappings: [ROOT, { DeviceName: '/dev/sdb', Ebs: { VolumeSize: 9 } }] },
      },
      says: '/dev/xvdb is taken already',
    },
    { what: 'nobody knows what the node runs', given: { emptyDirs: 2, node: missing() }, says: '' },
  ])('is not offered where $what', ({ given, says }) => {
    const findings = told(given);
    expect(findings.map(({ cause }) => cause)).not.toContain(instead);
    const none = findings.find(({ cause }) => cause === 'no second volume is proposed');
    expect(none?.evidence.join() ?? '').toBe(says);
  });

  test('a data volume of Bottlerocket is the mapping that is raised', () => {
    const data = { DeviceName: '/dev/xvdb', Ebs: { VolumeSize: 100, VolumeType: 'gp3' } };
    const template = { mappings: [ROOT, data] };
    const findings = told({ device: '/dev/xvdb', osImage: 'Bottlerocket OS 1.50.0', template, emptyDirs: 2 });
    expect(findings).toHaveLength(1);
    expect(patchIn(findings[0])).toEqual({
      BlockDeviceMappings: [{ DeviceName: '/dev/xvdb', Ebs: { DeleteOnTermination: true, ...RAISED } }, ROOT],
    });
  });
});
