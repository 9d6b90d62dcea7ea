import { describe, expect, test } from 'vitest';
import type { NodeInterruptionFacts } from '../../functions/node-interruption/facts.ts';
import { guardFacts } from '../../functions/node-interruption/guard-facts.ts';
import type { Input } from '../../functions/node-interruption/input.ts';
import { standDownOf } from '../../functions/node-interruption/stand-down.ts';
import { STAND_DOWN_CONTROLLERS } from '../../shared/config/policy.ts';
import { known, unknown } from '../../shared/fact.ts';
import {
  CLUSTER,
  factsWith,
  groupFacts,
  INSTANCE,
  incident,
  pod,
  WARNED_AT,
  warning,
} from '../support/facts.ts';
import { defaultPolicy } from '../support/policy.ts';

function unread(source: string) {
  return unknown('throttled', source, WARNED_AT);
}

function input({ facts }: { facts?: NodeInterruptionFacts } = {}): Input {
  return {
    facts: facts ?? factsWith([pod('api-1'), pod('api-2')]),
    incident: incident(),
    policy: defaultPolicy,
    standDownFor: ['karpenter', 'nth', 'eks-auto-mode'],
    now: WARNED_AT + 1000,
  };
}

describe('what the guards are told', () => {
  test('ownership needs the Node; tags of another cluster refuse', () => {
    expect(guardFacts(input()).owned.is).toBe('yes');
    const foreign = factsWith([], { clusterTags: [CLUSTER.name, 'other'] });
    expect(guardFacts(input({ facts: foreign })).owned.is).toBe('no');
    const noNode = factsWith([], { node: known(null, 'k', WARNED_AT) });
    expect(guardFacts(input({ facts: noNode })).owned.is).toBe('no');
  });

  test.each([
    ['Karpenter', { labels: { 'karpenter.sh/nodepool': 'default' } }],
    ['EKS Auto Mode', { labels: { 'eks.amazonaws.com/compute-type': 'auto' } }],
  ])('T29: %s nodes are stood down for', (name, over) => {
    const facts = factsWith([]);
    const node = facts.node.known && facts.node.value !== null ? { ...facts.node.value, ...over } : null;
    const verdict = guardFacts(input({ facts: { ...facts, node: known(node, 'k', WARNED_AT) } })).standDown;
    expect(verdict).toMatchObject({ is: 'yes', why: expect.stringContaining(name) });
  });

  test('T29: a cluster with AWS Node Termination Handler is stood down for; an unread cluster is unknown', () => {
    const nth = factsWith([], {
      controllers: known({ nth: ['kube-system/aws-node-termination-handler'] }, 'k', WARNED_AT),
    });
    expect(guardFacts(input({ facts: nth })).standDown.is).toBe('yes');
    const unread = factsWith([], { controllers: unknown('403', 'k', WARNED_AT) });
    expect(guardFacts(input({ facts: unread })).standDown.is).toBe('unknown');
  });

  test.each([
    ['the group', { group: unread('autoscaling') }, 'instance-refresh'],
    ['the group', { group: unread('autoscaling') }, 'eks-auto-repair'],
    ['instance and Node', { instance: unread('ec2'), node: unread('kubernetes') }, 'karpenter'],
    ['instance and Node', { instance: unread('ec2'), node: unread('kubernetes') }, 'eks-auto-mode'],
  ] as const)('T29 V11: with %s unread nobody can say that it is not theirs', (_, over, controller) => {
    expect(standDownOf(factsWith([], over), [controller])).toEqual({ is: 'unknown', why: 'throttled' });
  });

  test('T29: what one of them says is its own is so, whatever of the others is unread', () => {
    const group = known(groupFacts({ refreshing: true }), 'autoscaling', WARNED_AT);
    const facts = factsWith([], { group, controllers: unread('kubernetes') });
    expect(standDownOf(facts, STAND_DOWN_CONTROLLERS).is).toBe('yes');
    const seen = factsWith([], { instance: unread('ec2') });
    expect(standDownOf(seen, ['karpenter', 'eks-auto-mode']).is).toBe('no');
  });

  describe('what taking the node on purpose would cost', () => {
    const rebalance = { ...defaultPolicy.rebalance, action: 'cordon' as const };
    const costOf = (ids: { inService: string[]; members: string[] }, down: string[] = []) => {
      const fleet = [INSTANCE, 'i-2', 'i-3', 'i-4'].map((instanceId) => {
        const zone = instanceId === 'i-4' ? 'eu-west-1b' : 'eu-west-1a';
        return { instanceId, zone, ready: true, down: down.includes(instanceId), bornAt: 0 };
      });
      const group = known(groupFacts(ids), 'autoscaling', WARNED_AT);
      const facts = factsWith([], { group, fleet: known(fleet, 'kubernetes', WARNED_AT) });
      const about = incident({}, warning({ kind: 'rebalance', data: {} }));
      const policy = { ...defaultPolicy, rebalance };
      return guardFacts({ ...input({ facts }), incident: about, policy }).disruption;
    };

    test('a member that leaves by a hook is out, though its Node reads Ready', () => {
      const cost = costOf({ inService: [INSTANCE, 'i-2'], members: [INSTANCE, 'i-2', 'i-3'] });
      expect(cost?.inGroup).toEqual({ nodes: 3, down: ['i-3'] });
      expect(cost?.cluster).toEqual({ nodes: 4, down: ['i-3'] });
    });

    test('the node itself is never out, nodes of other groups are by their own state', () => {
      const cost = costOf({ inService: ['i-2'], members: [INSTANCE, 'i-2'] }, ['i-4']);
      expect(cost?.inGroup).toEqual({ nodes: 2, down: [] });
      expect(cost?.cluster.down).toEqual(['i-4']);
    });

    test('its zone is counted by the labels of all nodes', () => {
      const members = [INSTANCE, 'i-2', 'i-3'];
      expect(costOf({ inService: members, members })?.zoneNodes).toEqual(members);
    });
  });
});
