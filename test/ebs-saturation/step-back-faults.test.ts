import { describe, expect, test } from 'vitest';
import { noteChange } from '../../functions/ebs-saturation/changes.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { VOLUME_COURSES } from '../../simulator/ebs-courses.ts';
import { FaultPlan, type FaultRuleInput } from '../../simulator/faults.ts';
import { alarm, changes, pass, theIncident } from './ebs-world.ts';
import { askedAt, days, hours, provisioned, readsOf, use, wasRaised } from './step-back-world.ts';

describe('a crash', () => {
  const crash = (port: string, method: string, nth = 1, kind = 'crash-after') =>
    ({ port, method, nth, fault: { kind } }) as FaultRuleInput;
  const crashes: [string, FaultRuleInput][] = [
    ['of the sweep before the metrics were read', crash('usage', 'readMetrics', 1, 'crash-before')],
    ['of the sweep after its signal was accepted', crash('durable', 'start', 1, 'crash-before')],
    ['of the sweep after the run was started', crash('durable', 'start')],
    ['before EC2 is asked', crash('volumes', 'modifyVolume', 1, 'crash-before')],
    ['after EC2 took it', crash('volumes', 'modifyVolume')],
    ['after the answer was lost', crash('volumes', 'modifyVolume', 1, 'lost-reply')],
  ];
  test.each(crashes)('%s: one step back, the same end', async (_, rule) => {
    const run = await wasRaised({ faults: new FaultPlan([rule]) });
    await use(run);
    await days(run, 9);
    expect(await provisioned(run)).toEqual({ iops: 3_000, mib: 125 });
    expect(await theIncident(run)).toMatchObject({ generation: 1, outcome: { kind: 'fixed' } });
    const applied = run.world.calls.mutations().filter((call) => call.applied);
    expect(applied.map(({ method }) => method)).toEqual(['modifyVolume']);
  });
});

test.each(Array.from({ length: 8 }, (_, index) => 7 + 29 * index))(
  'a crash at call %i of the ports: one step back, everything told',
  async (call) => {
    const kind = call % 2 === 0 ? 'crash-before' : 'crash-after';
    const run = await wasRaised({ faults: new FaultPlan([{ call, fault: { kind } }]) });
    await use(run);
    // Only the last hours are swept, so that every call counts.
    await run.world.clock.advance(7 * DAY_MS - HOUR_MS);
    await hours(run, 8);
    const { calls } = run.world.calls;
    expect(calls.length).toBeGreaterThan(call + 29);
    const { outcome, announce, announced } = await theIncident(run);
    const made = run.world.calls.mutations().filter(({ applied }) => applied);
    expect({ outcome: outcome?.kind, made: made.length }).toEqual({ outcome: 'fixed', made: 1 });
    expect(announced).toBe(announce);
    expect(await provisioned(run)).toMatchObject({ iops: 3_000 });
  },
);

describe('what goes wrong', () => {
  test('metrics that cannot be read are no quiet week, and are asked for once a day', async () => {
    const hidden: FaultRuleInput = {
      port: 'usage',
      method: 'readMetrics',
      fault: { kind: 'unauthorised' },
    };
    const run = await wasRaised({ faults: new FaultPlan([hidden]) });
    await use(run);
    await days(run, 10);
    expect(changes(run)).toEqual([]);
    expect(readsOf(run)).toBeLessThanOrEqual(4 * 3);
  });

  test('a modification that fails after it was taken is for a person', async () => {
    const run = await wasRaised();
    run.world.ebs.follow(run.volumeId, VOLUME_COURSES.failed);
    await use(run);
    await days(run, 9);
    const { outcome, plan } = await theIncident(run);
    expect(outcome).toMatchObject({ kind: 'escalated' });
    expect(outcome?.summary).toContain('The modification could not be applied.');
    expect(plan?.headline).toMatch(/; a person is needed$/);
    expect(changes(run)).toHaveLength(1);
  });

  test('EC2 refuses it: told, and given back another quiet time later', async () => {
    const run = await wasRaised();
    run.world.ebs.refuseNext(run.volumeId, 'InvalidParameterCombination');
    await use(run);
    await days(run, 9);
    expect((await theIncident(run)).outcome).toMatchObject({ kind: 'escalated' });
    expect(await provisioned(run)).toMatchObject({ iops: 4_500 });
    await days(run, 8);
    expect(await provisioned(run)).toMatchObject({ iops: 3_000 });
  });

  test('so is what EC2 took and could not apply: the volume is what Paramedic had made of it', async () => {
    const run = await wasRaised();
    run.world.ebs.follow(run.volumeId, VOLUME_COURSES.failed);
    await use(run);
    await days(run, 9);
    expect(await provisioned(run)).toMatchObject({ iops: 4_500 });
    run.world.ebs.follow(run.volumeId, VOLUME_COURSES.works);
    await days(run, 8);
    expect(await provisioned(run)).toMatchObject({ iops: 3_000 });
    expect(await theIncident(run)).toMatchObject({ generation: 2, outcome: { kind: 'fixed' } });
  });

  test('somebody who changes it between look and step is not overruled', async () => {
    const run = await wasRaised({ mode: 'approve' });
    await use(run);
    await hours(run, 7 * 24 + 4);
    await run.world.ebs
      .port()
      .modifyVolume({ id: run.volumeId, type: 'gp3', iops: 5_000, throughputMib: 125 });
    await hours(run, 3);
    expect(await theIncident(run)).toMatchObject({ status: 'closed', outcome: { kind: 'ignored' } });
    expect((await theIncident(run)).outcome?.summary).toContain('somebody changed it');
    expect(await provisioned(run)).toMatchObject({ iops: 5_000 });
  });
});

describe('limits of EC2', () => {
  test('three changes and a step back a day later: never more than four in 24 hours', async () => {
    const run = await wasRaised({
      changes: { stepBack: { enabled: true, quietFor: '1d' }, maxMonthlyIncrease: 500 },
    });
    const { world, volumeId } = run;
    world.ebsLoad.set(volumeId, { iops: 40_000, throughputMib: 60 });
    for (let turn = 0; turn < 3; turn++) {
      alarm(run, volumeId, 'ALARM');
      await pass(run, 6 * HOUR_MS + 10 * MINUTE_MS);
    }
    expect(await provisioned(run)).toMatchObject({ iops: 15_188 });
    alarm(run, volumeId, 'OK');
    await use(run);
    await days(run, 3);
    expect(await provisioned(run)).toMatchObject({ iops: 3_000 });
    const asked = askedAt(run);
    expect(asked).toHaveLength(4);
    expect((asked[3] ?? 0) - (asked[2] ?? 0)).toBeGreaterThanOrEqual(DAY_MS);
    expect(world.calls.mutations().every(({ error }) => error === undefined)).toBe(true);
  });

  test('what somebody made of it between two changes is what it is stepped back to', async () => {
    const run = await wasRaised();
    const { world, volumeId } = run;
    const gp3 = { type: 'gp3', sizeGib: 100, throughputMib: 125 } as const;
    const place = { account: world.spec.account, region: world.spec.region, name: 'prod' };
    const change = { key: 'later', at: world.clock.now() };
    const [from, to] = [
      { ...gp3, iops: 6_000 },
      { ...gp3, iops: 9_000 },
    ];
    await noteChange(world.table, { place, volumeId }, { ...change, from, to });
    world.ebs.shape(volumeId, { iops: 9_000 });
    await use(run);
    await days(run, 9);
    expect(await provisioned(run)).toMatchObject({ iops: 6_000 });
  });
});
