import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import {
  attribute,
  basisLine,
  bucketOf,
  type CallerHints,
  type CountedCalls,
  limitsLine,
  shareLine,
  sharesOf,
  tokensIn,
} from '../../../functions/api-throttling/attribution/index.ts';
import { AGENTS, assumedRole, call, irsa, known, node } from './stage.ts';

const WINDOW = { windowMs: 300_000 };
const ASSIGN = 'ec2:AssignPrivateIpAddresses';

const CNI = call(node('payments-node-role'), 'AssignPrivateIpAddresses', { userAgent: AGENTS.cni });
const CI = call(assumedRole('ci-deploy', 'b'), 'AssignPrivateIpAddresses', { userAgent: AGENTS.terraform });
const EKS = call(
  assumedRole('AWSServiceRoleForAmazonEKS', 'EKS', { path: 'aws-service-role/eks.amazonaws.com/' }),
  'AssignPrivateIpAddresses',
);

function counted(made: CallerHints, throttled: number): CountedCalls {
  return { call: made, attribution: attribute(made, known()), throttled };
}

function bucket(counts: CountedCalls[], callCounts?: ReadonlyMap<string, number>) {
  const [first] = sharesOf(counts, callCounts === undefined ? WINDOW : { ...WINDOW, callCounts }).buckets;
  if (first === undefined) throw new Error('no bucket');
  return first;
}

describe('the buckets of an API', () => {
  test.each([
    ['ec2', 'AssignPrivateIpAddresses', 100, 5],
    ['ec2', 'ModifyNetworkInterfaceAttribute', 100, 5],
    ['ec2', 'AttachNetworkInterface', 50, 5],
    ['ec2', 'CreateFleet', 50, 5],
    ['ec2', 'AuthorizeSecurityGroupIngress', 50, 5],
    ['ec2', 'CreateTags', 100, 10],
    ['ec2', 'RunInstances', 5, 2],
    ['ec2', 'CreateVpcEndpoint', 4, 0.3],
    ['ec2', 'DescribeInstanceTopology', 1, 1],
    ['ec2', 'DescribeSubnets', 100, 20],
    ['elasticloadbalancing', 'RegisterTargets', 40, 10],
  ])('%s %s: burst %d, refill %d a second', (service, api, burst, refillPerSecond) => {
    expect(bucketOf({ service, api }).limits).toEqual({ burst, refillPerSecond });
    expect(bucketOf({ service: `${service}.amazonaws.com`, api }).limits).toEqual({ burst, refillPerSecond });
  });

  test('reads without filter have a smaller one beside it', () => {
    expect(bucketOf({ service: 'ec2', api: 'DescribeInstances' })).toMatchObject({
      limits: { burst: 100, refillPerSecond: 20 },
      unfiltered: { burst: 50, refillPerSecond: 10 },
    });
  });

  test('every EC2 API has its own, all of the load balancers’ APIs share one, others are not documented', () => {
    const id = (service: string, api: string) => bucketOf({ service, api }).id;
    expect(id('ec2', 'AttachVolume')).not.toBe(id('ec2', 'DetachVolume'));
    expect(id('elasticloadbalancing', 'DescribeTargetHealth')).toBe(
      id('elasticloadbalancing', 'RegisterTargets'),
    );
    expect(bucketOf({ service: 'eks', api: 'DescribeCluster' }).limits).toBeNull();
  });
});

