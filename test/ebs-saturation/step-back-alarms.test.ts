import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { TROUBLE } from '../../functions/ebs-saturation/events.ts';
import { stepBackInput } from '../../functions/ebs-saturation/looks.ts';
import { ebsSaturationSection } from '../../functions/ebs-saturation/policy.ts';
import { ALARM } from '../../functions/ebs-saturation/signals.ts';
import { HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { known, unknown } from '../../shared/fact.ts';
import { VOLUME_COURSES } from '../../simulator/ebs-courses.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { policyOf } from './decide-support.ts';
import { alarm, changes, type EbsRun, pass, theIncident } from './ebs-world.ts';
import { askedAt, BUSY, hours, provisioned, use, wasRaised } from './step-back-world.ts';

/** The hour in which a week is over, and EC2 has just been asked to lower the volume. */
async function beingLowered(): Promise<EbsRun> {
  const run = await wasRaised();
  run.world.ebs.follow(run.volumeId, VOLUME_COURSES.slow);
  await use(run);
  await hours(run, 7 * 24);
  await run.world.clock.advance(MINUTE_MS);
  return run;
}

describe('an alarm while EC2 lowers the volume', () => {
  test('does not stop what cannot be called back: it is followed to its end', async () => {
    const run = await beingLowered();
    expect(await theIncident(run)).toMatchObject({ records: [{ state: 'running' }] });
    await use(run, BUSY);
    alarm(run, run.volumeId, 'ALARM');
    await pass(run, 20 * MINUTE_MS);
    expect(await theIncident(run)).toMatchObject({ status: 'open', records: [{ state: 'done' }] });
    expect(await provisioned(run)).toMatchObject({ iops: 3_000 });
  });

  test('raises it again once EC2 has completed that and six hours have passed', async () => {
    const run = await beingLowered();
    const [loweredAt = 0] = askedAt(run);
    await use(run, BUSY);
    alarm(run, run.volumeId, 'ALARM');
    await pass(run, 8 * HOUR_MS);
    expect(await theIncident(run)).toMatchObject({ generation: 1, records: [{}, { state: 'done' }] });
    expect(await provisioned(run)).toMatchObject({ iops: 4_500 });
    expect((askedAt(run)[1] ?? 0) - loweredAt).toBeGreaterThanOrEqual(6 * HOUR_MS);
  });
});

/** An alarm on the instance of the volume has opened an incident. */
async function instanceRings({ world, simulation, volumeId }: EbsRun): Promise<string> {
  const { account, region } = world.spec;
  const [volume] = await world.ebs.port().describeVolumes([volumeId]);
  const id = volume?.attachments[0]?.instanceId ?? '';
  const at = world.clock.now();
  await simulation.ledger.accept(
    {
      kind: ALARM,
      subject: { kind: 'instance', id },
      occurredAt: at,
      eventId: 'e-1',
      account,
      region,
      meaning: `${ALARM}:host`,
      data: { alarmName: 'host', state: 'ALARM', opens: true },
    },
    { trouble: TROUBLE, cluster: { account, region, name: 'prod' } },
  );
  return id;
}

test('a volume whose instance has an open incident is left alone', async () => {
  const run = await wasRaised({ changes: { stepBack: { enabled: true, quietFor: '1d' } } });
  await use(run);
  const id = await instanceRings(run);
  await hours(run, 30);
  expect(await theIncident(run)).toMatchObject({ status: 'open', subject: { id } });
  expect(changes(run)).toEqual([]);
});

test('so is one whose step back was begun, and of which EC2 could not be asked yet', async () => {
  const faults = new FaultPlan();
  const answers = faults.add({ port: 'volumes', method: 'modifyVolume', fault: { kind: 'throttle' } });
  const run = await wasRaised({ faults });
  await use(run);
  await hours(run, 7 * 24);
  await run.world.clock.advance(MINUTE_MS);
  expect(await theIncident(run)).toMatchObject({ records: [{ state: 'running' }] });
  await instanceRings(run);
  await run.world.clock.advance(10 * MINUTE_MS);
  answers();
  await hours(run, 30);
  expect(await provisioned(run)).toMatchObject({ iops: 4_500 });
});

test('what was quiet before its last change says nothing of the volume it is now', () => {
  const at = Date.parse('2026-11-20T12:00:00Z');
  const was = { type: 'gp3', sizeGib: 100, iops: 3_000, throughputMib: 125 } as const;
  const volume = { id: 'vol-1', ...was, iops: 4_500, state: 'in-use', multiAttach: false, zone: 'a' };
  const ours = { ...was, iops: 4_500 };
  const made = [
    { key: 'a', at: at - 5 * HOUR_MS },
    { key: 'b', at: at - HOUR_MS },
  ];
  const facts = {
    volume: known({ ...volume, attachments: [], tags: {} }, 'EC2', at),
    modification: known(null, 'EC2', at),
    changes: known({ made, original: was, base: was, ours }, 'the ledger', at),
    isRoot: unknown('not read', 'EC2', at),
    claim: known(null, 'Kubernetes', at),
  };
  const policy = { ...v.parse(ebsSaturationSection, {}), changes: policyOf() };
  const unread = unknown('not read', 'CloudWatch', at);
  const use = { quietSince: known(0, 'CloudWatch', at), p99: unread, quietWith: unread };
  const input = stepBackInput({ facts, policy, now: at }, use, 'eu-west-1');
  expect(input?.quietSince).toMatchObject({ known: true, value: at - HOUR_MS });
  expect(input?.original).toEqual(was);
});
