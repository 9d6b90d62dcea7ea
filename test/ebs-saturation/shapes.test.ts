import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { TROUBLE } from '../../functions/ebs-saturation/events.ts';
import { isoTime, MINUTE_MS } from '../../shared/clock.ts';
import { changes, type EbsRun, ebsRun, pass, saturated, theIncident } from './ebs-world.ts';

/** A sample as if it had just happened, about this volume. */
function send({ world, simulation }: EbsRun, file: string, change: (event: Sample) => void = () => {}): void {
  const event = JSON.parse(readFileSync(new URL(`../../events/${file}`, import.meta.url), 'utf8')) as Sample;
  const time = isoTime(world.clock.now());
  event.time = time;
  event.detail.state.timestamp = time;
  change(event);
  simulation.send(TROUBLE, JSON.stringify(event));
}

interface Sample {
  time: string;
  account: string;
  detail: { state: { timestamp: string; reasonData?: string }; alarmContributor?: { attributes: object } };
}

const about = (id: string) => (event: Sample) => {
  const text = JSON.stringify(event).replaceAll(/vol-[0-9a-f]{17}/g, id);
  Object.assign(event, JSON.parse(text));
};

async function short(): Promise<EbsRun> {
  const run = ebsRun();
  await run.world.clock.advance(MINUTE_MS);
  run.world.ebsLoad.set(run.volumeId, { iops: 4_000, throughputMib: 50 });
  await run.world.clock.advance(40 * MINUTE_MS);
  return run;
}

describe('whatever shape an alarm has, the volume is treated', () => {
  test.each([
    'ebs-alarm-iops.json',
    'ebs-alarm-throughput.json',
    'ebs-alarm-volumes-math.json',
    'ebs-contributor.json',
    'ebs-contributor-two-dimensions.json',
  ])('%s', async (file) => {
    const run = await short();
    send(run, file, about(run.volumeId));
    await pass(run, 10 * MINUTE_MS);
    expect(changes(run)).toEqual(['modifyVolume']);
    expect((await theIncident(run)).subject).toEqual({ kind: 'volume', id: run.volumeId });
  });

  test('a composite: the alarms under it that are in ALARM say which volume', async () => {
    const run = await short();
    const metric = (id: string, StateValue: 'ALARM' | 'OK') => ({
      StateValue,
      Namespace: 'AWS/EBS',
      MetricName: 'VolumeIOPSExceededCheck',
      Dimensions: [{ Name: 'VolumeId', Value: id }],
    });
    const { alarms } = run.world;
    alarms.putMetric('loud', metric(run.volumeId, 'ALARM'));
    alarms.putMetric('calm', metric('vol-0123456789abcdef0', 'OK'));
    const arn = alarms.putComposite('storage', {
      AlarmRule: 'ALARM("loud") OR ALARM("calm")',
      StateValue: 'ALARM',
    });
    send(run, 'ebs-alarm-composite.json', (event) => {
      const own = JSON.parse(
        JSON.stringify(event).replaceAll(/arn:aws:cloudwatch:[^"\\]+:alarm:[^"\\]+/g, arn),
      );
      Object.assign(event, own);
    });
    await pass(run, 10 * MINUTE_MS);
    expect((await theIncident(run)).subject).toEqual({ kind: 'volume', id: run.volumeId });
    expect(changes(run)).toEqual(['modifyVolume']);
  });
});

describe('what is not ours, or not there', () => {
  test('of several volumes of one alarm, one that is gone does not keep the others from being treated', async () => {
    const run = await short();
    const gone = 'vol-00000000000000001';
    let order = [gone, run.volumeId];
    send(run, 'ebs-alarm-volumes-math.json', (event) => {
      const text = JSON.stringify(event).replaceAll(/vol-[0-9a-f]{17}/g, () => {
        const [first = run.volumeId, ...rest] = order;
        order = rest;
        return first;
      });
      Object.assign(event, JSON.parse(text));
    });
    await pass(run, 10 * MINUTE_MS);
    expect(changes(run)).toEqual(['modifyVolume']);
    expect(run.world.queue.parked).toEqual([]);
    expect(run.simulation.metrics.total('Signals', { disposition: 'gone' })).toBe(1);
  });

  test('a composite over alarms that are none of ours is counted as ignored', async () => {
    const run = ebsRun();
    const arn = run.world.alarms.putComposite('cpu', { AlarmRule: 'ALARM("x")', StateValue: 'ALARM' });
    send(run, 'ebs-alarm-composite.json', (event) => {
      Object.assign(event, { resources: [arn] });
      event.detail.state.reasonData = '{}';
    });
    await pass(run, 5 * MINUTE_MS);
    const said = run.world.queue.parked.length + (await run.simulation.incidents()).length;
    expect(said).toBe(0);
    expect(run.simulation.metrics.total('Signals', { disposition: 'ignored' })).toBe(1);
  });

  test('an event of another account opens nothing', async () => {
    const run = ebsRun();
    send(run, 'ebs-alarm-foreign-account.json');
    await pass(run, 10 * MINUTE_MS);
    expect(await run.simulation.incidents()).toEqual([]);
    expect(run.world.queue.parked).toEqual([]);
  });

  test('a volume attached to several instances is left to a person', async () => {
    const run = ebsRun();
    run.world.ebs.shape(run.volumeId, { type: 'io2', iops: 3_000, multiAttach: true });
    await saturated(run);
    expect(changes(run)).toEqual([]);
  });

  test('a root volume without the tag is proposed only, and the plan says which tag', async () => {
    const run = ebsRun();
    const [instance] = [...run.world.fleet.instances.values()];
    const root = instance === undefined ? undefined : run.world.ebs.on(instance)[0];
    if (root === undefined) throw new Error('no root volume');
    await saturated({ ...run, volumeId: root.id });
    expect(changes(run)).toEqual([]);
    expect((await theIncident(run)).plan?.reasons.join()).toContain('tag it paramedic=true');
  });
});
