import { noteChange } from '../../functions/ebs-saturation/changes.ts';
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { alarm, answer, type EbsOptions, type EbsRun, ebsRun, saturated, theIncident } from './ebs-world.ts';

export const BUSY = { iops: 4_000, throughputMib: 50 };
export const QUIET = { iops: 300, throughputMib: 5 };

/** A volume that was raised from 3,000 to 4,500 IOPS, and whose incident has ended well. */
export async function raised(options: EbsOptions = {}): Promise<EbsRun> {
  const run = runOf(options);
  await saturated(run, BUSY);
  if (options.mode === 'approve') await answer(run, 'approved');
  await hours(run, 1);
  alarm(run, run.volumeId, 'OK');
  await hours(run, 2);
  const { outcome } = await theIncident(run);
  if (outcome?.kind !== 'fixed') throw new Error(`not raised: ${outcome?.summary}`);
  return run;
}

/** The same, by what the ledger and EC2 know of it; no incident is left. */
export async function wasRaised(options: EbsOptions = {}): Promise<EbsRun> {
  const run = runOf(options);
  const { world, volumeId } = run;
  await world.clock.advance(MINUTE_MS);
  const gp3 = { type: 'gp3', sizeGib: 100, throughputMib: 125 } as const;
  const place = { account: world.spec.account, region: world.spec.region, name: 'prod' };
  const change = { key: 'before', at: world.clock.now(), from: { ...gp3, iops: 3_000 } };
  await noteChange(world.table, { place, volumeId }, { ...change, to: { ...gp3, iops: 4_500 } });
  world.ebs.shape(volumeId, { iops: 4_500 });
  return run;
}

function runOf({ changes, ...options }: EbsOptions): EbsRun {
  return ebsRun({ ...options, changes: { stepBack: { enabled: true }, ...changes } });
}

/** What the database does from now on. */
export async function use({ world, volumeId }: EbsRun, demand = QUIET): Promise<void> {
  world.ebsLoad.set(volumeId, demand, world.clock.now());
  await world.clock.advance(MINUTE_MS);
}

/** Time passes, with a sweep every hour. */
export async function hours({ world, simulation }: EbsRun, count: number): Promise<void> {
  for (let hour = 0; hour < count; hour++) {
    await world.clock.advance(HOUR_MS);
    await simulation.sweep();
  }
}

export async function days(run: EbsRun, count: number): Promise<void> {
  await hours(run, count * (DAY_MS / HOUR_MS));
}

export async function provisioned({ world, volumeId }: EbsRun): Promise<{ iops: number; mib: number }> {
  const [volume] = await world.ebs.port().describeVolumes([volumeId]);
  return { iops: volume?.iops ?? 0, mib: volume?.throughputMib ?? 0 };
}

/** Somebody else changes it. */
export async function changedByHand({ world, volumeId }: EbsRun, iops: number): Promise<void> {
  await world.ebs.port().modifyVolume({ id: volumeId, type: 'gp3', iops, throughputMib: 125 });
  await world.clock.advance(HOUR_MS);
}

/** When EC2 was asked. */
export function askedAt({ world }: EbsRun): EpochMs[] {
  return world.calls.mutations().flatMap(({ method, at }) => (method === 'modifyVolume' ? [at] : []));
}

export function readsOf({ world }: EbsRun): number {
  const ports = ['volumes', 'usage'];
  return world.calls.calls.filter(({ port }) => ports.includes(port)).length;
}
