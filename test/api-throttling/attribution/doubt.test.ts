import { describe, expect, test } from 'vitest';
import {
  type AttributionContext,
  attribute,
  type CallerHints,
  NO_ROLES,
  roleMap,
  scopeOf,
} from '../../../functions/api-throttling/attribution/index.ts';
import {
  arn,
  association,
  assumedRole,
  call,
  filterBy,
  ISSUER,
  irsa,
  known,
  NODE,
  node,
  pod,
  roles,
} from './stage.ts';

const ACCOUNT_SCOPE = { kind: 'account' };

function scoped(made: CallerHints, context: AttributionContext) {
  const { value, confidence } = scopeOf(made, context);
  return { value, confidence };
}

function of(name: string) {
  return { kind: 'cluster', name };
}

describe('instances', () => {
  const made = call(node('payments-node-role'), 'AssignPrivateIpAddresses');

  test('a session only named like an instance is likely at most', () => {
    const named = call(assumedRole('payments-node-role', NODE), 'AssignPrivateIpAddresses');
    expect(scoped(named, known())).toEqual({ value: of('payments'), confidence: 'likely' });
  });

  test('an instance of no cluster is the account’s, whatever its role', () => {
    const context = known({ instances: new Map([[NODE, { is: 'foreign' }]]) });
    expect(scoped(made, context)).toEqual({ value: ACCOUNT_SCOPE, confidence: 'certain' });
  });

  test.each([
    ['only one cluster has the role', 'payments-node-role', of('payments'), 'likely'],
    ['clusters share the role', 'shared-node-role', ACCOUNT_SCOPE, 'unknown'],
    ['no cluster has the role', 'self-managed-node-role', ACCOUNT_SCOPE, 'unknown'],
  ])('where the instance is unknown and %s', (_, role, value, confidence) => {
    const context = known({ instances: new Map([[NODE, { is: 'unknown' }]]) });
    expect(scoped(call(node(role), 'AssignPrivateIpAddresses'), context)).toEqual({ value, confidence });
  });

  test('filters do not tell the clusters of a shared node role apart', () => {
    const context = known({ instances: new Map() });
    const requestParameters = filterBy('tag:kubernetes.io/cluster/payments');
    const filtered = call(node('shared-node-role'), 'DescribeInstances', { requestParameters });
    expect(scoped(filtered, context).confidence).toBe('unknown');
  });
});

describe('Pod Identity sessions', () => {
  const context = (...names: string[]) =>
    known({ clusters: names.map((name) => ({ name })), roles: NO_ROLES });

  test.each<[string, string, string[], string | null]>([
    ['the only cluster that fits', 'eks-payments-karpenter-6-', ['payments', 'search'], 'payments'],
    [
      'a name cut to ten, as EKS cuts',
      'eks-payments-p-karpenter-6-',
      ['payments-production', 'search'],
      'payments-production',
    ],
    [
      'two names that are the same when cut',
      'eks-payments-p-karpenter-6-',
      ['payments-production', 'payments-preview'],
      null,
    ],
    ['a name that begins another', 'eks-prod-eu-web-', ['prod', 'prod-eu'], null],
    ['a name that only begins like a known one', 'eks-pay-web-', ['payments', 'search'], null],
    ['a name that goes on where a known one ends', 'eks-search2-web-', ['payments', 'search'], null],
    ['a cluster nobody knows', 'eks-foreign-web-', ['payments', 'search'], null],
  ])('%s', (_, start, names, expected) => {
    const made = call(assumedRole('any', `${start}0a1b2c3d-4e5f-4061-8273-94a5b6c7d8e9`), 'RunInstances');
    const value = expected === null ? ACCOUNT_SCOPE : of(expected);
    expect(scoped(made, context(...names))).toEqual({
      value,
      confidence: expected === null ? 'unknown' : 'likely',
    });
  });

  test.each<[string, string, string | null]>([
    ['breaks off inside a long name', 'eks-payroll-produc', 'payroll-production'],
    ['breaks off inside a name that two have', 'eks-pay', null],
    ['goes on where the name ends', 'eks-search2', null],
    ['breaks off inside the pod’s name', 'eks-search-karp', 'search'],
  ])('a session that %s', (_, session, expected) => {
    const made = call(assumedRole('any', session), 'RunInstances');
    const value = expected === null ? ACCOUNT_SCOPE : of(expected);
    expect(scoped(made, context('payments', 'payroll-production', 'search')).value).toEqual(value);
  });

  test('the role settles which of two clusters it is, and contradicts a session that lies', () => {
    const map = roleMap([
      roles('prod-eu', { podIdentities: [association('web', 'web-role')] }),
      roles('prod'),
    ]);
    const both = known({ clusters: [{ name: 'prod' }, { name: 'prod-eu' }], roles: map });
    expect(scoped(call(pod('web-role', 'prod-eu', 'web'), 'RunInstances'), both)).toEqual({
      value: of('prod-eu'),
      confidence: 'certain',
    });
    expect(scoped(call(pod('web-role', 'prod', 'web'), 'RunInstances'), both)).toEqual({
      value: ACCOUNT_SCOPE,
      confidence: 'unknown',
    });
  });

  test('a session that breaks off is likely at most, though the role is the cluster’s', () => {
    const map = roleMap([roles('payments', { podIdentities: [association('web', 'web-role')] })]);
    const made = call(assumedRole('web-role', 'eks-payments-w'), 'RunInstances');
    expect(scoped(made, known({ roles: map }))).toEqual({ value: of('payments'), confidence: 'likely' });
  });

  test('the role settles nothing while a cluster that fits could not be read', () => {
    const read = roles('prod-eu', { podIdentities: [association('web', 'web-role')] });
    const map = roleMap([read, roles('prod', { unread: ['associations: throttled'] })]);
    const both = known({ clusters: [{ name: 'prod' }, { name: 'prod-eu' }], roles: map });
    const found = (cluster: string) => scoped(call(pod('web-role', cluster, 'web'), 'RunInstances'), both);
    expect(found('prod-eu')).toEqual({ value: ACCOUNT_SCOPE, confidence: 'unknown' });
    expect(found('prod')).toEqual({ value: of('prod'), confidence: 'likely' });
  });

  test('filters settle it only among the clusters that fit', () => {
    const made = (cluster: string) =>
      call(pod('any', 'prod-eu', 'web'), 'DescribeInstances', {
        requestParameters: filterBy(`tag:kubernetes.io/cluster/${cluster}`),
      });
    const names = context('prod', 'prod-eu', 'search');
    expect(scoped(made('prod-eu'), names)).toEqual({ value: of('prod-eu'), confidence: 'likely' });
    expect(scoped(made('search'), names)).toEqual({ value: ACCOUNT_SCOPE, confidence: 'unknown' });
  });
});

