import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { VOLUME_COURSES } from '../../simulator/ebs-courses.ts';
import { FaultPlan, type FaultRuleInput } from '../../simulator/faults.ts';
import { alarm, answer, changes, type EbsRun, ebsRun, pass, saturated, theIncident } from './ebs-world.ts';

async function volumeOf({ world, volumeId }: EbsRun) {
  const [volume] = await world.ebs.port().describeVolumes([volumeId]);
  return volume;
}

describe('a volume that is short of IOPS', () => {
  test('gets them in one change, is followed until EC2 completed it and the metric says that it helped', async () => {
    const run = ebsRun();
    await saturated(run, { iops: 4_000, throughputMib: 50 });
    expect(await volumeOf(run)).toMatchObject({ type: 'gp3', iops: 4_500, throughputMib: 125, sizeGib: 100 });
    expect(await theIncident(run)).toMatchObject({ status: 'open', records: [{ state: 'done' }] });
    alarm(run, run.volumeId, 'OK');
    await pass(run, 3 * HOUR_MS);
    const incident = await theIncident(run);
    expect(incident).toMatchObject({ status: 'closed', outcome: { kind: 'fixed' } });
    expect(incident.outcome?.summary).toContain('gp3 with 4500 IOPS and 125 MiB/s');
    expect(incident.plan?.headline).toMatch(
      /is asked for more IOPS than it has: .+; it was changed, and that helped$/,
    );
    const told = incident.plan?.findings[0]?.evidence.join('\n');
    expect(told).toMatch(/as it was before its change at .+:\nCloudWatch VolumeIOPSExceededCheck: raised in/);
    expect(told).toContain('at most 3000 of 3000 (100 %)');
    expect(told).toMatch(/^IOPS .+ provisioned 4500$/m);
    expect(changes(run)).toEqual(['modifyVolume']);
  });

  test('is judged by what it was before, however long EC2 takes to complete it', async () => {
    const run = ebsRun();
    run.world.ebs.follow(run.volumeId, VOLUME_COURSES.slow);
    await saturated(run, { iops: 4_000, throughputMib: 50 });
    alarm(run, run.volumeId, 'OK');
    await pass(run, 5 * HOUR_MS);
    expect(await theIncident(run)).toMatchObject({ status: 'open', records: [{ state: 'done' }] });
    await pass(run, 3 * HOUR_MS);
    const { outcome } = await theIncident(run);
    expect(outcome).toMatchObject({
      kind: 'fixed',
      summary: expect.stringContaining('better by the metric'),
    });
  });

  test('in mode approve the question shows the cost before and after, and nothing is done without a yes', async () => {
    const run = ebsRun({ mode: 'approve' });
    await saturated(run);
    const [question] = (await theIncident(run)).questions;
    expect(question?.step.reason).toMatch(
      /gp3 with 3000 IOPS .* → gp3 with 4500 IOPS .*: \$8\.80 → \$17\.05/,
    );
    expect(changes(run)).toEqual([]);
    await answer(run, 'approved');
    await pass(run, 5 * MINUTE_MS);
    expect(changes(run)).toEqual(['modifyVolume']);
  });

  test('in mode observe nothing is changed, and the incident says at its end what would have been', async () => {
    const run = ebsRun({ mode: 'observe' });
    await saturated(run);
    expect(await theIncident(run)).toMatchObject({ status: 'open', records: [{ state: 'observed' }] });
    alarm(run, run.volumeId, 'OK');
    await pass(run, 30 * MINUTE_MS);
    const { status, outcome } = await theIncident(run);
    expect({ status, kind: outcome?.kind }).toEqual({ status: 'closed', kind: 'observed' });
    expect(outcome?.summary).toMatch(
      /Nothing was changed \(mode observe\)\. It would have been gp3 with 3000 .+ → gp3 with 4500 IOPS .+ a month/,
    );
    expect(changes(run)).toEqual([]);
  });

  test('better by the metric while the alarm stays in ALARM is never told as fixed', async () => {
    const run = ebsRun();
    await saturated(run, { iops: 4_000, throughputMib: 50 });
    await pass(run, 3 * HOUR_MS);
    const { outcome } = await theIncident(run);
    expect(outcome).toMatchObject({ kind: 'escalated', summary: expect.stringContaining('in ALARM still') });
  });

  test('still short afterwards: said, and left to a person', async () => {
    const run = ebsRun();
    await saturated(run, { iops: 40_000, throughputMib: 100 });
    await pass(run, 4 * HOUR_MS);
    const incident = await theIncident(run);
    expect(incident).toMatchObject({ status: 'closed', outcome: { kind: 'escalated' } });
    expect(incident.outcome?.summary).toContain('no better by the metric');
    expect(incident.plan?.headline).toMatch(/; a person is needed$/);
    expect(changes(run)).toHaveLength(1);
  });

  test.each([
    ['without a price list', { prices: {} }, 'left to a person: cost unknown'],
    ['beyond what the config pays', { maxMonthlyIncrease: 1 }, 'too expensive'],
    ['beyond the ceiling of the config', { ceiling: { iops: 3_000 } }, 'at its ceiling'],
  ])('%s nothing is changed, and the reason says so', async (_, changesOption, why) => {
    const run = ebsRun({ changes: changesOption });
    await saturated(run);
    expect(changes(run)).toEqual([]);
    expect((await theIncident(run)).plan?.reasons.join('; ')).toContain(why);
  });

  test.each([
    ['without a price list', { prices: {} }],
    ['beyond what the config pays', { maxMonthlyIncrease: 1 }],
  ])('%s the one who is called reads what it would be', async (_, changesOption) => {
    const run = ebsRun({ changes: changesOption });
    await saturated(run);
    const { plan } = await theIncident(run);
    expect(plan).toMatchObject({
      needsPerson: true,
      headline: expect.stringMatching(/; a person is needed$/),
    });
    expect(plan?.reasons.join('\n')).toContain(
      'it would be gp3 with 3000 IOPS and 125 MiB/s → gp3 with 4500 IOPS and 125 MiB/s: ',
    );
  });

  test.each([
    'VolumeModificationRateExceeded',
    'IncorrectModificationState',
    'InvalidParameterValue',
    'InvalidParameterCombination',
    'MaxIOPSLimitExceeded',
    'VolumeIOPSLimit',
    'VolumeTypeNotAvailableInZone',
    'InvalidVolume.NotFound',
    'UnauthorizedOperation',
  ])('EC2 answering %s ends the step with its words, and changes nothing', async (code) => {
    const run = ebsRun();
    run.world.ebs.refuseNext(run.volumeId, code);
    await saturated(run);
    const [record] = (await theIncident(run)).records;
    expect(record).toMatchObject({ state: 'failed' });
    expect(record?.summary).toContain(code === 'UnauthorizedOperation' ? 'missing permission' : code);
    expect(await volumeOf(run)).toMatchObject({ iops: 3_000 });
    alarm(run, run.volumeId, 'OK');
    await pass(run, 20 * MINUTE_MS);
    expect(await theIncident(run)).toMatchObject({ status: 'closed', outcome: { kind: 'escalated' } });
  });

  test('a modification that fails after it was taken is told', async () => {
    const run = ebsRun();
    run.world.ebs.follow(run.volumeId, VOLUME_COURSES.failed);
    await saturated(run);
    await pass(run, 5 * MINUTE_MS);
    const [record] = (await theIncident(run)).records;
    expect(record?.summary).toContain('The modification could not be applied.');
  });

  const crashes: [string, FaultRuleInput][] = [
    [
      'before EC2 is asked',
      { port: 'volumes', method: 'modifyVolume', nth: 1, fault: { kind: 'crash-before' } },
    ],
    [
      'after EC2 took it',
      { port: 'volumes', method: 'modifyVolume', nth: 1, fault: { kind: 'crash-after' } },
    ],
    [
      'after an answer was lost',
      { port: 'volumes', method: 'modifyVolume', nth: 1, fault: { kind: 'lost-reply' } },
    ],
  ];
  test.each(crashes)('a crash %s: one modification, the same end', async (_, rule) => {
    const run = ebsRun({ faults: new FaultPlan([rule]) });
    await saturated(run, { iops: 4_000, throughputMib: 50 });
    alarm(run, run.volumeId, 'OK');
    await pass(run, 3 * HOUR_MS);
    expect(await theIncident(run)).toMatchObject({ outcome: { kind: 'fixed' } });
    const applied = run.world.calls.mutations().filter((call) => call.applied);
    expect(applied.map(({ method }) => method)).toEqual(['modifyVolume']);
  });

  test('is not changed any more once no alarm is in ALARM, where EC2 could not be asked until then', async () => {
    const faults = new FaultPlan();
    const answers = faults.add({ port: 'volumes', method: 'modifyVolume', fault: { kind: 'throttle' } });
    const run = ebsRun({ faults });
    await saturated(run, { iops: 4_000, throughputMib: 50 });
    expect(await theIncident(run)).toMatchObject({ records: [{ state: 'running' }] });
    alarm(run, run.volumeId, 'OK');
    await pass(run, 5 * MINUTE_MS);
    answers();
    await pass(run, HOUR_MS);
    expect(await volumeOf(run)).toMatchObject({ iops: 3_000 });
    expect(await theIncident(run)).toMatchObject({
      status: 'closed',
      outcome: { kind: 'ignored', summary: expect.stringContaining('throttled') },
    });
  });

  test('T21: an alarm that toggles every 30 s for 6 h is at most one modification', async () => {
    const run = ebsRun();
    run.world.ebsLoad.set(run.volumeId, { iops: 40_000, throughputMib: 100 });
    await pass(run, 30 * MINUTE_MS);
    for (let turn = 0; turn < 12 * 60; turn++) {
      alarm(run, run.volumeId, turn % 2 === 0 ? 'ALARM' : 'OK');
      await run.world.clock.advance(30 * SECOND_MS);
      // It finds the alarm in either state.
      if (turn % 11 === 9) await run.simulation.sweep();
    }
    expect(changes(run)).toHaveLength(1);
    alarm(run, run.volumeId, 'OK');
    await pass(run, HOUR_MS);
    expect((await run.simulation.incidents()).map(({ status }) => status)).toEqual(['closed']);
  }, 120_000);

  test('T15: metrics that are gone, or never were, are unknown: no change, and said', async () => {
    const run = ebsRun();
    await run.world.clock.advance(30 * MINUTE_MS);
    alarm(run, run.volumeId, 'ALARM');
    await pass(run, 10 * MINUTE_MS);
    const incident = await theIncident(run);
    expect(incident.plan?.findings[0]?.cause).toContain('is unknown');
    expect(changes(run)).toEqual([]);
    await pass(run, DAY_MS / 8);
    expect(changes(run)).toEqual([]);
  });
});
