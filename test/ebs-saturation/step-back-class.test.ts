import { describe, expect, test } from 'vitest';
import { HOUR_MS } from '../../shared/clock.ts';
import type { Mode } from '../../shared/config/policy.ts';
import {
  answer,
  changes,
  type EbsRun,
  ebsRun,
  pass,
  saturated,
  theIncident,
  withClass,
} from './ebs-world.ts';
import { BUSY, days, hours, provisioned, use } from './step-back-world.ts';

const gp3 = (iops: number) => ({ type: 'gp3', iops: `${iops}`, throughput: '125' });

/** A claim that was let name `fast`, with as many IOPS, and whose incident has ended. */
async function raisedByClass(
  classes: Record<string, number>,
  original: string,
  mode: Mode = 'auto',
): Promise<EbsRun> {
  const run = ebsRun({
    mode,
    changes: { stepBack: { enabled: true } },
    world: withClass(
      original,
      Object.entries(classes).map(([name, iops]) => ({
        name,
        parameters: gp3(iops),
      })),
    ),
  });
  await saturated(run, BUSY);
  if (mode === 'approve') await answer(run, 'approved');
  await pass(run, 3 * HOUR_MS);
  await use(run);
  return run;
}

function classOf({ world }: EbsRun): unknown {
  const [claim] = world.clusters.get('prod')?.claims.list() ?? [];
  return (claim?.spec as { volumeAttributesClassName?: string } | undefined)?.volumeAttributesClassName;
}

describe('a volume whose claim was let name another VolumeAttributesClass', () => {
  test('names the one before again, and EC2 is never asked behind the driver', async () => {
    const run = await raisedByClass({ standard: 3_000, fast: 5_000 }, 'standard');
    expect(await provisioned(run)).toMatchObject({ iops: 5_000 });
    await days(run, 9);
    expect(await provisioned(run)).toMatchObject({ iops: 3_000 });
    expect(classOf(run)).toBe('standard');
    expect(changes(run)).toEqual(['patchPersistentVolumeClaim', 'patchPersistentVolumeClaim']);
    const { records, outcome } = await theIncident(run);
    expect(records).toMatchObject([{ state: 'done', step: { goal: { fromClass: 'fast' } } }]);
    expect(outcome).toMatchObject({ kind: 'fixed' });
  });

  test('keeps the class it has where no lesser one gives what it needs', async () => {
    const run = await raisedByClass({ standard: 3_000, fast: 5_000 }, 'standard');
    run.world.ebsLoad.set(run.volumeId, { iops: 2_600, throughputMib: 20 });
    await days(run, 9);
    expect(await provisioned(run)).toMatchObject({ iops: 5_000 });
    const { outcome, generation } = await theIncident(run);
    expect(generation).toBe(2);
    expect(outcome).toMatchObject({ kind: 'ignored' });
    expect(outcome?.summary).toContain('iops 3380 and throughput 125');
  });

  test('what the lesser class costs is told as the cost of the step, and beside it what is needed', async () => {
    const run = await raisedByClass({ standard: 3_000, middle: 4_000, fast: 5_000 }, 'standard', 'approve');
    run.world.ebsLoad.set(run.volumeId, { iops: 2_600, throughputMib: 20 });
    await days(run, 8);
    const { plan, questions } = await theIncident(run);
    expect(questions[0]?.step).toMatchObject({
      goal: { class: 'middle' },
      reason: expect.stringContaining('$19.80 → $14.30 a month'),
    });
    expect(plan?.reasons.filter((line) => line.includes('a month'))).toEqual([
      expect.stringMatching(/^needed is gp3 with 3380 IOPS and 125 MiB\/s: \$19\.80 → \$10\.89 a month/),
    ]);
  });

  test('is never let name a class that is gone by the time of the yes', async () => {
    const classes = { standard: 3_000, twin: 3_000, fast: 5_000 };
    const run = await raisedByClass(classes, 'standard', 'approve');
    await days(run, 8);
    expect((await theIncident(run)).questions).toMatchObject([{ step: { goal: { class: 'standard' } } }]);
    run.world.clusters.get('prod')?.cluster.spec.volumeAttributesClasses?.shift();
    await answer(run, 'approved');
    await hours(run, 1);
    expect(classOf(run)).toBe('fast');
    expect((await theIncident(run)).questions.at(-1)).toMatchObject({ step: { goal: { class: 'twin' } } });
  });
});
