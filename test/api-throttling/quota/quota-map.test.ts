import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bucketNames, bucketQuotas } from '../../../functions/api-throttling/quota/buckets.ts';
import { FAMILY_QUOTAS, familyOf } from '../../../functions/api-throttling/quota/families.ts';
import {
  type QuotaLookup,
  quotaOfError,
  quotaOfThrottle,
  type Refused,
} from '../../../functions/api-throttling/quota/quota-map.ts';

function codes(lookup: QuotaLookup): string | string[] {
  if (lookup.is === 'none') return 'none';
  if (lookup.is === 'one') return `${lookup.quota.service}/${lookup.quota.code}`;
  return lookup.quotas.map(({ code }) => code);
}

describe('the quota behind an error', () => {
  const cases: [Refused, string][] = [
    [{ error: 'MaxIOPSLimitExceeded', volumeType: 'io2' }, 'ebs/L-8D977E7E'],
    [{ error: 'MaxIOPSLimitExceeded', volumeType: 'gp3' }, 'none'],
    [{ error: 'VolumeLimitExceeded', volumeType: 'gp3' }, 'ebs/L-7A658B76'],
    [{ error: 'VolumeLimitExceeded', volumeType: 'gp2' }, 'ebs/L-D18FCD1D'],
    [{ error: 'VolumeModificationSizeLimitExceeded', volumeType: 'io1' }, 'ebs/L-5F80CA91'],
    [{ error: 'Client.VcpuLimitExceeded', instanceType: 'm7g.large' }, 'ec2/L-1216C47A'],
    [{ error: 'VcpuLimitExceeded', instanceType: 'is4gen.large' }, 'ec2/L-1216C47A'],
    [{ error: 'VcpuLimitExceeded', instanceType: 'inf2.xlarge' }, 'ec2/L-1945791B'],
    [{ error: 'VcpuLimitExceeded', instanceType: 'u-6tb1.metal' }, 'ec2/L-43DA4232'],
    [{ error: 'VcpuLimitExceeded', instanceType: 'p5en.48xlarge' }, 'ec2/L-417A185B'],
    [{ error: 'InstanceLimitExceeded', instanceType: 'g5.xlarge' }, 'ec2/L-DB2E81BA'],
    [{ error: 'MaxSpotInstanceCountExceeded', instanceType: 'c6i.metal-48xl' }, 'ec2/L-34B43A08'],
    [{ error: 'MaxSpotInstanceCountExceeded', instanceType: 'g5.xlarge' }, 'ec2/L-3819A6DF'],
    [{ error: 'VcpuLimitExceeded', instanceType: 'unheard9.large' }, 'none'],
    [{ error: 'NetworkInterfaceLimitExceeded' }, 'vpc/L-DF5E4CA3'],
    [{ error: 'EniLimitReached' }, 'vpc/L-DF5E4CA3'],
    [{ error: 'SecurityGroupsPerInterfaceLimitExceeded' }, 'vpc/L-2AFB9258'],
    [{ error: 'RulesPerSecurityGroupLimitExceeded' }, 'vpc/L-0EA8095F'],
    [{ error: 'ResourceLimitExceededException', api: 'CreateNodegroup' }, 'eks/L-6D54EA21'],
    [{ error: 'InsufficientInstanceCapacity', instanceType: 'm7g.large' }, 'none'],
    [{ error: 'constructor' }, 'none'],
  ];
  test.each(cases)('of %j is %s', (refused, expected) => {
    expect(codes(quotaOfError(refused))).toBe(expected);
  });

  test('is one of several where the event does not say for what', () => {
    expect(codes(quotaOfError({ error: 'VolumeLimitExceeded' }))).toHaveLength(4);
    expect(codes(quotaOfError({ error: 'VcpuLimitExceeded' }))).toHaveLength(FAMILY_QUOTAS.onDemand.length);
    expect(codes(quotaOfError({ error: 'ResourceLimitExceededException', api: 'toString' }))).toHaveLength(3);
    // Spot has one quota for P2 to P4 and one for P5, and the table does not know the generations to come.
    const p = quotaOfError({ error: 'MaxSpotInstanceCountExceeded', instanceType: 'p5.48xlarge' });
    expect(codes(p)).toEqual(['L-7212CCBC', 'L-C4BD4855']);
  });

  test('is found for any words at all, without an exception', async () => {
    const words = fc.option(fc.string(), { nil: undefined });
    const refused = fc.record({ error: fc.string() }).chain(({ error }) =>
      fc.tuple(words, words, words).map(([api, volumeType, instanceType]) => ({
        error,
        ...(api !== undefined && { api }),
        ...(volumeType !== undefined && { volumeType }),
        ...(instanceType !== undefined && { instanceType }),
      })),
    );
    await fc.assert(
      fc.property(refused, (each) => ['one', 'several', 'none'].includes(quotaOfError(each).is)),
    );
  });

  test('an instance type has at most one family', () => {
    for (const families of Object.values(FAMILY_QUOTAS)) {
      const letters = families.flatMap((each) => each.families);
      expect(letters.length - new Set(letters).size).toBeLessThanOrEqual(1);
    }
    expect(familyOf('m7g.large\nx')).toBeUndefined();
  });
});

describe('the bucket of an API', () => {
  test('has the names Service Quotas gives it', () => {
    expect(bucketNames('RunInstances', 'request')).toEqual({
      capacity: 'RunInstances request bucket maximum capacity',
      refill: 'RunInstances request bucket refill rate',
    });
    expect(bucketNames('DescribeVolumes', 'unfiltered request').refill).toBe(
      'DescribeVolumes unfiltered request bucket refill rate',
    );
  });

  test('is asked about by its refill rate first', () => {
    expect(bucketQuotas('ec2', 'RunInstances').map(({ code }) => code)).toEqual(['L-A2D70E6C', 'L-8EEB235C']);
    expect(codes(quotaOfThrottle('ec2', 'RunInstances'))).toBe('ec2/L-A2D70E6C');
  });

  test('is not known to Service Quotas for most APIs, nor for one of the same name elsewhere', () => {
    expect(codes(quotaOfThrottle('ec2', 'AssignPrivateIpAddresses'))).toBe('none');
    expect(codes(quotaOfThrottle('autoscaling', 'RunInstances'))).toBe('none');
  });
});