describe('shares', () => {
  test('are of the throttled calls, by bucket and of all', () => {
    const tag = call(irsa('x'), 'CreateTags', { userAgent: AGENTS.karpenter });
    const shares = sharesOf([counted(CNI, 60), counted(CI, 20), counted(tag, 20)], WINDOW);
    expect(shares.throttled).toBe(100);
    expect(shares.buckets.map(({ bucket: { id }, throttled }) => [id, throttled])).toEqual([
      [ASSIGN, 80],
      ['ec2:CreateTags', 20],
    ]);
    expect(shares.buckets[0]?.callers.map(({ ofBucket, ofAll }) => [ofBucket, ofAll])).toEqual([
      [0.75, 0.6],
      [0.25, 0.2],
    ]);
  });

  test('count a caller of several sessions and APIs of one bucket once', () => {
    const other = call(node('payments-node-role', 'i-0bb11bb22cc33dd44'), 'AssignPrivateIpAddresses', {
      userAgent: AGENTS.cni,
    });
    const both = known({
      instances: new Map(
        [CNI, other].map(({ session }) => [session ?? '', { is: 'ours', cluster: 'payments' }]),
      ),
    });
    const counts = [CNI, other].map((made) => ({
      call: made,
      attribution: attribute(made, both),
      throttled: 3,
    }));
    expect(bucket(counts).callers.map(({ throttled }) => throttled)).toEqual([6]);
  });

  test('say what they are shares of, and claim all calls only when CallCount was read', () => {
    const counts = [counted(CNI, 300), counted(CI, 100)];
    const unread = bucket(counts);
    expect(unread).toMatchObject({ calls: null, ofCalls: null });
    expect(basisLine(unread)).toBe(
      `CloudTrail (best effort): 400 throttled calls of ${ASSIGN}; how many calls were made in all was not read`,
    );
    const read = bucket(counts, new Map([[ASSIGN, 1600]]));
    expect(basisLine(read)).toContain('25 % of 1600 calls (AWS/Usage CallCount)');
    expect(shareLine(read.callers[0] ?? fail(), read)).toBe(
      `VPC CNI of cluster payments: 75 % of 400 throttled calls of ${ASSIGN}`,
    );
    expect(limitsLine(read)).toBe(`${ASSIGN}: documented burst 100, refill 5 a second`);
  });

  test('a CallCount below what was throttled gives no share of all calls', () => {
    const read = bucket([counted(CNI, 300)], new Map([[ASSIGN, 200]]));
    expect(read.ofCalls).toBeNull();
    expect(basisLine(read)).toContain('no share is given');
  });

  test('of the tokens: what was refused at least, or an estimate from CallCount', () => {
    const tokens = tokensIn({ burst: 100, refillPerSecond: 5 }, WINDOW.windowMs);
    expect(tokens).toBe(1600);
    const counts = [counted(CNI, 300), counted(CI, 100), counted(EKS, 50)];
    const shareOf = (callCounts?: Map<string, number>) =>
      bucket(counts, callCounts).callers.map(({ ofTokens }) => ofTokens);
    expect(shareOf()).toEqual([
      { share: 300 / 1600, basis: 'throttled' },
      { share: 100 / 1600, basis: 'throttled' },
      null,
    ]);
    expect(shareOf(new Map([[ASSIGN, 3200]]))).toEqual([
      { share: 1.5, basis: 'estimated' },
      { share: 0.5, basis: 'estimated' },
      null,
    ]);
  });

  test('a count that was not counted to its end is said to be at least that', () => {
    const open = bucket([{ ...counted(CNI, 2000), atLeast: true }]);
    expect(basisLine(open)).toContain('at least 2000 throttled calls');
  });

  property.prop([
    fc.array(
      fc.record({
        role: fc.constantFrom('payments-node-role', 'ci', 'b'),
        api: fc.constantFrom('RunInstances', 'CreateTags', 'DescribeVolumes'),
        agent: fc.constantFrom(...Object.values(AGENTS)),
        throttled: fc.oneof(fc.integer({ min: 1, max: 5_000 }), fc.constantFrom(0, -3, Number.NaN)),
      }),
      { minLength: 1, maxLength: 40 },
    ),
  ])('sum to 1 in every bucket and in all, and lose no call', (specs) => {
    const counts = specs.map(({ role, api, agent, throttled }) =>
      counted(call(node(role), api, { userAgent: agent }), throttled),
    );
    const shares = sharesOf(counts, WINDOW);
    const valid = specs.map(({ throttled }) => throttled).filter((throttled) => throttled > 0);
    const rows = shares.buckets.flatMap(({ callers }) => callers);
    expect(sum(rows.map(({ throttled }) => throttled))).toBe(sum(valid));
    if (valid.length === 0) return;
    expect(sum(rows.map(({ ofAll }) => ofAll))).toBeCloseTo(1, 9);
    for (const { callers } of shares.buckets)
      expect(sum(callers.map((each) => each.ofBucket))).toBeCloseTo(1, 9);
  });
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function fail(): never {
  throw new Error('nobody');
}
