import { describe, expect, test } from 'vitest';
import { TROUBLE } from '../../functions/ebs-saturation/events.ts';
import { ALARM } from '../../functions/ebs-saturation/signals.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { changes, type EbsRun, pass } from './ebs-world.ts';
import { days, hours, provisioned, QUIET, use, wasRaised } from './step-back-world.ts';

const WEEK_HOURS = 7 * 24;

/** Every so often two minutes of it, beside next to nothing. */
function peaks({ world, volumeId }: EbsRun, iops: number, everyMs: number): void {
  const start = world.clock.now();
  const isPeak = (minute: number) => (minute - start) % everyMs < 2 * MINUTE_MS;
  const demand = (minute: number) => (isPeak(minute) ? { iops, throughputMib: 20 } : QUIET);
  world.ebsLoad.set(volumeId, demand, start);
}

/** An incident about the instance that the volume is attached to. */
async function hostAlarm({ world, simulation, volumeId }: EbsRun): Promise<string> {
  const { account, region } = world.spec;
  const [volume] = await world.ebs.port().describeVolumes([volumeId]);
  const id = volume?.attachments[0]?.instanceId ?? '';
  const signal = {
    kind: ALARM,
    subject: { kind: 'instance', id },
    occurredAt: world.clock.now(),
    eventId: 'e-1',
    account,
    region,
    meaning: `${ALARM}:host`,
    data: { alarmName: 'host', state: 'ALARM', opens: true },
  } as const;
  const about = { trouble: TROUBLE, cluster: { account, region, name: 'prod' } };
  return (await simulation.ledger.accept(signal, about)).incident.id;
}

async function ofVolume({ simulation }: EbsRun) {
  return (await simulation.incidents()).find(({ subject }) => subject.kind === 'volume');
}

describe('what is needed is not given back', () => {
  test('one busy hour a week, which 99 of 100 hours leave out, is still a quiet one afterwards', async () => {
    const run = await wasRaised({ changes: { stepBack: { enabled: true, quietFor: '7d' } } });
    peaks(run, 3_400, 7 * DAY_MS);
    await days(run, 9);
    const { iops } = await provisioned(run);
    expect(iops).toBe(3_778);
    expect(3_400).toBeLessThan(iops * 0.9);
  });

  test('nor a little of it: for six hours after a step back no alarm could be answered', async () => {
    const run = await wasRaised();
    peaks(run, 3_200, HOUR_MS);
    await days(run, 9);
    expect(await provisioned(run)).toMatchObject({ iops: 4_500 });
    expect(changes(run)).toEqual([]);
  });
});

describe('an incident about the instance of the volume', () => {
  test('that opens while the question is open wins: a yes lowers nothing', async () => {
    const run = await wasRaised({ mode: 'approve' });
    await use(run);
    await hours(run, WEEK_HOURS + 4);
    expect(await ofVolume(run)).toMatchObject({ questions: [{}] });
    await answeredAfter(run, () => hostAlarm(run));
    await pass(run, 20 * MINUTE_MS);
    expect(changes(run)).toEqual([]);
    expect((await ofVolume(run))?.plan?.findings[0]?.evidence.join()).toMatch(/about its instance is open/);
  });

  test('that ended lately counts: it was no quiet time', async () => {
    const run = await wasRaised({ changes: { stepBack: { enabled: true, quietFor: '1d' } } });
    await use(run);
    const id = await hostAlarm(run);
    await hours(run, 6);
    await closed(run, id);
    await hours(run, 22);
    expect(await ofVolume(run)).toBeUndefined();
    await days(run, 2);
    expect(await provisioned(run)).toMatchObject({ iops: 3_000 });
  });
});

async function answeredAfter(run: EbsRun, happens: () => Promise<unknown>): Promise<void> {
  const { answerQuestions } = await import('../../shared/incident/answers.ts');
  const incident = await ofVolume(run);
  await happens();
  const given = { decision: 'approved', by: 'ana' } as const;
  const result = await answerQuestions(run.simulation.ledger, run.world.clock, incident?.id ?? '', given);
  if (result.result !== 'recorded' || result.callbackId === undefined) throw new Error(result.result);
  await run.simulation.workflows.wake(result.callbackId, 'answer');
}

async function closed({ simulation, world }: EbsRun, id: string): Promise<void> {
  await simulation.ledger.changeAny(id, (incident) => ({
    ...incident,
    status: 'closed',
    closedAt: world.clock.now(),
    outcome: { kind: 'ignored', summary: 'over', details: [] },
  }));
}

test('no answer ends it as expired, and holds as a no does', async () => {
  const run = await wasRaised({ mode: 'approve' });
  await use(run);
  await hours(run, WEEK_HOURS + 4);
  expect((await ofVolume(run))?.questions).toHaveLength(1);
  await hours(run, 30);
  expect(await ofVolume(run)).toMatchObject({ generation: 1, outcome: { kind: 'expired' } });
  await days(run, 5);
  expect(await ofVolume(run)).toMatchObject({ generation: 1 });
  expect(changes(run)).toEqual([]);
});
