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
  sendAlarm,
  stands,
  theIncident,
} from './ebs-world.ts';

/** In ALARM since now, and no event says so. */
async function unheard(options: Parameters<typeof ebsRun>[0] = { mode: 'observe' }): Promise<EbsRun> {
  const run = ebsRun(options);
  await run.world.clock.advance(MINUTE_MS);
  run.world.ebsLoad.set(run.volumeId, { iops: 6_000, throughputMib: 60 });
  await run.world.clock.advance(40 * MINUTE_MS);
  stands(run, run.volumeId, 'ALARM');
  return run;
}

const incidents = async ({ simulation }: EbsRun) => (await simulation.incidents()).length;
const asked = ({ world }: EbsRun, method: string) =>
  world.calls.calls.filter((call) => call.port === 'alarms' && call.method === method).length;

describe('an alarm in ALARM that no event told of', () => {
  test('is found by the sweep and treated as if its event had come', async () => {
    const run = await unheard({ mode: 'auto' });
    await pass(run, 15 * MINUTE_MS);
    expect((await theIncident(run)).subject).toEqual({ kind: 'volume', id: run.volumeId });
    expect(changes(run)).toEqual(['modifyVolume']);
  });

  test('is one incident when its event comes after all, before or after its end', async () => {
    const run = await unheard();
    const event = { state: 'ALARM', at: run.world.clock.now() } as const;
    await pass(run, 10 * MINUTE_MS);
    expect(await theIncident(run)).toMatchObject({ generation: 1, signals: [{}] });
    sendAlarm(run, run.volumeId, event);
    await pass(run, 10 * MINUTE_MS);
    expect(await theIncident(run)).toMatchObject({ status: 'open', generation: 1, signals: [{}] });
    alarm(run, run.volumeId, 'OK');
    await pass(run, 20 * MINUTE_MS);
    sendAlarm(run, run.volumeId, event);
    await pass(run, 10 * MINUTE_MS);
    expect(await theIncident(run)).toMatchObject({ status: 'closed', generation: 1 });
  });

  test('opens however long ago it began: Paramedic may have come later', async () => {
    const run = await unheard();
    await run.world.clock.advance(5 * HOUR_MS);
    await pass(run, 10 * MINUTE_MS);
    expect(await theIncident(run)).toMatchObject({ status: 'open' });
  });

  test('is told once, however often the sweep sees it', async () => {
    const run = await unheard();
    await pass(run, 30 * MINUTE_MS);
    const told = run.world.topic.messages.filter(({ body }) => body.includes('no event told of'));
    expect(told).toHaveLength(1);
    expect((await theIncident(run)).signals).toHaveLength(1);
  });

  test('is not opened again after its end while it only stays as it was', async () => {
    const run = await unheard();
    await pass(run, 10 * MINUTE_MS);
    const { id } = await theIncident(run);
    await run.simulation.ledger.changeAny(id, (incident) => ({
      ...incident,
      status: 'closed',
      closedAt: run.world.clock.now(),
      outcome: { kind: 'escalated', summary: 'no end in sight', details: [] },
    }));
    await pass(run, 20 * MINUTE_MS);
    expect(await theIncident(run)).toMatchObject({ status: 'closed', generation: 1 });
  });

  test('is given time to be told of by its event: nobody hears of one that is on its way', async () => {
    const run = await unheard();
    const event = { state: 'ALARM', at: run.world.clock.now() } as const;
    await run.world.clock.advance(MINUTE_MS);
    await run.simulation.sweep();
    sendAlarm(run, run.volumeId, event);
    await pass(run, 10 * MINUTE_MS);
    expect((await theIncident(run)).signals).toMatchObject([{ data: { previous: 'OK' } }]);
    expect(run.world.topic.messages.filter(({ body }) => body.includes('no event told of'))).toEqual([]);
  });

  test('whose owner cannot be read opens nothing yet, and people are told why', async () => {
    const rule = { port: 'volumes', method: 'describeVolumes', fault: { kind: 'unauthorised' } } as const;
    const run = await unheard({ mode: 'observe', faults: new FaultPlan([rule]) });
    await pass(run, 15 * MINUTE_MS);
    expect(await incidents(run)).toBe(0);
    const told = run.world.topic.messages.filter(({ body }) => body.includes('unknown: ec2:DescribeVolumes'));
    expect(told).toHaveLength(1);
  });

  test('where the trouble is off opens nothing, is no news, and is not counted with every sweep', async () => {
    const run = await unheard({ mode: 'off' });
    await pass(run, 15 * MINUTE_MS);
    expect(await incidents(run)).toBe(0);
    expect(run.world.topic.messages).toEqual([]);
    expect(run.simulation.metrics.total('Signals', { disposition: 'off' })).toBe(0);
  });

  test('about a volume that is gone opens nothing and is no news', async () => {
    const run = await unheard();
    run.world.ebs.describeVolumes = async () => ({ Volumes: [] });
    await pass(run, 15 * MINUTE_MS);
    expect(await incidents(run)).toBe(0);
    expect(run.world.topic.messages).toEqual([]);
  });

  test('costs one call where nothing is in ALARM', async () => {
    const run = ebsRun();
    await run.simulation.sweep();
    expect(run.world.calls.calls.filter(({ port }) => port === 'alarms')).toHaveLength(1);
    expect(asked(run, 'listFiring')).toBe(1);
  });
});

describe('an alarm that is held back', () => {
  test('by a mute rule stays silent, and is treated once the rule is over', async () => {
    const run = await unheard();
    run.world.alarms.mute(alarmNameOf(run.volumeId));
    await pass(run, 30 * MINUTE_MS);
    expect(await incidents(run)).toBe(0);
    run.world.alarms.unmute(alarmNameOf(run.volumeId));
    await pass(run, 10 * MINUTE_MS);
    expect(await theIncident(run)).toMatchObject({ status: 'open' });
  });

  test('by nobody is treated while a rule mutes another', async () => {
    const run = await unheard();
    run.world.alarms.mute('another');
    await pass(run, 10 * MINUTE_MS);
    expect(await incidents(run)).toBe(1);
  });

  test('as far as can be told, because mute rules cannot be read, stays silent, and people are told why', async () => {
    const rule = { port: 'alarms', method: 'hasActiveMute', fault: { kind: 'unauthorised' } } as const;
    const run = await unheard({ mode: 'observe', faults: new FaultPlan([rule]) });
    await pass(run, 15 * MINUTE_MS);
    expect(await incidents(run)).toBe(0);
    const told = run.world.topic.messages.map(({ body }) => body).join();
    expect(told).toContain('left alone: cloudwatch:ListAlarmMuteRules');
  });

  test('by its actions, which somebody switched off, stays silent', async () => {
    const run = await unheard();
    run.world.alarms.putMetric('quiet', {
      StateValue: 'ALARM',
      StateTransitionedTimestamp: new Date(run.world.clock.now()),
      ActionsEnabled: false,
      Namespace: 'AWS/EBS',
      MetricName: 'VolumeIOPSExceededCheck',
      Dimensions: [{ Name: 'VolumeId', Value: run.volumeId }],
    });
    run.world.alarms.delete(alarmNameOf(run.volumeId));
    await pass(run, 10 * MINUTE_MS);
    expect(await incidents(run)).toBe(0);
  });
});
