import { describe, expect, test } from 'vitest';
import { nodeVolumeOf } from '../../functions/ebs-saturation/boot/node-volume.ts';
import { readTemplate } from '../../functions/ebs-saturation/reading/template.ts';
import type { Instance } from '../../shared/ports/ec2.ts';
import type { Node } from '../../shared/ports/kubernetes.ts';
import type { TemplateMapping, Volume } from '../../shared/ports/volumes.ts';
import { ROOT } from './boot-support.ts';
import { AT, fact, INSTANCE, missing } from './diagnose-series.ts';

const ID = 'lt-0a1b2c3d4e5f60718';
const TAGS = { 'aws:ec2launchtemplate:id': ID, 'aws:ec2launchtemplate:version': '3' };

function read(mappings: TemplateMapping[], name = 'nodes') {
  const volumes = { describeTemplate: async () => ({ id: ID, version: '3', name, mappings }) };
  return readTemplate(volumes, { tags: TAGS } as unknown as Instance, AT);
}

describe('a version that was read', () => {
  test.each<[string, TemplateMapping[]]>([
    ['text of more than one line', [ROOT, { DeviceName: '/dev/xvdf', VirtualName: 'a\nb' }]],
    ['text that changes direction', [{ DeviceName: '/dev/xvda', Ebs: { KmsKeyId: 'alias/\u202eyek' } }]],
    ['text without end', [{ DeviceName: '/dev/xvda', Ebs: { KmsKeyId: 'k'.repeat(600) } }]],
    ['a device twice', [ROOT, ROOT]],
    [
      'more mappings than can be shown',
      Array.from({ length: 31 }, (_, at) => ({ DeviceName: `/dev/${at}` })),
    ],
  ])('with %s is unknown, not altered', async (_what, mappings) => {
    expect((await read(mappings)).known).toBe(false);
  });

  test('keeps its mappings, and of its name one line', async () => {
    const found = await read([ROOT], `nodes\u0000${'x'.repeat(500)}`);
    expect(found).toMatchObject({ known: true, value: { id: ID, version: '3', mappings: [ROOT] } });
    expect(found.known && found.value.name).toMatch(/^nodes x{122}$/);
  });
});

describe('the volumes that a node is made with', () => {
  const facts = (device: string, osImage?: string, managedBy?: string) => ({
    volume: fact({ attachments: [{ instanceId: INSTANCE, device, state: 'attached' }] } as unknown as Volume),
    isRoot: fact(device === '/dev/xvda'),
    instance: fact({ ...(managedBy !== undefined && { managedBy }) } as unknown as Instance),
    node: osImage === undefined ? missing() : fact({ status: { nodeInfo: { osImage } } } as unknown as Node),
  });

  test.each([
    ['the root volume', facts('/dev/xvda'), { kind: 'root', device: '/dev/xvda' }],
    [
      '/dev/xvdb of Bottlerocket',
      facts('/dev/xvdb', 'Bottlerocket OS 1.50.0'),
      { kind: 'data', device: '/dev/xvdb' },
    ],
    [
      '/dev/xvdb of Auto Mode',
      facts('/dev/xvdb', undefined, 'eks.amazonaws.com'),
      { kind: 'data', device: '/dev/xvdb' },
    ],
    ['not /dev/xvdb of another system', facts('/dev/xvdb', 'Amazon Linux 2023.9'), null],
    ['not a claim’s', facts('/dev/xvdaa', 'Bottlerocket OS 1.50.0'), null],
  ])('%s', (_what, given, expected) => {
    expect(nodeVolumeOf(given)).toMatchObject({ known: true, value: expected });
  });

  test('whether /dev/xvdb is one is unknown while nobody knows what the node runs', () => {
    expect(nodeVolumeOf(facts('/dev/xvdb')).known).toBe(false);
  });
});
