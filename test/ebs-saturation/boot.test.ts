import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import type { Finding } from '../../shared/incident/plan.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { patchIn } from './boot-support.ts';
import { alarm, changes, type EbsRun, ebsRun, pass, saturated, theIncident } from './ebs-world.ts';

const TEMPLATE = 'lt-0a1b2c3d4e5f60718';
const TAGS = { 'aws:ec2launchtemplate:id': TEMPLATE, 'aws:ec2launchtemplate:version': '2' };
const DATA = {
  DeviceName: '/dev/xvdf',
  Ebs: { VolumeSize: 50, VolumeType: 'gp3', Encrypted: true },
} as const;
const ROOT = {
  DeviceName: '/dev/xvda',
  Ebs: { VolumeSize: 20, VolumeType: 'gp3', Encrypted: true },
} as const;

interface Group {
  kind?: 'managed' | 'self-managed' | 'karpenter' | 'auto-mode';
  tags?: Record<string, string>;
  faults?: FaultPlan;
}

/** A new node beside an old one reads its images from a root volume that is too slow for eight minutes. */
async function bootedShort({ kind = 'self-managed', tags = TAGS, faults }: Group = {}): Promise<EbsRun> {
  const group = {
    name: 'workers',
    kind,
    lifecycle: 'on-demand' as const,
    count: 1,
    type: 'm6i.4xlarge',
    tags,
  };
  const run = ebsRun({ world: { groups: [group] }, ...(faults && { faults }) });
  const { world } = run;
  const name = kind === 'managed' ? 'eks-1a2b3c4d' : 'nodes';
  world.ebs.templates.put(TEMPLATE, name, [ROOT], [ROOT, DATA]);
  await world.clock.advance(HOUR_MS);
  const spec = world.clusters.get('prod')?.cluster.spec.groups[0];
  if (spec === undefined) throw new Error('no group');
  const born = world.fleet.machines.launch({ cluster: 'prod', spec, index: 1 });
  const launchedAt = born.launchedAt ?? 0;
  const root = world.ebs.on(born)[0]?.id ?? '';
  const demandAt = (minute: number) =>
    minute < launchedAt + 8 * MINUTE_MS
      ? { iops: 9_000, throughputMib: 40 }
      : { iops: 100, throughputMib: 2 };
  world.ebsLoad.set(root, demandAt, launchedAt);
  await world.clock.advance(12 * MINUTE_MS);
  alarm(run, root, 'ALARM');
  await pass(run, 6 * MINUTE_MS);
  return run;
}

async function proposals(run: EbsRun): Promise<Finding[]> {
  const { plan } = await theIncident(run);
  return (plan?.findings ?? []).slice(1);
}

function reads({ world }: EbsRun): number {
  return world.calls.calls.filter(({ method }) => method === 'describeTemplate').length;
}

describe('nodes that boot short', () => {
  test('the incident tells the patch of the launch template, every mapping in it, and what a node costs', async () => {
    const run = await bootedShort();
    const [proposal] = await proposals(run);
    expect(proposal?.cause).toBe('a launch template whose nodes would boot well');
    expect(patchIn(proposal)).toEqual({
      BlockDeviceMappings: [
        { ...ROOT, Ebs: { ...ROOT.Ebs, DeleteOnTermination: true, Iops: 4_500, Throughput: 125 } },
        DATA,
      ],
    });
    expect(proposal?.evidence).toContain(`the node was made from ${TEMPLATE} (nodes) version 2`);
    expect(proposal?.evidence).toContain(
      'volumes of a node: $1.76 → $10.01 a month, +$8.25; price list of 2026-11-01 (eu-west-1)',
    );
    expect(changes(run)).toEqual([]);
  });

  test('whose alarm goes by itself call nobody, and the end says that it will be back', async () => {
    const run = await bootedShort();
    alarm(run, (await theIncident(run)).subject.id, 'OK');
    await pass(run, 20 * MINUTE_MS);
    expect((await theIncident(run)).outcome).toMatchObject({
      kind: 'ignored',
      summary: expect.stringContaining('nodes boot short with what they are made with: it will be back'),
    });
  });

  test('a template that cannot be read is unknown: the patch has the root volume alone and says so', async () => {
    const fault = { port: 'volumes', method: 'describeTemplate', fault: { kind: 'throttle' } } as const;
    const [proposal] = await proposals(await bootedShort({ faults: new FaultPlan([fault]) }));
    expect(patchIn(proposal)).toMatchObject({ BlockDeviceMappings: [{ DeviceName: '/dev/xvda' }] });
    const text = proposal?.evidence.join('\n');
    expect(text).toMatch(/unknown: EC2 DescribeLaunchTemplateVersions: .*throttled/);
    expect(text).toContain('add what was not read: the other mappings in use');
  });

  test.each([
    ['without its tags', {}, 'the instance has no tag aws:ec2launchtemplate:id'],
    [
      'whose tags name no version',
      { ...TAGS, 'aws:ec2launchtemplate:version': '$Latest' },
      'its tags name no version',
    ],
  ])('an instance %s is asked for nothing, and the reason is told', async (_what, tags, why) => {
    const run = await bootedShort({ tags });
    expect((await proposals(run))[0]?.evidence.join('\n')).toContain(why);
    expect(reads(run)).toBe(0);
  });

  test('the EC2NodeClass is proposed where Karpenter made the node', async () => {
    const [proposal] = await proposals(await bootedShort({ kind: 'karpenter' }));
    expect(proposal?.cause).toBe('an EC2NodeClass, default, whose nodes would boot well');
    expect(patchIn(proposal)).toMatchObject({
      spec: { blockDeviceMappings: [{ deviceName: '/dev/xvda' }, { deviceName: '/dev/xvdf' }] },
    });
  });

  test('both ways are told where EKS made the template of a node group', async () => {
    const [proposal] = await proposals(await bootedShort({ kind: 'managed' }));
    expect(proposal?.cause).toContain('for node group workers');
    expect(proposal?.evidence.filter((line) => line.startsWith('if '))).toHaveLength(2);
  });

  test('what EKS Auto Mode makes its nodes from is not asked for', async () => {
    const run = await bootedShort({ kind: 'auto-mode' });
    expect((await proposals(run))[0]?.evidence.join()).toContain('ephemeralStorage');
    expect(reads(run)).toBe(0);
  });
});

test('a volume that is short long after its node booted costs no read of a template', async () => {
  const run = ebsRun();
  await saturated(run);
  expect((await theIncident(run)).plan?.findings.length).toBeGreaterThan(0);
  expect(reads(run)).toBe(0);
});
