import { describe, expect, test } from 'vitest';
import { listChanged, noteChange, noteLook } from '../../functions/ebs-saturation/changes.ts';
import type { Performance } from '../../functions/ebs-saturation/volume.ts';
import { DAY_MS } from '../../shared/clock.ts';
import type { ClusterRef } from '../../shared/ports/kubernetes.ts';
import { changes, type EbsRun } from './ebs-world.ts';
import { days, hours, use, wasRaised } from './step-back-world.ts';

const WAS: Performance = { type: 'gp3', sizeGib: 100, iops: 3_000, throughputMib: 125 };
const MADE: Performance = { ...WAS, iops: 4_500 };

function clusterOf({ world }: EbsRun, name = 'prod'): ClusterRef {
  return { account: world.spec.account, region: world.spec.region, name };
}

/** Rows of volumes that EC2 has deleted meanwhile. */
async function deleted(run: EbsRun, count: number, cluster = 'prod', to = MADE): Promise<void> {
  const { table, clock } = run.world;
  for (let n = 0; n < count; n++) {
    const volumeId = `vol-${cluster}${to.iops}${String(n).padStart(4, '0')}`;
    const about = { place: clusterOf(run, cluster), volumeId };
    await noteChange(table, about, { key: `k${n}`, at: clock.now(), from: WAS, to });
  }
}

/** The ids each DescribeVolumes of the sweeps asked for. */
function asked({ world }: EbsRun): string[][] {
  return world.calls.calls
    .filter(({ method, process }) => method === 'describeVolumes' && process.startsWith('sweep'))
    .map(({ args: [ids] }) => ids as string[]);
}

describe('the sweep', () => {
  test('looks at twenty at most, at those first that it has not seen for longest, and at each once a day', async () => {
    const run = await wasRaised();
    await deleted(run, 24);
    await run.world.clock.advance(8 * DAY_MS);
    await hours(run, 6);
    expect(asked(run).map((ids) => ids.length)).toEqual([20, 5]);
    expect(new Set(asked(run).flat()).size).toBe(25);
    await days(run, 1);
    expect(
      asked(run)
        .slice(2)
        .map((ids) => ids.length),
    ).toEqual([20, 5]);
  });

  test('asks for no volume of another cluster, nor for one that has nothing of ours any more', async () => {
    const run = await wasRaised();
    await deleted(run, 3, 'other');
    await deleted(run, 3, 'prod', WAS);
    await run.world.clock.advance(8 * DAY_MS);
    await hours(run, 2);
    expect(asked(run)).toEqual([[run.volumeId]]);
    expect((await listChanged(run.world.table, clusterOf(run, 'other'))).map(({ id }) => id)).toHaveLength(3);
  });

  test('changes nothing itself, and no cluster is asked', async () => {
    const run = await wasRaised({ mode: 'approve' });
    await use(run);
    await days(run, 8);
    const calls = run.world.calls.calls.filter(({ process }) => process.startsWith('sweep'));
    expect(calls.some(({ method }) => method === 'readMetrics')).toBe(true);
    expect(
      calls.filter(({ port, mutating }) => port === 'kubernetes' || (port === 'volumes' && mutating)),
    ).toEqual([]);
    expect(changes(run)).toEqual([]);
  });
});

describe('the row of a volume', () => {
  test('keeps what it was at first, and becomes that again when it is stepped back', async () => {
    const run = await wasRaised();
    const { table } = run.world;
    const about = { place: clusterOf(run), volumeId: run.volumeId };
    await noteChange(table, about, { key: 'back', at: 1, from: MADE, to: WAS });
    const [row] = await listChanged(table, about.place);
    expect(row).toMatchObject({ original: WAS, base: WAS, ours: WAS });
    expect(row?.made.map(({ key }) => key)).toEqual(['before', 'back']);
  });

  test('a look does not bring back a row that has expired', async () => {
    const run = await wasRaised();
    await noteLook(run.world.table, clusterOf(run), 'vol-gone', 1);
    expect(await listChanged(run.world.table, clusterOf(run))).toHaveLength(1);
    await noteLook(run.world.table, clusterOf(run), run.volumeId, 7);
    expect((await listChanged(run.world.table, clusterOf(run)))[0]).toMatchObject({ lookedAt: 7 });
  });
});
