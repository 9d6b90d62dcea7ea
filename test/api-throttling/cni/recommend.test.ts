import { describe, expect, test } from 'vitest';
import { type Advice, type ClusterNumbers, recommend } from '../../../functions/api-throttling/cni/index.ts';
import { cluster, group, M4_LARGE, M5_4XLARGE, settings, subnet } from './fixtures.ts';

type Considered = Extract<Advice, { kind: 'keep' | 'change' }>;

function considered(changed: Partial<ClusterNumbers> = {}): Considered {
  const advice = recommend(cluster(changed));
  if (advice.kind !== 'keep' && advice.kind !== 'change') throw new Error(advice.reasons.join('; '));
  return advice;
}

function envOf(advice: Advice) {
  return advice.kind === 'change' ? advice.change.env : {};
}

function whyRejected({ rejected }: Considered, option: string): string | undefined {
  return rejected.find((each) => each.option === option)?.why;
}

const CALM = { podsChurnedPerMinute: 0 };

describe('advice for the VPC CNI', () => {
  test('ten pods a node: MINIMUM_IP_TARGET 12, WARM_IP_TARGET 2, with the effect before and after', () => {
    const advice = considered({ groups: [group(CALM)] });
    expect(envOf(advice)).toEqual({ WARM_IP_TARGET: '2', MINIMUM_IP_TARGET: '12' });
    expect(advice.effects).toHaveLength(1);
    expect(advice.effects[0]).toMatchObject({
      type: 'm5.large',
      before: { launch: { mutating: 7 } },
      after: { launch: { mutating: 4 } },
    });
    expect(advice.burst).toEqual({
      before: { api: 'AttachNetworkInterface', seconds: 14 },
      after: { api: 'AttachNetworkInterface', seconds: 2 },
    });
    expect(advice.subnets).toEqual([
      { subnet: 'subnet-0a1b2c3d', free: 8000, held: 2000, neededBefore: 3000, needed: 1400, left: 8600 },
    ]);
    expect(advice.reasons[0]).toContain(
      '240 changing EC2 calls in a burst and 10 minutes of churn instead of 420',
    );
  });

  test('30 pods on a large type: 32 addresses instead of 60', () => {
    const workers = group({ ...CALM, limits: M5_4XLARGE, maxPods: 234, podsPerNode: 30 });
    const [effect] = considered({ groups: [workers], subnets: [subnet({ free: 20_000 })] }).effects;
    expect(effect?.after).toMatchObject({ addresses: 32 + 2, launch: { mutating: 4 } });
    expect(effect?.before).toMatchObject({ addresses: 3 * 30 });
  });

  test('WARM_IP_TARGET alone is named, and gets a floor that ends its calls on churn', () => {
    const advice = considered({ settings: settings({ warmIpTarget: 2 }) });
    expect(advice.warnings[0]).toContain('WARM_IP_TARGET=2 without MINIMUM_IP_TARGET');
    expect(envOf(advice)).toEqual({ WARM_IP_TARGET: '2', MINIMUM_IP_TARGET: '13' });
    expect(advice.effects[0]?.before.churn.mutating).toBeGreaterThan(0);
    expect(advice.effects[0]?.after.churn.total).toBe(0);
  });

  test('MINIMUM_IP_TARGET alone starves pods: said, but more calls are no remedy against throttling', () => {
    const advice = considered({ settings: settings({ minimumIpTarget: 5 }) });
    expect(advice.kind).toBe('keep');
    expect(advice.warnings).toContain(
      'MINIMUM_IP_TARGET=5 without WARM_IP_TARGET: the pool never grows beyond it',
    );
    expect(advice.warnings).toContain('5 pods per node of workers get no address');
    expect(whyRejected(advice, 'WARM_IP_TARGET=2 MINIMUM_IP_TARGET=13')).toContain(
      '4 instead of 1 changing calls',
    );
  });

  test('job-like churn on full nodes: whole ENIs before the pods come, which churn does not touch', () => {
    const jobs = group({ podsPerNode: 20, podsChurnedPerMinute: 10 });
    const advice = considered({ groups: [jobs] });
    expect(envOf(advice)).toEqual({ WARM_ENI_TARGET: '3' });
    expect(advice.effects[0]?.after).toMatchObject({ whilePodsCome: 0, churn: { total: 0 } });
  });

  test('a shorter cooldown only where it saves calls: here the second ENI of every node', () => {
    const jobs = group({ podsPerNode: 6, podsChurnedPerMinute: 2 });
    const advice = considered({ groups: [jobs] });
    expect(envOf(advice)).toEqual({
      WARM_IP_TARGET: '2',
      MINIMUM_IP_TARGET: '9',
      IP_COOLDOWN_PERIOD: '10',
    });
    expect(advice.reasons.join()).toContain('kube-proxy on every node must have let go');
    const older = considered({ groups: [jobs], version: [1, 14, 1] });
    expect(envOf(older)).not.toHaveProperty('IP_COOLDOWN_PERIOD');
  });

  test('a subnet too small for any option: nothing is changed, and each says what it lacks', () => {
    const advice = considered({ subnets: [subnet({ free: 100, held: 1200 })] });
    expect(advice.kind).toBe('keep');
    expect(advice.warnings).toEqual(['subnet-0a1b2c3d needs 3000 addresses as it is, it has 1300']);
    expect(whyRejected(advice, 'WARM_IP_TARGET=2 MINIMUM_IP_TARGET=13')).toBe(
      'subnet-0a1b2c3d would need 1500 addresses, it has 100 free and 1200 held by the cluster',
    );
  });

  test('one subnet of two that lacks room is enough against it', () => {
    const half = { workers: 50 };
    const subnets = [
      subnet({ id: 'subnet-1', free: 9_000, nodes: half }),
      subnet({ id: 'subnet-2', free: 49, held: 700, nodes: half }),
    ];
    expect(considered({ subnets }).kind).toBe('keep');
    const enough = subnets.map((each) => ({ ...each, free: each.free + 1 }));
    expect(considered({ subnets: enough }).kind).toBe('change');
  });

  test('a floor is refused where one of the types cannot hold it', () => {
    const large = group({ name: 'large', limits: M5_4XLARGE, maxPods: 110, podsPerNode: 60 });
    const groups = [group({ ...CALM }), large];
    const advice = considered({
      groups,
      subnets: [subnet({ free: 50_000, nodes: { workers: 100, large: 100 } })],
    });
    const tooHigh = advice.rejected.filter(({ why }) => why.includes('more than the 27 that m5.large holds'));
    expect(tooHigh.length).toBeGreaterThan(0);
  });

  test('variables that the schema or the version lacks are not used', () => {
    const unnamed = considered({ settable: ['WARM_ENI_TARGET', 'WARM_IP_TARGET'] });
    expect(whyRejected(unnamed, 'WARM_IP_TARGET=2 MINIMUM_IP_TARGET=13')).toBe(
      "the add-on's schema has no env.MINIMUM_IP_TARGET",
    );
    expect(Object.keys(envOf(unnamed))).toEqual(['WARM_ENI_TARGET']);
    const old = considered({ version: [1, 5, 7] });
    expect(whyRejected(old, 'WARM_IP_TARGET=2 MINIMUM_IP_TARGET=13')).toContain('read from 1.6.0 on');
  });

  test('branch and trunk ENIs of security groups for pods count against the subnet', () => {
    const groups = [group({ ...CALM, branchPodsPerNode: 3 })];
    const [without] = considered({ groups: [group(CALM)] }).subnets;
    const [cost] = considered({ groups, settings: settings({ podEni: true }) }).subnets;
    expect(cost?.needed).toBe((without?.needed ?? 0) + 100 * (3 + 1));
  });
});

