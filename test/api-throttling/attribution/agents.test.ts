import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { attribute, controllerOf, NO_ROLES } from '../../../functions/api-throttling/attribution/index.ts';
import { ACCOUNT, AGENTS, assumedRole, call, irsa, known, NODE, node, pod } from './stage.ts';

describe('a userAgent proves nothing', () => {
  test.each([
    [
      'a marker on a call the controller does not make',
      call(node('payments-node-role'), 'RunInstances', { userAgent: AGENTS.cni }),
    ],
    [
      'a marker from a role that nothing ties to a pod',
      call(assumedRole('ci', 'x'), 'CreateNetworkInterface', { userAgent: AGENTS.cni }),
    ],
    [
      'a marker from another controller’s role',
      call(irsa('payments-karpenter'), 'CreateNetworkInterface', { userAgent: AGENTS.cni }),
    ],
    [
      'a marker from a session only named like an instance',
      call(assumedRole('ci', NODE), 'CreateNetworkInterface', { userAgent: AGENTS.cni }),
    ],
    [
      'a marker from an identity provider that is not EKS',
      call(irsa('ci', 'token.actions.example.com'), 'CreateNetworkInterface', { userAgent: AGENTS.cni }),
    ],
  ])('%s is only likely', (_, made) => {
    expect(controllerOf(made, known())).toMatchObject({ value: { kind: 'vpc-cni' }, confidence: 'likely' });
  });

  test('to renew a session is every controller’s usual call', () => {
    const made = call(irsa('x'), 'GetCallerIdentity', { userAgent: AGENTS.ebs, service: 'sts' });
    expect(controllerOf(made, known()).confidence).toBe('certain');
  });

  test('two controllers’ markers in one userAgent are nobody’s', () => {
    const userAgent = `${AGENTS.cni} karpenter.sh-1.9.0`;
    const made = call(irsa('x'), 'DescribeInstances', { userAgent });
    expect(controllerOf(made, known()).value.kind).toBe('other-tool');
  });

  test('a service’s name as userAgent does not make the caller an AWS service', () => {
    const made = call(assumedRole('ci', 'x'), 'RunInstances', { userAgent: 'autoscaling.amazonaws.com' });
    expect(controllerOf(made, known()).value.kind).toBe('other-tool');
  });

  test('a pod cannot pass for a person by a browser’s userAgent, nor a user for a controller', () => {
    const browser = call(pod('x', 'payments', 'web'), 'DescribeInstances', { userAgent: 'Mozilla/5.0' });
    expect(controllerOf(browser, known()).value.kind).toBe('other-tool');
    const user = { type: 'IAMUser', arn: `arn:aws:iam::${ACCOUNT}:user/maria` };
    const posing = call(user, 'AssignPrivateIpAddresses', { userAgent: AGENTS.cni });
    expect(controllerOf(posing, known()).value.kind).toBe('person');
  });

  test('a role of another account that is named like ours is not ours', () => {
    const made = {
      ...call(assumedRole('x', 'y'), 'RunInstances'),
      principal: 'arn:aws:iam::109876543210:role/paramedic-prod-sweep',
    };
    expect(controllerOf(made, known()).value.kind).toBe('other-tool');
  });
});

/** Markers, words of SDKs, markup and control characters, in any order and number. */
const hostileAgent = fc
  .array(
    fc.oneof(
      fc.constantFrom(...Object.values(AGENTS)),
      fc.constantFrom(
        '<!channel>',
        '*_~`',
        '](x://y)',
        '\u202e',
        '\u0000\n',
        ' terraform/',
        'app/',
        '\ud800',
      ),
      fc.string({ unit: 'binary', maxLength: 40 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

describe('hostile texts', () => {
  property.prop([hostileAgent, fc.string({ unit: 'binary', maxLength: 90 })])(
    'neither throw nor come out unbounded, on several lines or with markup',
    (userAgent, session) => {
      const identities = [assumedRole('ci', session), assumedRole('AWSReservedSSO_A', session), irsa('x')];
      for (const identity of identities) {
        const made = { ...call(identity, 'DescribeInstances'), userAgent, session };
        const found = attribute(made, known());
        expect(found.controller.name).toMatch(/^[A-Za-z0-9.+_=,@ -]{1,64}$/);
        expect(found.by).toMatch(/^[A-Za-z0-9.+_=,’@;: -]{1,200}$/);
      }
    },
  );

  property.prop([
    fc.string({ unit: 'binary', maxLength: 120 }),
    fc.string({ unit: 'binary', maxLength: 120 }),
  ])('in what AWS writes are harmless as well', (principal, invokedBy) => {
    const made = {
      ...call(irsa('x'), 'DescribeInstances'),
      principal,
      invokedBy,
      federatedProvider: principal,
    };
    expect(attribute(made, known({ roles: NO_ROLES })).controller.name.length).toBeLessThanOrEqual(64);
  });

  test('a megabyte of userAgent costs no more than its first words', () => {
    const long = ['a'.repeat(1_000_000), ' '.repeat(1_000_000), 'a/ '.repeat(300_000), '('.repeat(1_000_000)];
    for (const userAgent of long) {
      const { name } = attribute({ ...call(irsa('x'), 'RunInstances'), userAgent }, known()).controller;
      expect(name.length).toBeLessThanOrEqual(64);
    }
  });
});
