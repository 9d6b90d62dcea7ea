import { describe, expect, test } from 'vitest';
import { quotaBehind } from '../../functions/ebs-saturation/limits/quotas.ts';
import { MINUTE_MS } from '../../shared/clock.ts';
import { FaultPlan, type FaultRuleInput } from '../../simulator/faults.ts';
import type { SimQuota } from '../../simulator/quotas.ts';
import { alarm, changes, type EbsRun, ebsRun, pass, saturated, theIncident } from './ebs-world.ts';

const CODE = 'L-59C8FC87';

function quotaOf(Value: number): SimQuota {
  const quota = { QuotaName: 'Storage modifications, in TiB', Value, Adjustable: true, Unit: 'None' };
  return { service: 'ebs', code: CODE, quota };
}

async function said(run: EbsRun): Promise<string> {
  return (await theIncident(run)).plan?.reasons.join('; ') ?? '';
}

function reads({ world }: EbsRun, method: string): number {
  return world.calls.calls.filter((call) => call.method === method).length;
}

/** Another volume of the Region, modified by somebody else for two hours. */
function elsewhere({ world }: EbsRun): void {
  const [instance] = [...world.fleet.instances.values()];
  const [root] = instance === undefined ? [] : world.ebs.on(instance);
  world.ebs.follow(root?.id ?? '', { modifyingMs: MINUTE_MS, optimizingMs: 120 * MINUTE_MS });
  world.ebs.modify({ VolumeId: root?.id, Iops: 4_000 });
}

describe('the quota of storage under modification', () => {
  test('with room nothing is said of it, and the change is made', async () => {
    const run = ebsRun({ quotas: [quotaOf(1)] });
    await saturated(run);
    expect(changes(run)).toEqual(['modifyVolume']);
    expect(await said(run)).not.toContain(CODE);
  });

  test('used up by others: nothing is changed, it is said and looked at again, and made once they have ended', async () => {
    const run = ebsRun({ quotas: [quotaOf(0.1)] });
    elsewhere(run);
    await saturated(run);
    expect(changes(run)).toEqual([]);
    expect(await said(run)).toMatch(
      /^not yet: 20 of 102\.4 GiB of gp3 are under modification in this Region \(quota L-59C8FC87\): no room for 100; wait/,
    );
    await pass(run, 100 * MINUTE_MS);
    expect(changes(run)).toEqual(['modifyVolume']);
  });

  test('smaller than the volume: nothing is changed, and what to run is said', async () => {
    const run = ebsRun({ quotas: [quotaOf(0.05)] });
    await saturated(run);
    await pass(run, 30 * MINUTE_MS);
    expect(changes(run)).toEqual([]);
    expect(await said(run)).toContain(`--service-code ebs --quota-code ${CODE} --desired-value 1`);
  });

  const failures: [string, FaultRuleInput][] = [
    ['Service Quotas', { port: 'quotas', fault: { kind: 'unauthorised' } }],
    ['EC2', { port: 'volumes', method: 'listUnderWay', fault: { kind: 'transient' } }],
  ];
  test.each(failures)('%s does not answer: the change goes on, and unknown is said', async (_, rule) => {
    const run = ebsRun({ quotas: [quotaOf(0.05)], faults: new FaultPlan([rule]), mode: 'approve' });
    await saturated(run);
    expect(await said(run)).toContain(`whether quota ${CODE} has room is unknown`);
    expect((await theIncident(run)).questions).toHaveLength(1);
  });

  test('is read once in a look while an alarm is in ALARM, and not once the change is made', async () => {
    const run = ebsRun({ quotas: [quotaOf(1)] });
    await saturated(run, { iops: 4_000, throughputMib: 50 });
    const first = reads(run, 'getQuota');
    expect(first).toBeGreaterThan(0);
    expect(reads(run, 'listUnderWay')).toBe(first);
    alarm(run, run.volumeId, 'OK');
    await pass(run, 60 * MINUTE_MS);
    expect(reads(run, 'getQuota')).toBe(first);
  });
});

describe('a refusal of EC2 for a quota', () => {
  test.each([
    [
      'VolumeModificationSizeLimitExceeded',
      'quota L-59C8FC87 (storage under modification of gp3): wait until',
    ],
    ['MaxIOPSLimitExceeded', 'no quota of gp3 is known for it'],
    ['VolumeIOPSLimit', 'no quota of gp3 is known for it'],
    ['VolumeLimitExceeded', 'quota L-7A658B76 (storage of gp3): ask for more: aws service-quotas'],
  ])('%s ends with the quota named, and nothing changed', async (code, text) => {
    const run = ebsRun({ quotas: [quotaOf(1)] });
    run.world.ebs.refuseNext(run.volumeId, code);
    await saturated(run);
    alarm(run, run.volumeId, 'OK');
    await pass(run, 20 * MINUTE_MS);
    const { outcome } = await theIncident(run);
    expect(outcome).toMatchObject({ kind: 'escalated', summary: expect.stringContaining(code) });
    expect(outcome?.summary).toContain(text);
    const [volume] = await run.world.ebs.port().describeVolumes([run.volumeId]);
    expect(volume).toMatchObject({ iops: 3_000 });
  });

  test('names both quotas of IOPS of io1 and io2, and nothing where it is about none', () => {
    expect(quotaBehind('MaxIOPSLimitExceeded', 'io2')).toMatch(/^quota L-8D977E7E .* or L-35B31D98 /);
    expect(quotaBehind('VolumeIOPSLimit', 'io1')).toMatch(/^quota L-B3A130E6 .* or L-98A0B26D /);
    expect(quotaBehind('InvalidParameterValue', 'io2')).toBeUndefined();
    expect(quotaBehind('constructor', 'io2')).toBeUndefined();
  });
});
