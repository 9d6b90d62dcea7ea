import { describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../shared/clock.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { batchOf, fleet, newest, POD_IDENTITY, ROLE, readClusters, roleRequests } from './roles-stage.ts';
import { calls, delivered, found, rowsIn, summary } from './support.ts';

describe('whose calls a role’s are, by what the clusters say of it', () => {
  test('the Pod Identity association of one cluster: its Karpenter is a cause of that cluster at once', async () => {
    const run = await fleet(['payments']);
    run.world.roles.associate('payments', POD_IDENTITY);
    await batchOf(run, 40);
    expect(summary(await found(run))).toEqual(['payments karpenter open']);
    expect(newest(run).by).toMatch(/^the only cluster that uses the role; /);
  });

  test('the target role of an association is the cluster’s as well', async () => {
    const run = await fleet(['payments']);
    const roleArn = 'arn:aws:iam::210987654321:role/first';
    run.world.roles.associate('payments', { ...POD_IDENTITY, roleArn, targetRoleArn: ROLE });
    await batchOf(run, 40);
    expect(newest(run).counts).toEqual({ payments: expect.any(Number) });
  });

  test('the role of an add-on that EKS manages is the cluster’s', async () => {
    const run = await fleet(['payments']);
    const addon = { name: 'aws-ebs-csi-driver', version: 'v1', status: 'ACTIVE', configurationValues: '' };
    const role = { serviceAccountRoleArn: ROLE };
    run.world.addons.install('payments', { ...addon, issues: [] }, '{}', role);
    await batchOf(run, 40);
    expect(newest(run).counts).toEqual({ payments: expect.any(Number) });
  });

  test('the nodes’ own role, when a session does not name the instance', async () => {
    const run = await fleet(['payments', 'search']);
    for (let minute = 0; minute < 3; minute++) await batchOf(run, 5, { role: 'search-spot-node' });
    expect(newest(run).counts).toEqual({ search: 5 });
  });

  test('an access entry of people and tools gives a role to no cluster', async () => {
    const run = await fleet(['payments']);
    run.world.roles.letIn('payments', ROLE, 'STANDARD');
    await batchOf(run, 40);
    expect(summary(await found(run))).toEqual(['- karpenter open']);
    expect(newest(run).by).toMatch(/^no cluster uses the role; /);
  });

  test('a role that two clusters use is the account’s, and both are counted', async () => {
    const run = await fleet(['payments', 'search']);
    for (const cluster of ['payments', 'search']) run.world.roles.associate(cluster, POD_IDENTITY);
    for (let minute = 0; minute < 3; minute++) await batchOf(run, 10);
    expect(newest(run)).toEqual({ counts: { '-': 10 }, by: expect.stringMatching(/^role shared by 2 cl/) });
  });

  test('nothing is asked while every caller is known without it', async () => {
    const run = await fleet(['payments']);
    const session = run.world.instance('spot/0').id;
    await delivered(run, calls(run, 40, { role: 'payments-spot-node', session }));
    expect(summary(await found(run))).toEqual([expect.stringMatching(/^payments /)]);
    expect(roleRequests(run)).toEqual([]);
  });
});

describe('as long as not every cluster was read in full', () => {
  test('calls are the account’s; afterwards they are the cluster’s, and each was counted once', async () => {
    const run = await fleet(['catalogue', 'payments', 'search']);
    run.world.roles.associate('payments', POD_IDENTITY);
    const counts = [];
    for (let minute = 0; minute < 4; minute++) {
      await batchOf(run, 40);
      counts.push(newest(run).counts);
    }
    const places = counts.map((each) => Object.keys(each).join());
    expect(places).toEqual(['-', '-', 'payments', 'payments']);
    const all = rowsIn(run).flatMap((row) => Object.values(row.counts));
    expect(all.reduce((sum, each) => sum + each, 0)).toBe(160);
    // The account's stays as it is and ends when it is quiet; the cluster's is another.
    expect(summary(await found(run))).toEqual(['- karpenter open', 'payments karpenter open']);
  });

  test('a copy of a call that comes again afterwards moves to the cluster and does not count twice', async () => {
    const run = await fleet(['payments', 'search']);
    run.world.roles.associate('payments', POD_IDENTITY);
    const bodies = calls(run, 10, { role: 'ctl-17' });
    await delivered(run, bodies, MINUTE_MS);
    expect(new Set(rowsIn(run).flatMap(({ counts }) => Object.keys(counts)))).toEqual(new Set(['-']));
    await delivered(run, bodies, MINUTE_MS);
    expect(new Set(rowsIn(run).flatMap(({ counts }) => Object.keys(counts)))).toEqual(new Set(['payments']));
    expect(rowsIn(run).reduce((sum, { counts }) => sum + (counts['payments'] ?? 0), 0)).toBe(10);
  });

  const denied = ['listNodegroups', 'describePodIdentityAssociation', 'describeAccessEntry'];
  test.each(denied)('%s denied in one of them: it stays the account’s, with the reason', async (method) => {
    const faults = new FaultPlan([{ port: 'eks', method, nth: 1, fault: { kind: 'unauthorised' } }]);
    const run = await fleet(['payments', 'search'], faults);
    run.world.roles.associate('payments', POD_IDENTITY);
    for (let minute = 0; minute < 4; minute++) await batchOf(run, 10);
    expect(readClusters(run)).toEqual(['payments', 'search']);
    expect(newest(run)).toEqual({
      counts: { '-': 10 },
      by: expect.stringMatching(/^not all clusters’ roles could be read; /),
    });
  });
});
