import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { TROUBLE } from '../../functions/ebs-saturation/events.ts';
import { isoTime, MINUTE_MS } from '../../shared/clock.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { alarm, type EbsRun, ebsRun, pass, saturated, theIncident } from './ebs-world.ts';

/** An id that EC2 has never given. */
const GONE = 'vol-0f60718293a4b5c6d';

function send({ world, simulation }: EbsRun, file: string): void {
  const event = JSON.parse(readFileSync(new URL(`../../events/${file}`, import.meta.url), 'utf8'));
  const time = isoTime(world.clock.now());
  const text = JSON.stringify({ ...event, time }).replaceAll(/vol-[0-9a-f]{17}/g, GONE);
  simulation.send(TROUBLE, text);
}

/** From now on EC2 answers without any volume; gives back what it was. */
function vanish({ world }: EbsRun): () => void {
  const { describeVolumes } = world.ebs;
  world.ebs.describeVolumes = async () => ({ Volumes: [] });
  return () => {
    world.ebs.describeVolumes = describeVolumes;
  };
}

const ignored = ({ simulation }: EbsRun) => simulation.metrics.total('Signals', { disposition: 'gone' });

function unreadable(): FaultPlan {
  const fault = { kind: 'transient' } as const;
  return new FaultPlan([{ port: 'volumes', method: 'describeVolumes', fault }]);
}

describe('an event about a volume that EC2 does not have', () => {
  test.each(['ebs-alarm-ok.json', 'ebs-alarm-no-data.json', 'ebs-modify-completed.json'])(
    '%s opens nothing, nothing is open: it is ignored at its first try',
    async (file) => {
      const run = ebsRun();
      send(run, file);
      await run.world.clock.advance(MINUTE_MS);
      expect(ignored(run)).toBe(1);
      expect(run.world.queue.retries).toEqual([]);
      expect(run.world.queue.parked).toEqual([]);
    },
  );

  test('an ALARM is ignored once EC2 has said so again minutes later, and not before', async () => {
    const run = ebsRun();
    send(run, 'ebs-alarm-deleted-volume.json');
    await run.world.clock.advance(2 * MINUTE_MS);
    expect(ignored(run)).toBe(0);
    await pass(run, 15 * MINUTE_MS);
    expect(ignored(run)).toBe(1);
    expect(await run.simulation.incidents()).toEqual([]);
    expect(run.world.queue.parked).toEqual([]);
  });

  test('an ALARM about a new volume that EC2 does not show yet is treated when it does', async () => {
    const run = ebsRun();
    const show = vanish(run);
    alarm(run, run.volumeId, 'ALARM');
    await run.world.clock.advance(MINUTE_MS);
    show();
    await pass(run, 10 * MINUTE_MS);
    expect((await theIncident(run)).subject.id).toBe(run.volumeId);
    expect(ignored(run)).toBe(0);
  });

  test('its OK still joins the incident that is open', async () => {
    const run = ebsRun({ mode: 'observe' });
    await saturated(run);
    vanish(run);
    alarm(run, run.volumeId, 'OK');
    await pass(run, 20 * MINUTE_MS);
    expect(await theIncident(run)).toMatchObject({ status: 'closed' });
    expect(run.world.queue.parked).toEqual([]);
  });
});

test.each(['ebs-alarm-deleted-volume.json', 'ebs-alarm-ok.json', 'ebs-modify-completed.json'])(
  '%s while EC2 does not answer is retried and then parked with the reason: unknown is not gone',
  async (file) => {
    const run = ebsRun({ faults: unreadable() });
    send(run, file);
    await pass(run, 15 * MINUTE_MS);
    expect(run.world.queue.retries.length).toBeGreaterThanOrEqual(2);
    expect(run.world.queue.parked.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('owner unknown: ec2:DescribeVolumes'),
    ]);
    expect(ignored(run)).toBe(0);
  },
);
