import { describe, expect, test } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { ADDON_COURSES } from '../../simulator/addon-courses.ts';
import { isReady } from '../../simulator/model.ts';
import { addonBench, CHART_ENV, config } from './addon-world.ts';
import { outcome } from './harness.ts';

const { works, slow, degraded, failed, failedHalfway } = ADDON_COURSES;
const WANTED = { WARM_ENI_TARGET: '0', WARM_IP_TARGET: '5', MINIMUM_IP_TARGET: '12' };
const ROLE = 'arn:aws:iam::210987654321:role/shop-vpc-cni';

describe('an update of the VPC CNI that works', () => {
  test('is made, rolled out a tenth at a time, and only then successful', async () => {
    const { world, addon, update, states, daemonSet, env } = await addonBench({ nodes: 20 });
    const id = await update(config(WANTED));
    expect(await states(id)).toEqual(['InProgress', 'UPDATING']);
    expect((await addon()).configurationValues).toBe(config(WANTED));
    expect(await env()).toEqual(CHART_ENV);
    await world.clock.advance(12 * SECOND_MS);
    expect(await env()).toEqual({ ...CHART_ENV, ...WANTED });
    const unavailable: number[] = [];
    for (let looks = 0; looks < 600 && (await states(id))[0] === 'InProgress'; looks++) {
      unavailable.push((await daemonSet()).status?.numberUnavailable ?? 0);
      await world.clock.advance(SECOND_MS);
    }
    expect(Math.max(...unavailable)).toBe(2);
    expect(await states(id)).toEqual(['Successful', 'ACTIVE']);
    expect((await daemonSet()).status).toMatchObject({ updatedNumberScheduled: 20, numberAvailable: 20 });
  });

  test('takes half an hour on the course `slow`, with the new values live from the start', async () => {
    const { world, update, states, env } = await addonBench({ courses: [slow] });
    const id = await update(config(WANTED));
    await world.clock.advance(29 * MINUTE_MS);
    expect(await states(id)).toEqual(['InProgress', 'UPDATING']);
    expect(await env()).toMatchObject(WANTED);
    await world.clock.advance(2 * MINUTE_MS);
    expect(await states(id)).toEqual(['Successful', 'ACTIVE']);
  });

  test('keeps the role of the service account, which an update without one takes away', async () => {
    const { world, update } = await addonBench({ serviceAccountRoleArn: ROLE });
    const key = { clusterName: 'demo', addonName: 'vpc-cni' };
    const role = async () => (await world.addons.describeAddon(key)).addon.serviceAccountRoleArn;
    await update(config(WANTED));
    expect(await role()).toBe(ROLE);
    await world.clock.advance(10 * MINUTE_MS);
    await world.addons.updateAddon({ ...key, configurationValues: '{}' });
    expect(await role()).toBeUndefined();
  });

  test('leaves the add-on ill when the pods take longer than EKS has patience', async () => {
    const { world, update, states } = await addonBench({ ready: '30m' });
    const id = await update(config(WANTED));
    await world.clock.advance(25 * MINUTE_MS);
    expect(await states(id)).toEqual(['Successful', 'DEGRADED']);
  });
});

describe('variables', () => {
  test('that a configuration no longer declares leave, and those of the chart have its values again', async () => {
    const { world, update, env } = await addonBench();
    await update(config(WANTED));
    await world.clock.advance(5 * MINUTE_MS);
    await update('{}', 'token-2');
    await world.clock.advance(5 * MINUTE_MS);
    expect(await env()).toEqual(CHART_ENV);
  });

  test('that somebody set live and the former configuration did not declare stay', async () => {
    const { world, update, env, setByHand } = await addonBench({ configured: { MINIMUM_IP_TARGET: '10' } });
    await setByHand('WARM_IP_TARGET', '9');
    await update(config({ MINIMUM_IP_TARGET: '12', WARM_IP_TARGET: '5' }));
    await world.clock.advance(5 * MINUTE_MS);
    expect(await env()).toEqual({ ...CHART_ENV, MINIMUM_IP_TARGET: '12', WARM_IP_TARGET: '9' });
    await update('{}', 'token-2');
    await world.clock.advance(5 * MINUTE_MS);
    expect(await env()).toEqual({ ...CHART_ENV, WARM_IP_TARGET: '9' });
  });

  test('that were set live before the world began stay as well', async () => {
    const { world, update, env } = await addonBench({ byHand: ['WARM_ENI_TARGET'] });
    await update(config({ WARM_ENI_TARGET: '0' }));
    await world.clock.advance(5 * MINUTE_MS);
    expect(await env()).toEqual(CHART_ENV);
  });

  test('of a configuration in YAML are read like those in JSON', async () => {
    const { world, update, env } = await addonBench();
    await update('# ours\nenv:\n  WARM_IP_TARGET: "5"\n');
    await world.clock.advance(5 * MINUTE_MS);
    expect(await env()).toEqual({ ...CHART_ENV, WARM_IP_TARGET: '5' });
  });
});

