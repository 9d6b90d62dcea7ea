import { describe, expect, test } from 'vitest';
import { NO_ROLES, roleEntry, roleMap } from '../../../functions/api-throttling/attribution/index.ts';
import { ACCOUNT, arn, association, roles } from './stage.ts';

describe('the role map', () => {
  test('knows nodes, workloads and the control plane of one cluster, each use once', () => {
    const map = roleMap([
      roles('payments', {
        controlPlaneRole: arn('cluster'),
        nodeRoles: [arn('node'), arn('node')],
        accessEntries: [{ principalArn: arn('node'), type: 'EC2_LINUX' }],
        podIdentities: [association('karpenter', 'karpenter')],
        addons: [{ name: 'vpc-cni', roleArn: arn('cni') }],
      }),
    ]);
    const payments = { cluster: 'payments' };
    expect(Object.fromEntries(map.uses)).toEqual({
      [`${ACCOUNT}/cluster`]: [{ ...payments, as: 'control-plane' }],
      [`${ACCOUNT}/node`]: [{ ...payments, as: 'node' }],
      [`${ACCOUNT}/karpenter`]: [{ ...payments, as: 'workload', who: 'kube-system/karpenter' }],
      [`${ACCOUNT}/cni`]: [{ ...payments, as: 'workload', who: 'vpc-cni' }],
    });
    expect(map.complete).toBe(true);
  });

  test('people’s access entries tie no role to a cluster', () => {
    const map = roleMap([
      roles('payments', { accessEntries: [{ principalArn: arn('admin'), type: 'STANDARD' }] }),
    ]);
    expect(roleEntry(map, arn('admin'))).toEqual({ is: 'absent' });
  });

  test('a role of two clusters is shared, and both are named', () => {
    const node = { nodeRoles: [arn('node')] };
    const map = roleMap([roles('search', node), roles('payments', node)]);
    expect(roleEntry(map, arn('node'))).toMatchObject({ is: 'shared', clusters: ['payments', 'search'] });
  });

  test('a role is found whatever its path, and not in another account', () => {
    const map = roleMap([roles('payments', { nodeRoles: [arn('teams/pay/node')] })]);
    expect(roleEntry(map, `arn:aws:sts::${ACCOUNT}:assumed-role/node/i-0aa11bb22cc33dd44`).is).toBe('one');
    expect(roleEntry(map, 'arn:aws:iam::109876543210:role/node').is).toBe('absent');
  });

  test('the target role of an association, in another account, belongs to the cluster too', () => {
    const targetRoleArn = 'arn:aws:iam::109876543210:role/target';
    const map = roleMap([
      roles('payments', { podIdentities: [{ ...association('web', 'web'), targetRoleArn }] }),
    ]);
    expect([roleEntry(map, arn('web')).is, roleEntry(map, targetRoleArn).is]).toEqual(['one', 'one']);
  });

  test('is complete only if every cluster was read, and says what was not', () => {
    expect(NO_ROLES.complete).toBe(false);
    expect(roleMap([]).complete).toBe(false);
    const throttled = roleMap([roles('a'), roles('b', { unread: ['add-ons: throttled'] })]);
    expect(throttled).toMatchObject({ complete: false, unread: ['b: add-ons: throttled'] });
    const garbled = roleMap([roles('a', { nodeRoles: ['node'] })]);
    expect(garbled).toMatchObject({ complete: false, unread: ['a: a node role that is no role ARN'] });
  });
});
