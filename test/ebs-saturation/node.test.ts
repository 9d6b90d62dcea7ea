import { describe, expect, test } from 'vitest';
import { nodeOf } from '../../functions/ebs-saturation/reading/node.ts';
import { known, unknown } from '../../shared/fact.ts';
import type { Instance } from '../../shared/ports/ec2.ts';
import type { Node } from '../../shared/ports/kubernetes.ts';

const AT = Date.UTC(2026, 10, 3, 14);
const instance = { id: 'i-0aa11bb22cc33dd44' } as Instance;
/** One that the cloud controller has not initialised yet has no providerID. */
const fresh: Node = { metadata: { name: 'fresh' } };
const own: Node = {
  metadata: { name: 'own' },
  spec: { providerID: 'aws:///eu-west-1a/i-0aa11bb22cc33dd44' },
};
const nodes = known([fresh, own], 'Nodes', AT);

describe('the Node a volume is on', () => {
  test('is unknown with its instance, and never a Node without a providerID', () =>
    expect(nodeOf(unknown('throttled', 'EC2', AT), nodes)).toEqual(unknown('throttled', 'Nodes', AT)));

  test('is known to be none where the volume is attached to no one instance', () =>
    expect(nodeOf(known(null, 'EC2', AT), nodes)).toMatchObject({ known: true, value: null }));

  test('is the one whose providerID ends in the instance, and none where the whole list has none', () => {
    expect(nodeOf(known(instance, 'EC2', AT), nodes)).toMatchObject({ value: own });
    expect(nodeOf(known(instance, 'EC2', AT), known([fresh], 'Nodes', AT))).toMatchObject({ value: null });
  });

  test('is unknown where the Nodes were not read', () =>
    expect(nodeOf(known(instance, 'EC2', AT), unknown('403', 'Nodes', AT))).toMatchObject({ known: false }));
});
