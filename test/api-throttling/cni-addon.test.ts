import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { ADDON_COURSES } from '../../simulator/addon-courses.ts';
import { FaultPlan, type FaultRuleInput } from '../../simulator/faults.ts';
import { addonRun, CONFIGURATION, played, ROLE } from './addon-run.ts';
import { SCHEMA } from './cni/schemas.ts';
import { answer, changes, liveEnv, storm, theIncident } from './cni-world.ts';

describe('new settings of a managed add-on', () => {
  test('merged into what is configured, the role kept, followed to the last node', async () => {
    const run = await played();
    const incident = await theIncident(run);
    expect(incident).toMatchObject({ status: 'closed', outcome: { kind: 'fixed' } });
    expect(JSON.parse((await run.addon()).configurationValues ?? '')).toEqual({
      livenessProbeTimeoutSeconds: 12,
      env: { AWS_VPC_K8S_CNI_LOGLEVEL: 'INFO', WARM_IP_TARGET: '2', MINIMUM_IP_TARGET: '12' },
    });
    expect(await run.addon()).toMatchObject({ status: 'ACTIVE', serviceAccountRoleArn: ROLE });
    expect(liveEnv(run)).toMatchObject({ WARM_IP_TARGET: '2', MINIMUM_IP_TARGET: '12' });
    expect(changes(run).map(({ method }) => method)).toEqual(['updateAddon']);
  });

  test('a slow roll-out is waited for, however many rounds it takes', async () => {
    const run = await played({ courses: [ADDON_COURSES.slow] });
    expect(await theIncident(run)).toMatchObject({ outcome: { kind: 'fixed' } });
    expect(changes(run)).toHaveLength(1);
  });

  test.each([
    ['DEGRADED', ADDON_COURSES.degraded, 'the add-on is DEGRADED: InsufficientNumberOfReplicas'],
    ['half failed', ADDON_COURSES.failedHalfway, 'EKS says that the update failed: ConfigurationConflict'],
  ])(
    '%s: put back byte for byte, configuration and live variables, and a person is told',
    async (_, course, why) => {
      const before = liveEnv(addonRun());
      const run = await played({ courses: [course] });
      const incident = await theIncident(run);
      expect(incident).toMatchObject({ status: 'closed', outcome: { kind: 'escalated' } });
      expect(incident.outcome?.summary).toContain(why);
      expect(incident.outcome?.summary).toContain('configuration and variables are as before');
      expect((await run.addon()).configurationValues).toBe(CONFIGURATION);
      expect(await run.addon()).toMatchObject({ status: 'ACTIVE', serviceAccountRoleArn: ROLE });
      expect(liveEnv(run)).toEqual(before);
    },
  );

  test('an update that EKS refuses leaves everything as it was', async () => {
    const before = liveEnv(addonRun());
    const run = await played({ courses: [ADDON_COURSES.failed] });
    expect(await theIncident(run)).toMatchObject({ outcome: { kind: 'escalated' } });
    expect((await run.addon()).configurationValues).toBe(CONFIGURATION);
    expect(liveEnv(run)).toEqual(before);
  });

  test('where nothing was configured the rollback leaves nothing', async () => {
    const run = await played({ courses: [ADDON_COURSES.degraded], configurationValues: '' });
    expect((await theIncident(run)).outcome?.summary).toContain('configuration and variables are as before');
    expect(['', '{}']).toContain((await run.addon()).configurationValues);
    expect(liveEnv(run)).toEqual(liveEnv(addonRun()));
  });

  test('in mode observe nothing is sent, and the incident says at its end what would have been', async () => {
    const run = await played({ mode: 'observe' });
    expect(await theIncident(run)).toMatchObject({ status: 'closed', outcome: { kind: 'observed' } });
    expect((await run.addon()).configurationValues).toBe(CONFIGURATION);
    expect(changes(run)).toEqual([]);
  });

  test('during throttling nothing is sent without a person, and with two it is at once', async () => {
    const run = addonRun();
    await storm(run);
    await run.world.clock.advance(5 * MINUTE_MS);
    expect(changes(run)).toEqual([]);
    await answer(run, 'approved');
    await run.world.clock.advance(MINUTE_MS);
    expect(changes(run).map(({ method }) => method)).toEqual(['updateAddon']);
  });

  test.each([
    ['a schema without the settings', { schema: SCHEMA.replaceAll('_TARGET', '_OTHER') }],
    ['an add-on that is being updated', { status: 'UPDATING' }],
    ['an add-on that reports an issue', { issues: [{ code: 'AccessDenied', message: 'no' }] }],
    ['a configuration that is not understood', { configurationValues: 'env: &a {X: "1"}\nother: *a' }],
  ])('%s: no such step is proposed, and why is said', async (_, options) => {
    const run = await played(options);
    const incident = await theIncident(run);
    expect(incident.records).toEqual([]);
    expect(changes(run)).toEqual([]);
    expect(JSON.stringify(incident.plan)).toMatch(/cannot be made|not to be updated now|schema has no env/);
  });

  const crashes: [string, FaultRuleInput][] = [
    [
      'before the update is sent',
      { port: 'eks', method: 'updateAddon', nth: 1, fault: { kind: 'crash-before' } },
    ],
    ['after it was taken', { port: 'eks', method: 'updateAddon', nth: 1, fault: { kind: 'crash-after' } }],
    [
      'while it is followed',
      { port: 'eks', method: 'describeAddonUpdate', nth: 2, fault: { kind: 'crash-after' } },
    ],
  ];
  test.each(crashes)('a crash %s: the same end, and one update', async (_, rule) => {
    const run = await played({ faults: new FaultPlan([rule]) });
    expect(await theIncident(run)).toMatchObject({ outcome: { kind: 'fixed' } });
    const applied = run.world.calls.mutations().filter((call) => call.applied);
    const tokens = new Set(applied.map(({ args }) => JSON.stringify(args)));
    expect(tokens.size).toBe(1);
  });

  test('a crash while it is put back: the same end', async () => {
    const rule = { port: 'eks', method: 'updateAddon', nth: 2, fault: { kind: 'crash-after' } } as const;
    const run = await played({ courses: [ADDON_COURSES.degraded], faults: new FaultPlan([rule]) });
    expect((await theIncident(run)).outcome?.summary).toContain('configuration and variables are as before');
    expect((await run.addon()).configurationValues).toBe(CONFIGURATION);
  });

  test('somebody else changes the configuration while it is rolled out badly: theirs is left and named', async () => {
    const run = addonRun({ courses: [ADDON_COURSES.degraded] });
    await storm(run);
    const { resolve, promise } = Promise.withResolvers<void>();
    run.world.calls.onCall(({ method }) => {
      if (method === 'describeAddonUpdate') resolve();
    });
    const theirs = promise.then(async () => {
      (await run.addon()).configurationValues = '{"env":{"WARM_ENI_TARGET":"3"}}';
    });
    await run.world.clock.advance(2 * HOUR_MS);
    await theirs;
    expect((await theIncident(run)).outcome?.summary).toContain('NOT put back: somebody else changed');
    expect(changes(run)).toHaveLength(1);
  });
});
