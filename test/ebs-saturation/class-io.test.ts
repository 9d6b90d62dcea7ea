import { describe, expect, test } from 'vitest';
import { fittingClass } from '../../functions/ebs-saturation/plans/attributes-class.ts';
import { HOUR_MS } from '../../shared/clock.ts';
import type { VolumeAttributesClass } from '../../shared/ports/kubernetes.ts';
import { volumeOf } from './decide-support.ts';
import { changes, type EbsRun, ebsRun, pass, saturated, theIncident, withClass } from './ebs-world.ts';

const FROM = volumeOf('io2', 100, 3_000, 768);
const TO = volumeOf('io2', 100, 4_500, 1_152);

function classOf(name: string, parameters: Record<string, string>): VolumeAttributesClass {
  return { metadata: { name }, driverName: 'ebs.csi.aws.com', parameters };
}

describe('choosing a VolumeAttributesClass for io1 and io2', () => {
  test('the least that gives enough, with the throughput that comes with its IOPS', () => {
    const classes = [
      classOf('huge', { type: 'io2', iops: '16000' }),
      classOf('fits', { type: 'io2', iops: '5000' }),
      classOf('small', { type: 'io2', iops: '4000' }),
    ];
    const fitting = fittingClass(classes, { from: FROM, to: TO }, () => true);
    expect(fitting).toEqual({ name: 'fits', to: volumeOf('io2', 100, 5_000, 1_280) });
  });

  test('one without a type leaves the volume what it is', () => {
    const bare = [classOf('bare', { iops: '5000' })];
    expect(fittingClass(bare, { from: FROM, to: TO }, () => true)?.to.type).toBe('io2');
  });

  test.each([
    ['another type, cheaper', { type: 'gp3', iops: '5000', throughput: '1250' }],
    ['another type, older', { type: 'io1', iops: '5000' }],
    ['a throughput, which EC2 refuses', { type: 'io2', iops: '5000', throughput: '1280' }],
    ['no IOPS', { type: 'io2' }],
    ['IOPS for each GiB, which the driver does not take here', { type: 'io2', iopsPerGB: '50' }],
    ['fewer IOPS', { type: 'io2', iops: '4499' }],
  ])('never one with %s', (_, parameters) => {
    expect(fittingClass([classOf('odd', parameters)], { from: FROM, to: TO }, () => true)).toBeUndefined();
  });
});

function io2Run(classes: { name: string; parameters: Record<string, string> }[], most: number): EbsRun {
  return ebsRun({
    changes: { maxMonthlyIncrease: most },
    world: withClass('standard', [
      { name: 'standard', parameters: { type: 'io2', iops: '3000' } },
      ...classes,
    ]),
  });
}

const FAST = { name: 'fast', parameters: { type: 'io2', iops: '5000' } };

describe('a claim of an io2 volume that names a VolumeAttributesClass', () => {
  test('is let name the one that fits, the driver carries it out, and the cost is said', async () => {
    const run = io2Run([FAST], 500);
    await saturated(run, { iops: 4_000, throughputMib: 50 });
    await pass(run, HOUR_MS);
    expect(changes(run)).toEqual(['patchPersistentVolumeClaim']);
    const [volume] = await run.world.ebs.port().describeVolumes([run.volumeId]);
    expect(volume).toMatchObject({ type: 'io2', iops: 5_000, sizeGib: 100 });
    const { records } = await theIncident(run);
    expect(records).toMatchObject([{ state: 'done', step: { goal: { class: 'fast' } } }]);
    expect(records[0]?.step.reason).toContain('$229.80 → $373.80 a month, +$144.00');
  });

  test('beyond what the config pays none is named', async () => {
    const run = io2Run([FAST], 140);
    await saturated(run, { iops: 4_000, throughputMib: 50 });
    expect(changes(run)).toEqual([]);
  });

  test('where none fits the one that is needed is said, without a throughput', async () => {
    const run = io2Run([{ name: 'gp3', parameters: { type: 'gp3', iops: '6000', throughput: '1500' } }], 500);
    await saturated(run, { iops: 4_000, throughputMib: 50 });
    expect(changes(run)).toEqual([]);
    const reasons = (await theIncident(run)).plan?.reasons.join('; ');
    expect(reasons).toContain('a VolumeAttributesClass with type io2 and iops 4500, named by data/');
  });
});
