import { describe, expect, test } from 'vitest';
import { type Advice, type ClusterNumbers, recommend } from '../../../functions/api-throttling/cni/index.ts';
import { cluster, ENDPOINT, group, settings, subnet } from './fixtures.ts';

type Considered = Extract<Advice, { kind: 'keep' | 'change' }>;

function considered(changed: Partial<ClusterNumbers> = {}): Considered {
  const advice = recommend(cluster(changed));
  if (advice.kind !== 'keep' && advice.kind !== 'change') throw new Error(advice.reasons.join('; '));
  return advice;
}

function envOf(advice: Advice) {
  return advice.kind === 'change' ? advice.change.env : {};
}

describe('how a change is made', () => {
  test.each([
    [{ kind: 'eks-addon' }, 'addon'],
    [{ kind: 'self-managed' }, 'daemonset'],
    [{ kind: 'declared', by: 'Argo CD', evidence: 'annotation argocd.argoproj.io/tracking-id' }, 'proposal'],
  ] as const)('%o: %s', (owner, through) => {
    expect(recommend(cluster({ owner }))).toMatchObject({ kind: 'change', change: { through } });
  });

  test('a declared aws-node: whose it is stands in the reasons', () => {
    const owner = { kind: 'declared', by: 'Flux', evidence: 'label x' } as const;
    expect(considered({ owner }).reasons.at(-1)).toContain('declared by Flux (label x): proposed only');
  });
});

describe('CLUSTER_ENDPOINT', () => {
  const own: Partial<ClusterNumbers> = { owner: { kind: 'self-managed' } };

  test('is set on a self-managed aws-node that goes through kube-proxy', () => {
    expect(envOf(considered(own))).toMatchObject({ CLUSTER_ENDPOINT: ENDPOINT });
  });

  test.each<[string, Partial<ClusterNumbers>]>([
    ['the add-on sets it itself', {}],
    ['an old version does not read it', { ...own, version: [1, 12, 0] }],
    [
      'without private access it would go through NAT',
      { ...own, apiServer: { endpoint: ENDPOINT, privateAccess: false } },
    ],
    ['an endpoint that was not read', { ...own, apiServer: { endpoint: '', privateAccess: true } }],
    ['somebody chose another', { ...own, settings: settings({ clusterEndpoint: 'https://proxy.internal' }) }],
    ['it is there', { ...own, settings: settings({ clusterEndpoint: ENDPOINT }) }],
  ])('%s: left alone', (_, changed) => {
    expect(envOf(considered(changed))).not.toHaveProperty('CLUSTER_ENDPOINT');
  });
});

describe('nothing to tune, or not enough known', () => {
  const none = [group({ nodes: 0, launchedAtOnce: 0 })];

  test.each<[string, Partial<ClusterNumbers>, string]>([
    ['Auto Mode', { groups: [], subnets: [], autoModeNodes: 40 }, '40 Auto Mode nodes'],
    ['Fargate', { groups: none, fargateNodes: 12 }, '12 Fargate pods'],
    ['static addresses', { settings: settings({ provisioning: false }) }, 'no EC2 calls'],
    ['IPv6', { settings: settings({ ipv6: true }) }, 'IPv6'],
    ['several network cards', { settings: settings({ multiNic: true }) }, 'not modelled'],
  ])('%s', (_, changed, why) => {
    const advice = recommend(cluster(changed));
    expect(advice).toMatchObject({ kind: 'nothing-to-tune' });
    expect(advice.reasons[0]).toContain(why);
  });

  test.each<[string, Partial<ClusterNumbers>, string]>([
    ['a negative count', { subnets: [subnet({ free: -1 })] }, 'free is -1'],
    ['no number', { groups: [group({ podsPerNode: Number.NaN })] }, 'podsPerNode is NaN'],
    ['nodes in no subnet', { subnets: [subnet({ nodes: { workers: 99 } })] }, 'account for 99'],
    ['an unknown group', { subnets: [subnet({ nodes: { workers: 100, x: 1 } })] }, 'no group x'],
    ['a group twice', { groups: [group(), group()] }, 'group workers is there twice'],
    ['an absurd type', { groups: [group({ podsPerNode: 1e9 })] }, 'podsPerNode is 1000000000'],
  ])('%s: unknown, and nothing is proposed', (_, changed, why) => {
    const advice = recommend(cluster(changed));
    expect(advice.kind).toBe('unknown');
    expect(advice.reasons.join()).toContain(why);
  });
});