describe('prefix delegation', () => {
  test('is never part of a change, only proposed for new node groups, with max-pods', () => {
    const advice = considered();
    expect(envOf(advice)).not.toHaveProperty('ENABLE_PREFIX_DELEGATION');
    expect(advice.proposals).toHaveLength(1);
    expect(advice.proposals[0]).toMatchObject({
      env: { ENABLE_PREFIX_DELEGATION: 'true', WARM_PREFIX_TARGET: '1' },
      groups: [{ type: 'm5.large', maxPods: 110, before: { launch: { mutating: 4 } } }],
    });
    expect(advice.proposals[0]?.groups[0]?.after.launch.mutating).toBeLessThan(4);
  });

  test.each<[string, Partial<ClusterNumbers>, string]>([
    ['no Nitro type', { groups: [group({ limits: M4_LARGE, maxPods: 20 })] }, 'no group is of a Nitro type'],
    ['CNI 1.8', { version: [1, 8, 0] }, 'ENABLE_PREFIX_DELEGATION is read from 1.9.0 on'],
    [
      'no room beside the old nodes',
      { subnets: [subnet({ free: 1_500, held: 3_000 })] },
      'beside the old nodes',
    ],
  ])('%s: rejected, with the reason', (_, changed, why) => {
    const advice = considered(changed);
    expect(advice.proposals).toEqual([]);
    expect(whyRejected(advice, 'prefix delegation on new node groups')).toContain(why);
  });

  test('where it is on, its own target is never set to 0', () => {
    const prefix = { prefixDelegation: true, warmPrefixTarget: 1 };
    const jobs = group({ maxPods: 110, podsPerNode: 60, podsChurnedPerMinute: 30 });
    const advice = considered({
      settings: settings(prefix),
      groups: [jobs],
      subnets: [subnet({ free: 30_000 })],
    });
    expect(advice.kind).toBe('change');
    expect(advice.effects[0]?.before.churn.mutating).toBeGreaterThan(
      advice.effects[0]?.after.churn.mutating ?? 0,
    );
    expect(advice.proposals).toEqual([]);
    expect(envOf(advice)['WARM_PREFIX_TARGET']).not.toBe('0');
  });

  test('types that have no prefixes are named where it is on', () => {
    const on = settings({ prefixDelegation: true, warmPrefixTarget: 1 });
    const advice = considered({ settings: on, groups: [group({ limits: M4_LARGE, maxPods: 20 })] });
    expect(advice.warnings[0]).toContain('m4.large is not Nitro');
  });
});
