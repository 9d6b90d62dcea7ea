import { describe, expect, test } from 'vitest';
import { readChanges } from '../../functions/ebs-saturation/changes.ts';
import { fittingClass } from '../../functions/ebs-saturation/plans/attributes-class.ts';
import type { Performance } from '../../functions/ebs-saturation/volume.ts';
import { HOUR_MS } from '../../shared/clock.ts';
import type { Mode } from '../../shared/config/policy.ts';
import type { VolumeAttributesClass } from '../../shared/ports/kubernetes.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { changes, type EbsRun, ebsRun, pass, saturated, theIncident, withClass } from './ebs-world.ts';

const FROM: Performance = { type: 'gp3', sizeGib: 100, iops: 3_000, throughputMib: 125 };
const TO: Performance = { ...FROM, iops: 4_500 };

function classOf(name: string, parameters: Record<string, string>): VolumeAttributesClass {
  return { metadata: { name }, driverName: 'ebs.csi.aws.com', parameters };
}

const gp3 = (iops: number, throughput = 125) => ({
  type: 'gp3',
  iops: `${iops}`,
  throughput: `${throughput}`,
});
const any = () => true;

describe('choosing a VolumeAttributesClass', () => {
  test('the least of those that give what is needed', () => {
    const classes = [classOf('huge', gp3(16_000)), classOf('fits', gp3(5_000)), classOf('small', gp3(4_000))];
    expect(fittingClass(classes, { from: FROM, to: TO }, any)).toEqual({
      name: 'fits',
      to: { ...FROM, iops: 5_000 },
    });
  });

  test.each([
    ['less throughput than it has', gp3(5_000, 100)],
    ['another type', { type: 'io2', iops: '5000' }],
    ['no IOPS: EC2 would fall back to its default', { type: 'gp3', throughput: '125' }],
    ['a word nobody knows here', { ...gp3(5_000), tagSpecification_1: 'a=b' }],
    ['one word twice, in two cases', { ...gp3(50_000), IOPS: '5000' }],
    ['a number that is none', { type: 'gp3', iops: '5k', throughput: '125' }],
  ])('never one with %s', (_, parameters) => {
    expect(fittingClass([classOf('odd', parameters)], { from: FROM, to: TO }, any)).toBeUndefined();
  });

  test('words in any case, and not what the config or the limits forbid', () => {
    const shouting = classOf('loud', { TYPE: 'gp3', IOPS: '5000', Throughput: '125' });
    expect(fittingClass([shouting], { from: FROM, to: TO }, any)?.name).toBe('loud');
    expect(fittingClass([shouting], { from: FROM, to: TO }, () => false)).toBeUndefined();
  });
});

function withClasses(
  classes: { name: string; parameters: Record<string, string> }[],
  changesOption: Record<string, unknown> = {},
  mode: Mode = 'auto',
  faults = new FaultPlan(),
): EbsRun {
  return ebsRun({
    faults,
    mode,
    changes: changesOption,
    world: withClass('standard', [{ name: 'standard', parameters: gp3(3_000) }, ...classes]),
  });
}

