import type { MetricSays } from '../../functions/ebs-saturation/metrics.ts';
import { type EpochMs, HOUR_MS, isoTime, MINUTE_MS } from '../../shared/clock.ts';
import type { Provisioned } from '../../simulator/ebs-limits.ts';
import type { Demand } from '../../simulator/ebs-minute.ts';
import type { World } from '../../simulator/world.ts';
import type { Ringing } from './ringing.ts';

/** What makes an alarm of one kind true. */
interface Case {
  /** What the volume is, where it is not as the world has it. */
  shape?: Partial<Provisioned>;
  demand: Demand;
  /** Before the alarm: so long until it rings, and buckets are empty. */
  sinceMs: number;
}

/** Less than the smallest volume here has, so that a bucket fills up again. */
const QUIET: Demand = { iops: 100, throughputMib: 2 };
/** Nobody helps, and the load ends so long after the alarm: that ends the incident, too. */
const LASTS_MS = HOUR_MS;

const SHORT_OF_IOPS: Case = { demand: { iops: 4_000, throughputMib: 50 }, sinceMs: 40 * MINUTE_MS };
const OF_A_VOLUME: { readonly [says in MetricSays]?: Case } = {
  'throughput-limit': { demand: { iops: 1_000, throughputMib: 160 }, sinceMs: 40 * MINUTE_MS },
  burst: {
    shape: { type: 'gp2', sizeGib: 100, iops: 300, throughputMib: 128 },
    demand: { iops: 1_500, throughputMib: 30 },
    sinceMs: 2 * HOUR_MS,
  },
  stalled: { demand: { iops: 1_000, throughputMib: 20, stalled: true }, sinceMs: 15 * MINUTE_MS },
};
/** More than the instance carries once its bursts are used up, on a volume that could do it. */
const INSTANCE_IOPS: Case = {
  shape: { type: 'gp3', iops: 40_000, throughputMib: 500 },
  demand: { iops: 38_000, throughputMib: 300 },
  sinceMs: 2 * HOUR_MS,
};
const OF_AN_INSTANCE: { readonly [says in MetricSays]?: Case } = {
  'instance-throughput': {
    shape: { type: 'gp3', iops: 10_000, throughputMib: 1_200 },
    demand: { iops: 8_000, throughputMib: 1_100 },
    sinceMs: 2 * HOUR_MS,
  },
};

/** Makes the world such that the alarm is true, and says in words how, one line each. */
export function letVolumesFill(world: World, ringing: readonly Ringing[], at: EpochMs): string[] {
  return ringing.map((each) => {
    if (each.child !== undefined) world.alarms.setState(each.child, 'ALARM', at);
    const id = each.kind === 'volume' ? each.id : volumeOn(world, each.id);
    const found = id === undefined ? undefined : world.ebs.find(id);
    if (id === undefined || found === undefined) return missing(world, each);
    const { shape, demand, sinceMs } = caseOf(each);
    if (shape !== undefined) world.ebs.shape(id, shape);
    const [from, to] = [at - sinceMs, at + LASTS_MS];
    world.ebsLoad.set(id, (minute) => (minute >= from && minute < to ? demand : QUIET));
    const { type, sizeGib, iops, throughputMib } = found.life.provisioned;
    const instance = found.place.instance;
    const place = instance === undefined ? 'nothing' : `${instance.id} (${instance.type})`;
    const asks = demand.stalled === true ? 'no I/O on it comes back' : `asked for ${inWords(demand)}`;
    const has = `${type}, ${sizeGib} GiB, ${inWords({ iops, throughputMib })}`;
    return `${id} (${has}) on ${place}: ${asks}, from ${isoTime(from)} to ${isoTime(to)}`;
  });
}

function caseOf({ kind, says }: Ringing): Case {
  const cases = kind === 'volume' ? OF_A_VOLUME : OF_AN_INSTANCE;
  const known = says.flatMap((each) => cases[each] ?? [])[0];
  return known ?? (kind === 'volume' ? SHORT_OF_IOPS : INSTANCE_IOPS);
}

/** The first that a claim is bound to, else the root volume. */
function volumeOn(world: World, instanceId: string): string | undefined {
  const instance = world.fleet.instances.get(instanceId);
  const [root, claimed] = instance === undefined ? [] : world.ebs.on(instance);
  return (claimed ?? root)?.id;
}

function missing(world: World, { kind, id }: Ringing): string {
  const volumes = [...world.clusters.values()].flatMap(({ claims }) => [...claims.volumes.values()]);
  const there =
    kind === 'volume'
      ? volumes.map(({ spec }) => spec.csi.volumeHandle)
      : [...world.fleet.instances.values()].map((each) => each.id);
  return `there is no ${id} in this world; there are ${there.slice(0, 5).join(', ') || `no ${kind}s`}`;
}

function inWords({ iops, throughputMib }: { iops: number; throughputMib: number }): string {
  return `${iops.toLocaleString('en-US')} IOPS and ${throughputMib.toLocaleString('en-US')} MiB/s`;
}