describe('an update that does not work', () => {
  test('is successful and leaves the add-on DEGRADED; its pods never become Ready, the others go on', async () => {
    const { world, update, states, addon, daemonSet } = await addonBench({ nodes: 20, courses: [degraded] });
    const id = await update(config(WANTED));
    await world.clock.advance(10 * MINUTE_MS);
    expect(await states(id)).toEqual(['Successful', 'DEGRADED']);
    expect((await addon()).issues).toMatchObject([{ code: 'InsufficientNumberOfReplicas' }]);
    expect((await daemonSet()).status).toMatchObject({ updatedNumberScheduled: 2, numberUnavailable: 2 });
    const pods = world.runtime('demo').cluster.podsInNamespace('kube-system');
    expect(pods.filter(isReady)).toHaveLength(18);
  });

  test('is whole again when the former configuration comes back', async () => {
    const { world, update, states, addon, daemonSet, env } = await addonBench({
      courses: [degraded],
      configured: { WARM_IP_TARGET: '3' },
    });
    await update(config({ WARM_IP_TARGET: '5' }));
    await world.clock.advance(10 * MINUTE_MS);
    const id = await update(config({ WARM_IP_TARGET: '3' }), 'back');
    await world.clock.advance(10 * MINUTE_MS);
    expect(await states(id)).toEqual(['Successful', 'ACTIVE']);
    expect((await addon()).issues).toEqual([]);
    expect(await env()).toEqual({ ...CHART_ENV, WARM_IP_TARGET: '3' });
    expect((await daemonSet()).status).toMatchObject({ updatedNumberScheduled: 3, numberUnavailable: 0 });
  });

  test.each([
    ['failed', failed, CHART_ENV, ''],
    ['failedHalfway', failedHalfway, { ...CHART_ENV, WARM_ENI_TARGET: '0' }, config(WANTED)],
  ])('%s says why and ends as UPDATE_FAILED', async (_name, course, live, configured) => {
    const { world, ports, run, update, addon, env } = await addonBench({ courses: [course] });
    const id = await update(config(WANTED));
    await world.clock.advance(5 * MINUTE_MS);
    expect(await run(ports.eks.describeAddonUpdate('demo', 'vpc-cni', id))).toMatchObject({
      status: 'Failed',
      errors: [{ code: 'ConfigurationConflict' }],
    });
    expect(await addon()).toMatchObject({ status: 'UPDATE_FAILED', configurationValues: configured });
    expect(await env()).toEqual(live);
  });
});

describe('what EKS refuses', () => {
  test('the same token with the same configuration is the same update, with another it is invalid', async () => {
    const { world, update } = await addonBench();
    const id = await update(config(WANTED));
    expect(await update(config(WANTED))).toBe(id);
    await world.clock.advance(5 * MINUTE_MS);
    expect(await update(config(WANTED))).toBe(id);
    expect(await outcome(update('{}'))).toBe('invalid');
    expect(await update('{}', 'token-2')).not.toBe(id);
  });

  test('another update while one is under way is a conflict', async () => {
    const { update } = await addonBench({ courses: [works] });
    await update(config(WANTED));
    expect(await outcome(update('{}', 'token-2'))).toBe('conflict');
  });

  test.each([
    ['a name that the schema of the version lacks', '{"env":{"ENABLE_SUBNET_DISCOVERY":"true"}}'],
    ['a part that it lacks', '{"nodeAgent":{}}'],
    ['a number where text is wanted', '{"env":{"WARM_IP_TARGET":5}}'],
    ['text where a mapping is wanted', '{"env":"WARM_IP_TARGET"}'],
    ['no mapping', '[1]'],
    ['neither JSON nor YAML', '{"env":'],
  ])('%s is invalid and changes nothing', async (_what, values) => {
    const { update, addon } = await addonBench();
    expect(await outcome(update(values))).toBe('invalid');
    expect(await addon()).toMatchObject({ status: 'ACTIVE', configurationValues: '' });
  });

  test('an add-on or an update that is not there is not-found', async () => {
    const { ports, run } = await addonBench();
    const change = { cluster: 'demo', name: 'coredns', configurationValues: '{}', token: 't' };
    expect(await outcome(run(ports.eks.updateAddon(change)))).toBe('not-found');
    expect(await outcome(run(ports.eks.describeAddonUpdate('demo', 'vpc-cni', 'u')))).toBe('not-found');
  });
});