describe('a claim that names a VolumeAttributesClass', () => {
  test('in mode observe it names the same class as before', async () => {
    const run = withClasses([{ name: 'fast', parameters: gp3(5_000) }], {}, 'observe');
    await saturated(run, { iops: 4_000, throughputMib: 50 });
    expect((await theIncident(run)).records).toMatchObject([
      { state: 'observed', step: { action: 'change-attributes-class' } },
    ]);
    expect(changes(run)).toEqual([]);
  });

  test('is let name the one that fits, and the driver carries it out: the volume is never changed behind its back', async () => {
    const run = withClasses([{ name: 'fast', parameters: gp3(5_000) }]);
    await saturated(run, { iops: 4_000, throughputMib: 50 });
    await pass(run, HOUR_MS);
    expect(changes(run)).toEqual(['patchPersistentVolumeClaim']);
    const [volume] = await run.world.ebs.port().describeVolumes([run.volumeId]);
    expect(volume).toMatchObject({ iops: 5_000, sizeGib: 100 });
    expect((await theIncident(run)).records).toMatchObject([
      {
        state: 'done',
        step: { action: 'change-attributes-class', goal: { class: 'fast', fromClass: 'standard' } },
      },
    ]);
  });

  test('what the class costs is told as the cost of the step, and beside it what is needed', async () => {
    const run = withClasses([{ name: 'fast', parameters: gp3(5_000) }], {}, 'approve');
    await saturated(run, { iops: 4_000, throughputMib: 50 });
    const { plan, questions } = await theIncident(run);
    expect(questions[0]?.step.reason).toContain('$8.80 → $19.80 a month');
    expect(plan?.reasons.filter((line) => line.includes('a month'))).toEqual([
      expect.stringMatching(/^needed is gp3 with 4500 IOPS and 125 MiB\/s: \$8\.80 → \$17\.05 a month/),
    ]);
  });

  test('where none fits one is proposed, and none is made or edited', async () => {
    const run = withClasses([{ name: 'slow', parameters: gp3(3_500) }]);
    await saturated(run, { iops: 4_000, throughputMib: 50 });
    expect(changes(run)).toEqual([]);
    const reasons = (await theIncident(run)).plan?.reasons.join('; ');
    expect(reasons).toContain('proposed only: no class gives what is needed');
    expect(reasons).toContain('iops 4500 and throughput 125');
  });

  test.each([
    ['the ceiling of the config', 20_000, { ceiling: { iops: 16_000 } }],
    // m6i.4xlarge sustains 20,000.
    ['what its instance sustains', 24_000, { ceiling: { iops: 80_000 } }],
  ])('a class beyond %s is not taken, whatever may be paid for it', async (_, iops, changesOption) => {
    const run = withClasses([{ name: 'huge', parameters: gp3(iops) }], {
      ...changesOption,
      maxMonthlyIncrease: 1_000,
    });
    await saturated(run, { iops: 4_000, throughputMib: 50 });
    expect(changes(run)).toEqual([]);
    const reasons = (await theIncident(run)).plan?.reasons.join('; ');
    expect(reasons).toContain('proposed only: no class gives what is needed');
  });

  test('a class that it names already and that was never carried out is told, not named again', async () => {
    const run = withClasses([{ name: 'fast', parameters: gp3(5_000) }]);
    const kubernetes = run.world.clusters.get('prod');
    const [key] = (kubernetes?.claims.list() ?? []).map(
      ({ metadata: { namespace, name } }) => `${namespace}/${name}`,
    );
    for (let attempt = 0; attempt < 80; attempt++)
      run.world.ebs.refuseNext(run.volumeId, 'VolumeModificationRateExceeded');
    const { resourceVersion = '' } = kubernetes?.claims.get(key ?? '')?.metadata ?? {};
    kubernetes?.claims.patch(key ?? '', {
      metadata: { resourceVersion },
      spec: { volumeAttributesClassName: 'fast' },
    });
    await saturated(run, { iops: 4_000, throughputMib: 50 });
    const incident = await theIncident(run);
    expect(incident.records).toEqual([]);
    expect(incident.plan?.reasons.join('; ')).toContain('names class fast, and standard is still in effect');
  });

  test('where the API server refuses it, the ledger does not say that Paramedic made it', async () => {
    const rule = { port: 'kubernetes', method: 'patchPersistentVolumeClaim' } as const;
    const faults = new FaultPlan([{ ...rule, fault: { kind: 'unauthorised' } }]);
    const run = withClasses([{ name: 'fast', parameters: gp3(5_000) }], {}, 'auto', faults);
    await saturated(run, { iops: 4_000, throughputMib: 50 });
    expect((await theIncident(run)).records).toMatchObject([{ state: 'failed' }]);
    const { account, region } = run.world.spec;
    expect(await readChanges(run.world.table, { account, region }, run.volumeId)).toBeUndefined();
  });

  test('a driver that does not carry it out is told after an hour', async () => {
    const run = withClasses([{ name: 'fast', parameters: gp3(5_000) }]);
    run.world.ebs.refuseNext(run.volumeId, 'VolumeModificationRateExceeded');
    for (let attempt = 0; attempt < 40; attempt++)
      run.world.ebs.refuseNext(run.volumeId, 'VolumeModificationRateExceeded');
    await saturated(run, { iops: 4_000, throughputMib: 50 });
    await pass(run, 2 * HOUR_MS);
    const [record] = (await theIncident(run)).records;
    expect(record?.state).toBe('failed');
    expect(record?.summary).toContain('the driver has not carried out class fast');
  });
});
