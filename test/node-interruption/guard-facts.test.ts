import { describe, expect, test } from 'vitest';
import type { NodeInterruptionFacts } from '../../functions/node-interruption/facts.ts';
import { guardFacts } from '../../functions/node-interruption/guard-facts.ts';
import type { Input } from '../../functions/node-interruption/input.ts';
import { known, unknown } from '../../shared/fact.ts';
import { CLUSTER, factsWith, incident, pod, WARNED_AT } from '../support/facts.ts';
import { defaultPolicy } from '../support/policy.ts';

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
});
