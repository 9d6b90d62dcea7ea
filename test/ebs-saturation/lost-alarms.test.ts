import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import {
  alarm,
  alarmNameOf,
  changes,
  type EbsRun,
  ebsRun,
  pass,
  saturated,
  stands,
  theIncident,
} from './ebs-world.ts';

/** A saturated volume, told of once. */
async function told(options: Parameters<typeof ebsRun>[0] = { mode: 'observe' }): Promise<EbsRun> {
  const run = ebsRun(options);
  await saturated(run);
  return run;
}

/** The sweep finds nothing; a run that asks is answered. */
function onlyByName({ world }: EbsRun): typeof world.alarms.describeAlarms {
  const { describeAlarms } = world.alarms;
  return async (request) => await describeAlarms({ ...request, AlarmNames: request.AlarmNames ?? [] });
}

const asked = ({ world }: EbsRun) =>
  world.calls.calls.filter(({ port, method }) => port === 'alarms' && method === 'describeAlarms').length;

describe('an incident whose alarm was heard of long ago', () => {
  test('ends when the alarm is OK by CloudWatch, though the event that says so was lost', async () => {
    const run = await told();
    stands(run, run.volumeId, 'OK');
    await pass(run, 40 * MINUTE_MS);
    const { status, outcome } = await theIncident(run);
    expect(status).toBe('closed');
    expect(outcome?.summary).toContain('The alarm is clear since');
  });

  test('ends when the alarm was deleted while it was in ALARM, and says so', async () => {
    const run = await told();
    run.world.alarms.delete(alarmNameOf(run.volumeId));
    await pass(run, 40 * MINUTE_MS);
    const { status, outcome } = await theIncident(run);
    expect(status).toBe('closed');
    expect(outcome?.summary).toContain(`The alarm ${alarmNameOf(run.volumeId)} was deleted`);
  });

  test('does not end by one answer that lacks the alarm', async () => {
    const run = await told();
    await pass(run, 25 * MINUTE_MS);
    const { alarms } = run.world;
    const { describeAlarms } = alarms;
    alarms.describeAlarms = async () => ({ MetricAlarms: [], CompositeAlarms: [] });
    await pass(run, 5 * MINUTE_MS);
    expect((await theIncident(run)).plan?.reasons.join()).toContain('was deleted');
    alarms.describeAlarms = describeAlarms;
    await pass(run, 30 * MINUTE_MS);
    const { status, plan } = await theIncident(run);
    expect(status).toBe('open');
    expect(plan?.reasons.join()).not.toContain('was deleted');
  });

  test('is not said to be clear since it rang, where CloudWatch does not say since when it is OK', async () => {
    const run = await told();
    run.world.alarms.putMetric(alarmNameOf(run.volumeId), { StateValue: 'OK' });
    await pass(run, 40 * MINUTE_MS);
    const { status, outcome } = await theIncident(run);
    expect(status).toBe('closed');
    expect(outcome?.summary).toContain('does not say since when');
    expect(outcome?.summary).not.toContain('clear since');
  });

  test('reads the quota before a change though the last that was heard was that there is no data', async () => {
    const run = ebsRun({ mode: 'observe' });
    await run.world.clock.advance(MINUTE_MS);
    run.world.ebsLoad.set(run.volumeId, { iops: 6_000, throughputMib: 60 });
    await run.world.clock.advance(10 * MINUTE_MS);
    alarm(run, run.volumeId, 'ALARM');
    await run.world.clock.advance(MINUTE_MS);
    alarm(run, run.volumeId, 'INSUFFICIENT_DATA');
    await run.world.clock.advance(MINUTE_MS);
    stands(run, run.volumeId, 'ALARM');
    run.world.alarms.describeAlarms = onlyByName(run);
    await pass(run, 40 * MINUTE_MS);
    const { plan, records } = await theIncident(run);
    expect(records).toMatchObject([{ state: 'observed' }]);
    expect(plan?.reasons.join()).toContain('quota L-59C8FC87');
  });

  test('is not given up at the first minute without data, but after an hour of it', async () => {
    const run = await told();
    await pass(run, 90 * MINUTE_MS);
    alarm(run, run.volumeId, 'INSUFFICIENT_DATA');
    await pass(run, 50 * MINUTE_MS);
    expect(await theIncident(run)).toMatchObject({ status: 'open' });
    await pass(run, 20 * MINUTE_MS);
    expect(await theIncident(run)).toMatchObject({ status: 'closed', outcome: { kind: 'escalated' } });
  });

  test('does not ask CloudWatch while the news is fresh', async () => {
    const run = await told();
    await pass(run, 20 * MINUTE_MS);
    expect(asked(run)).toBe(0);
  });

  test('stays open while the alarm is in ALARM by CloudWatch too', async () => {
    const run = await told();
    await pass(run, 3 * HOUR_MS);
    expect(await theIncident(run)).toMatchObject({ status: 'open' });
    expect(asked(run)).toBeGreaterThan(0);
  });

  test('stays as it was where CloudWatch does not answer, and says that it is unknown', async () => {
    const faults = new FaultPlan([
      { port: 'alarms', method: 'describeAlarms', fault: { kind: 'unauthorised' } },
    ]);
    const run = await told({ mode: 'observe', faults });
    run.world.alarms.delete(alarmNameOf(run.volumeId));
    await pass(run, 90 * MINUTE_MS);
    const { status, plan } = await theIncident(run);
    expect(status).toBe('open');
    expect(plan?.reasons.join()).toContain('how the alarms stand now is unknown');
  });

  test('changes nothing when the alarm turned out to be OK before somebody said yes', async () => {
    const run = await told({ mode: 'approve' });
    stands(run, run.volumeId, 'OK');
    await pass(run, 2 * HOUR_MS);
    expect(await theIncident(run)).toMatchObject({ status: 'closed' });
    expect(changes(run)).toEqual([]);
  });
});

describe('an incident in which nothing changes any more', () => {
  test('ends as escalated after a day and a half, names the alarm, and is not opened by old news', async () => {
    const run = await told();
    await run.world.clock.advance(35 * HOUR_MS);
    expect(await theIncident(run)).toMatchObject({ status: 'open' });
    await run.world.clock.advance(3 * HOUR_MS);
    const { status, outcome, generation, plan } = await theIncident(run);
    expect(plan?.headline).toMatch(/; a person is needed$/);
    expect([status, outcome?.kind, generation]).toEqual(['closed', 'escalated', 1]);
    expect(outcome?.summary).toContain(`${alarmNameOf(run.volumeId)} is in ALARM still`);
  }, 120_000);
});
