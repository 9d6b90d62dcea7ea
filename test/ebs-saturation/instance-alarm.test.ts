import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { TROUBLE } from '../../functions/ebs-saturation/events.ts';
import { HOUR_MS, isoTime, MINUTE_MS } from '../../shared/clock.ts';
import { answerQuestions } from '../../shared/incident/answers.ts';
import {
  alarm,
  answer,
  changes,
  type EbsOptions,
  type EbsRun,
  ebsRun,
  pass,
  theIncident,
} from './ebs-world.ts';

/** Two databases on one node, each with a volume; that of `archive` is provisioned for more. */
function twoVolumes({
  type = 'm6i.4xlarge',
  large = '16000',
  mode = 'auto',
}: {
  type?: string;
  large?: string;
  mode?: NonNullable<EbsOptions['mode']>;
} = {}) {
  const database = { namespace: 'data', kind: 'StatefulSet', replicas: 1, volume: true } as const;
  const run = ebsRun({
    mode,
    world: {
      groups: [{ name: 'workers', kind: 'self-managed', lifecycle: 'on-demand', count: 1, type }],
      workloads: [
        { name: 'db', ...database },
        { name: 'archive', ...database, volumeClass: 'large' },
      ],
      volumeAttributesClasses: [
        { name: 'large', parameters: { type: 'gp3', iops: large, throughput: '250' } },
      ],
    },
  });
  const idOf = (claim: string) =>
    [...(run.world.clusters.get('prod')?.claims.volumes.values() ?? [])].find(
      ({ spec }) => spec.claimRef?.name === claim,
    )?.spec.csi.volumeHandle ?? '';
  return { run, db: idOf('data-db-0'), archive: idOf('data-archive-0') };
}

function alarmOnInstance({ world, simulation }: EbsRun): void {
  const file = new URL('../../events/ebs-alarm-instance-iops.json', import.meta.url);
  const id = [...world.fleet.instances.values()][0]?.id ?? '';
  const event = JSON.parse(readFileSync(file, 'utf8').replaceAll(/i-[0-9a-f]{17}/g, id));
  event.time = isoTime(world.clock.now());
  event.detail.state.timestamp = event.time;
  simulation.send(TROUBLE, JSON.stringify(event));
}

type Load = Record<string, { iops: number; throughputMib: number }>;

async function rung(run: EbsRun, load: Load): Promise<void> {
  await run.world.clock.advance(MINUTE_MS);
  for (const [id, demand] of Object.entries(load)) run.world.ebsLoad.set(id, demand);
  await run.world.clock.advance(40 * MINUTE_MS);
  alarmOnInstance(run);
  await pass(run, 6 * MINUTE_MS);
}

async function evidence(run: EbsRun): Promise<string[]> {
  return (await theIncident(run)).plan?.findings[0]?.evidence ?? [];
}

describe('an alarm on an instance', () => {
  test('is looked at by the volume that is short, not by the one that is provisioned for most', async () => {
    const { run, db, archive } = twoVolumes();
    await rung(run, {
      [db]: { iops: 4_000, throughputMib: 50 },
      [archive]: { iops: 3_500, throughputMib: 20 },
    });
    const { subject, plan } = await theIncident(run);
    expect(subject.kind).toBe('instance');
    expect(plan?.headline).toContain(db);
    expect(await evidence(run)).toContainEqual(
      `on the same instance: ${archive}: at most 3500 of 16000 IOPS, 20 of 250 MiB/s in the last 15 min`,
    );
    expect(changes(run)).toEqual(['modifyVolume']);
    const [volume] = await run.world.ebs.port().describeVolumes([db]);
    expect(volume?.iops).toBe(4_500);
  });

  test('stays with the volume it changed, whatever another one does then', async () => {
    const { run, db, archive } = twoVolumes();
    await rung(run, { [db]: { iops: 4_000, throughputMib: 50 }, [archive]: { iops: 100, throughputMib: 1 } });
    run.world.ebsLoad.set(archive, { iops: 18_000, throughputMib: 100 }, run.world.clock.now());
    await pass(run, HOUR_MS);
    expect((await theIncident(run)).plan?.headline).toContain(db);
    expect((await evidence(run)).join('\n')).toContain(
      `also short by limits of their own, and not changed by this incident: ${archive} (IOPS)`,
    );
    expect(changes(run)).toEqual(['modifyVolume']);
  });

  test('asks about one volume, and a yes is about that one, whichever is worse off when it comes', async () => {
    const { run, db, archive } = twoVolumes({ mode: 'approve', large: '6000' });
    await rung(run, { [db]: { iops: 4_000, throughputMib: 50 }, [archive]: { iops: 100, throughputMib: 1 } });
    run.world.ebsLoad.set(archive, { iops: 18_000, throughputMib: 100 }, run.world.clock.now());
    await pass(run, 16 * MINUTE_MS);
    await answer(run, 'approved');
    await pass(run, 5 * MINUTE_MS);
    expect((await theIncident(run)).questions).toMatchObject([
      { step: { targets: [{ id: db }] }, answer: { decision: 'approved' } },
    ]);
    const [volume] = await run.world.ebs.port().describeVolumes([db]);
    expect(volume?.iops).toBe(4_500);
  });

  test('and one on its volume: two incidents, and one change of the volume for both', async () => {
    const { run, db, archive } = twoVolumes({ mode: 'approve' });
    await rung(run, { [db]: { iops: 8_000, throughputMib: 50 }, [archive]: { iops: 100, throughputMib: 1 } });
    alarm(run, db, 'ALARM');
    await pass(run, 5 * MINUTE_MS);
    const { ledger, workflows } = run.simulation;
    const incidents = await run.simulation.incidents();
    for (const { id } of incidents) {
      const given = { decision: 'approved', by: 'ana' } as const;
      const answered = await answerQuestions(ledger, run.world.clock, id, given);
      if (answered.result === 'recorded') await workflows.wake(answered.callbackId ?? '', 'answer');
    }
    await pass(run, 20 * MINUTE_MS);
    expect(new Set(incidents.map(({ subject }) => subject.kind))).toEqual(new Set(['instance', 'volume']));
    expect(incidents).toHaveLength(2);
    expect(changes(run)).toEqual(['modifyVolume']);
  });

  test('that carries no more: said with the use of each of its volumes, and nothing is changed', async () => {
    const { run, db, archive } = twoVolumes({ type: 'm6i.large' });
    await rung(run, {
      [db]: { iops: 2_900, throughputMib: 20 },
      [archive]: { iops: 60_000, throughputMib: 40 },
    });
    const { plan } = await theIncident(run);
    expect(plan?.headline).toMatch(/^i-\w+ \(m6i\.large\) .*; a person is needed$/);
    const lines = (await evidence(run)).filter((line) => line.startsWith('on the same instance: '));
    expect(lines).toHaveLength(2);
    // Nothing was measured of the root volume: that is not no use.
    expect(lines[1]).toContain('use unknown: not measured');
    expect(changes(run)).toEqual([]);
  });
});