describe('IRSA', () => {
  test('dual-stack issuers are the same cluster’s', () => {
    const dualStack = 'oidc-eks.eu-west-1.api.aws/id/0123456789ABCDEF0123456789ABCDEF';
    expect(scoped(call(irsa('x', dualStack), 'RunInstances'), known())).toEqual({
      value: of('payments'),
      confidence: 'certain',
    });
  });

  test.each([
    ['another cluster’s id', `${ISSUER.slice(0, -4)}0000`],
    ['another region', ISSUER.replace('eu-west-1', 'eu-west-2')],
    ['an id that begins with a known one', `${ISSUER}0`],
  ])('%s is a cluster nobody knows', (_, issuer) => {
    expect(scoped(call(irsa('x', issuer), 'RunInstances'), known())).toEqual({
      value: ACCOUNT_SCOPE,
      confidence: 'unknown',
    });
  });

  test.each([ISSUER.replace('.com/', '.com.example.org/'), `${ISSUER}/more`, `x.${ISSUER}`])(
    '%s only looks like an issuer',
    (issuer) => {
      const { by } = scopeOf(call(irsa('x', issuer), 'RunInstances'), known());
      expect(by).toBe('no cluster uses the role');
    },
  );

  test('an issuer that two clusters claim is neither’s', () => {
    const oidcIssuer = `https://${ISSUER}`;
    const clusters = ['payments', 'search'].map((name) => ({ name, oidcIssuer }));
    expect(scoped(call(irsa('x'), 'RunInstances'), known({ clusters })).confidence).toBe('unknown');
  });

  test('the issuer tells, not the session name that the pod chose', () => {
    const names = [NODE, 'eks-search-web-0a1b2c3d-4e5f-4061-8273-94a5b6c7d8e9'];
    const context = known({ instances: new Map([[NODE, { is: 'ours', cluster: 'search' }]]) });
    const found = names.map(
      (session) => attribute(call(irsa('x', ISSUER, session), 'RunInstances'), context).scope,
    );
    expect(found).toEqual([of('payments'), of('payments')]);
  });
});

describe('roles', () => {
  test('one cluster’s role says nothing while another cluster could not be read', () => {
    const map = roleMap([
      roles('payments', { addons: [{ name: 'vpc-cni', roleArn: arn('cni') }] }),
      roles('search', { unread: ['node groups: throttled'] }),
    ]);
    const made = call(assumedRole('cni', 'x'), 'CreateNetworkInterface');
    expect(scoped(made, known({ roles: map }))).toEqual({ value: ACCOUNT_SCOPE, confidence: 'unknown' });
    expect(scoped(call(assumedRole('ci', 'x'), 'RunInstances'), known({ roles: map })).confidence).toBe(
      'unknown',
    );
  });

  test('a workload’s shared role is settled by the request’s filters, among its own clusters', () => {
    const shared = { addons: [{ name: 'vpc-cni', roleArn: arn('cni') }] };
    const context = known({ roles: roleMap([roles('payments', shared), roles('search', shared)]) });
    const made = (cluster: string) =>
      call(assumedRole('cni', 'x'), 'DescribeInstances', {
        requestParameters: filterBy('tag:cluster.k8s.amazonaws.com/name', cluster),
      });
    expect(scoped(made('search'), context)).toEqual({ value: of('search'), confidence: 'likely' });
    expect(scoped(made('elsewhere'), context).confidence).toBe('unknown');
  });

  test('a cluster’s role in the hands of another service is the service’s', () => {
    const made = call(
      assumedRole('payments-cluster', 'x', { invokedBy: 'cloudformation.amazonaws.com' }),
      'CreateTags',
    );
    expect(scoped(made, known())).toEqual({ value: ACCOUNT_SCOPE, confidence: 'certain' });
  });

  test('a cluster that nobody knows does not come to be by a filter that names it', () => {
    const requestParameters = filterBy('tag:kubernetes.io/cluster/invented');
    const made = call(assumedRole('ci', 'x'), 'DescribeInstances', { requestParameters });
    expect(scoped(made, known()).value).toEqual(ACCOUNT_SCOPE);
  });
});
