import { describe, expect, test } from 'vitest';
import { learnedText, withLearned } from '../../functions/ebs-saturation/decide/learned.ts';
import { noteMaximum, readMaxima } from '../../functions/ebs-saturation/maxima.ts';
import { heeds } from '../../functions/ebs-saturation/plans/lessons.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import type { StepRecord } from '../../shared/incident/incident.ts';
import { MemoryTable } from '../../simulator/table.ts';
import { NOW, policyOf, read, volumeOf } from './decide-support.ts';
import { alarm, answer, changes, ebsRun, pass, saturated, theIncident } from './ebs-world.ts';

const PLACE = { account: '210987654321', region: 'eu-west-1' };

async function volumeIn({ world, volumeId }: ReturnType<typeof ebsRun>) {
  const [volume] = await world.ebs.port().describeVolumes([volumeId]);
  return volume;
}

describe('a Region whose gp3 gives less than the config says', () => {
  test('EC2 names the most, and a smaller step is planned and made: one each', async () => {
    const run = ebsRun();
    run.world.ebs.gp3Ceiling = 4_000;
    await saturated(run);
    expect(await volumeIn(run)).toMatchObject({ iops: 4_000, throughputMib: 125 });
    const { records, plan } = await theIncident(run);
    expect(records).toMatchObject([
      { state: 'failed', step: { goal: { to: { iops: 4_500 } } } },
      { state: 'done', step: { goal: { to: { iops: 4_000 } } } },
    ]);
    expect(plan?.reasons.join('; ')).toMatch(/EC2 said at 2\d.*: 4000 IOPS is the most of gp3 here/);
    expect(changes(run)).toEqual(['modifyVolume', 'modifyVolume']);
  });

  test('the throughput as well', async () => {
    const run = ebsRun();
    run.world.ebs.gp3Throughput = 150;
    await saturated(run, { iops: 1_000, throughputMib: 400 });
    expect(await volumeIn(run)).toMatchObject({ iops: 3_000, throughputMib: 150 });
    expect(changes(run)).toHaveLength(2);
  });

  test('is remembered: the next shortage asks for no more than that', async () => {
    const run = ebsRun();
    run.world.ebs.gp3Ceiling = 4_000;
    await saturated(run, { iops: 3_900, throughputMib: 50 });
    alarm(run, run.volumeId, 'OK');
    await pass(run, 9 * HOUR_MS);
    expect(await theIncident(run)).toMatchObject({ status: 'closed', outcome: { kind: 'fixed' } });
    await saturated(run, { iops: 9_000, throughputMib: 50 });
    const { plan, records } = await theIncident(run);
    expect(plan?.reasons.join('; ')).toContain('at its ceiling: gp3 of 100 GiB has at most 4000 IOPS');
    expect(records).toEqual([]);
    expect(changes(run)).toHaveLength(2);
  });

  test('in mode approve the smaller step is a question of its own', async () => {
    const run = ebsRun({ mode: 'approve' });
    run.world.ebs.gp3Ceiling = 4_000;
    await saturated(run);
    await answer(run, 'approved');
    await pass(run, 5 * MINUTE_MS);
    const asked = (await theIncident(run)).questions.filter((question) => question.answer === undefined);
    expect(asked).toMatchObject([{ step: { goal: { to: { iops: 4_000 } } } }]);
    expect(await volumeIn(run)).toMatchObject({ iops: 3_000 });
    await answer(run, 'approved');
    await pass(run, 5 * MINUTE_MS);
    expect(await volumeIn(run)).toMatchObject({ iops: 4_000 });
  });

  test('where EC2 takes nothing that it names, it ends after one try of each', async () => {
    const run = ebsRun();
    run.world.ebs.gp3Ceiling = 4_000;
    const { modifyVolume } = run.world.ebs;
    run.world.ebs.modifyVolume = async (request) => {
      // Says 4,000, and does not take it.
      return await modifyVolume({ ...request, Iops: Math.max(4_001, request.Iops ?? 0) });
    };
    await saturated(run);
    await pass(run, HOUR_MS);
    expect(changes(run)).toHaveLength(2);
    expect((await theIncident(run)).records.map(({ state }) => state)).toEqual(['failed', 'failed']);
    alarm(run, run.volumeId, 'OK');
    await pass(run, 20 * MINUTE_MS);
    const { outcome } = await theIncident(run);
    expect(outcome).toMatchObject({ kind: 'escalated', summary: expect.stringContaining('maximum is 4000') });
  });
});

describe('what was learned', () => {
  test('is of one account and Region, and forgotten after 30 days', async () => {
    const table = new MemoryTable();
    await noteMaximum(table, PLACE, { of: 'iops', value: 16_000 }, NOW - 20 * DAY_MS);
    await noteMaximum(table, PLACE, { of: 'throughputMib', value: 1_000 }, NOW);
    expect(await readMaxima(table, PLACE, NOW)).toEqual({
      iops: { value: 16_000, at: NOW - 20 * DAY_MS },
      throughputMib: { value: 1_000, at: NOW },
    });
    expect(await readMaxima(table, PLACE, NOW + 10 * DAY_MS)).not.toHaveProperty('iops');
    expect(await readMaxima(table, { ...PLACE, region: 'eu-central-1' }, NOW)).toEqual({});
  });

  const current = volumeOf('gp3', 100, 3_000, 125);
  const learned = read({ iops: { value: 16_000, at: NOW } });

  test('lowers what the config says and never raises it', () => {
    expect(withLearned(policyOf(), learned, current).gp3).toEqual({
      maxIops: 16_000,
      maxThroughputMib: 2_000,
    });
    const less = policyOf({ gp3: { maxIops: 10_000 } });
    expect(withLearned(less, learned, current).gp3.maxIops).toBe(10_000);
    expect(learnedText(less, learned, current)).toEqual([]);
  });

  test('is not believed of a volume that has more, nor of another type', () => {
    expect(withLearned(policyOf(), learned, { ...current, iops: 20_000 }).gp3.maxIops).toBe(80_000);
    expect(withLearned(policyOf(), learned, volumeOf('io2', 100, 3_000, 768)).gp3.maxIops).toBe(80_000);
  });
});

describe('a smaller step after a refusal', () => {
  const lesson = (value: number): Pick<StepRecord, 'state' | 'memory'> => ({
    state: 'failed',
    memory: { maximum: { of: 'iops', value } },
  });
  const to = volumeOf('gp3', 100, 4_000, 125);

  test('must heed every maximum that was named, and follows nothing that ended otherwise', () => {
    expect(heeds([], to)).toBe(true);
    expect(heeds([lesson(5_000), lesson(4_000)], to)).toBe(true);
    expect(heeds([lesson(3_999)], to)).toBe(false);
    expect(heeds([lesson(4_000), { state: 'failed' }], to)).toBe(false);
    expect(heeds([{ state: 'denied' }], to)).toBe(false);
  });

  test('comes three times at the most, whatever EC2 names', () => {
    const falling = [7_000, 6_000, 5_000, 4_500].map(lesson);
    expect(heeds(falling.slice(0, 3), to)).toBe(true);
    expect(heeds(falling, to)).toBe(false);
  });
});
