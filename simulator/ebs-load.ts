import { type EpochMs, HOUR_MS, MINUTE_MS } from '../shared/clock.ts';
import type { VirtualClock } from './clock.ts';
import type { SimVolumes } from './ebs.ts';
import { Balances, type Bucket, gp2Bucket } from './ebs-bucket.ts';
import type { VolumeLife } from './ebs-life.ts';
import { instanceData, volumeData } from './ebs-metrics.ts';
import { type Asked, type Demand, minuteOf, type Used, type VolumeMinute } from './ebs-minute.ts';
import type { SimInstance } from './model.ts';
import type { SimNetwork } from './network.ts';
import type { SimUsage } from './usage.ts';

/** In the minute that begins then. */
export type DemandAt = (minute: EpochMs) => Demand;

/** As far back as CloudWatch lists what has data. */
const HISTORY_MS = 3 * HOUR_MS;
/** Basic monitoring gives the balances of an instance so often. */
const BALANCE_MS = 5 * MINUTE_MS;
const UNLIMITED: Used = { iops: Number.POSITIVE_INFINITY, throughputMib: Number.POSITIVE_INFINITY };

interface Loaded {
  id: string;
  demandAt: DemandAt;
  /** The first minute that is not published yet. */
  next: EpochMs;
  /** Of gp2, for the IOPS it had when it was made. */
  bucket?: { baseline: number; bucket: Bucket | undefined };
}

interface Active {
  load: Loaded;
  life: VolumeLife;
}

interface Group {
  instance: SimInstance;
  active: Active[];
}

interface LoadParts {
  clock: VirtualClock;
  usage: SimUsage;
  ebs: SimVolumes;
  network: SimNetwork;
}

/**
 * What software does to volumes, and CloudWatch's series of it: what is used is the least of what is asked for, what the
 * volume is provisioned for at that minute, and what its instance leaves it. Whole minutes are published when somebody
 * reads, with each volume where it is attached by then; one that is attached nowhere has no data.
 */
export class EbsLoad {
  readonly #parts: LoadParts;
  readonly #loaded = new Map<string, Loaded>();
  readonly #balances = new Map<string, Balances>();

  constructor(parts: LoadParts) {
    this.#parts = parts;
    parts.usage.beforeRead(() => this.#publish());
  }

  /** From `since` on, by default as far back as CloudWatch can tell; replaces what was set before from there on. */
  set(id: string, demand: Demand | DemandAt, since: EpochMs = this.#parts.clock.now() - HISTORY_MS): void {
    this.#publish();
    const before = this.#loaded.get(id);
    const next = Math.max(Math.ceil(since / MINUTE_MS) * MINUTE_MS, before?.next ?? 0);
    const demandAt = typeof demand === 'function' ? demand : () => demand;
    this.#loaded.set(id, { ...before, id, demandAt, next });
  }

  #publish(): void {
    const end = Math.floor(this.#parts.clock.now() / MINUTE_MS) * MINUTE_MS;
    for (const { instance, active } of this.#byInstance().values()) {
      const first = Math.min(...active.map(({ load }) => load.next));
      for (let minute = first; minute < end; minute += MINUTE_MS) {
        const now = active.filter(({ load }) => load.next <= minute);
        this.#publishMinute(instance, now, minute);
      }
    }
    for (const load of this.#loaded.values()) load.next = Math.max(load.next, end);
  }

  #byInstance(): Map<string, Group> {
    const groups = new Map<string, Group>();
    for (const load of this.#loaded.values()) {
      const { place, life } = this.#parts.ebs.find(load.id) ?? {};
      const instance = place?.instance;
      if (instance === undefined || life === undefined) continue;
      const group = groups.get(instance.id) ?? { instance, active: [] };
      group.active.push({ load, life });
      groups.set(instance.id, group);
    }
    return groups;
  }

  #publishMinute(instance: SimInstance, active: readonly Active[], minute: EpochMs): void {
    const balances = this.#balancesOf(instance);
    const asked = active.map((each) => askedBy(each, minute));
    const { volumes, used, limited } = minuteOf(asked, balances?.allowed() ?? UNLIMITED);
    volumes.forEach((each, index) => {
      const load = active[index]?.load;
      if (load !== undefined) this.#putVolume(instance, load, each, minute);
    });
    const dimensions = { InstanceId: instance.id };
    this.#put('AWS/EC2', dimensions, instanceData(used, limited), minute);
    balances?.pass(used);
    if (minute % BALANCE_MS === 0) this.#put('AWS/EC2', dimensions, balances?.percents() ?? {}, minute);
  }

  #putVolume(instance: SimInstance, load: Loaded, each: VolumeMinute, minute: EpochMs): void {
    const bucket = load.bucket?.bucket;
    bucket?.pass(each.used.iops);
    const burst = bucket === undefined ? {} : { burstBalance: bucket.percent() };
    const { volume, both } = volumeData({ ...each, ...burst });
    this.#put('AWS/EBS', { VolumeId: load.id }, volume, minute);
    this.#put('AWS/EBS', { VolumeId: load.id, InstanceId: instance.id }, both, minute);
  }

  #put(
    namespace: string,
    dimensions: Record<string, string>,
    data: Record<string, number>,
    at: EpochMs,
  ): void {
    for (const [name, value] of Object.entries(data)) {
      this.#parts.usage.put({ namespace, name, dimensions }, value, at);
    }
  }

  /** Undefined for a type of which nothing is known. */
  #balancesOf({ id, type }: SimInstance): Balances | undefined {
    const known = this.#balances.get(id);
    if (known !== undefined) return known;
    const limits = this.#parts.network.describeTypes([type])[0]?.ebs;
    if (limits === undefined) return undefined;
    const made = new Balances(limits);
    this.#balances.set(id, made);
    return made;
  }
}

function askedBy({ load, life }: Active, minute: EpochMs): Asked {
  const { type, iops: baseline, throughputMib } = life.performanceAt(minute);
  // Another size has another baseline, and starts anew; so does one that comes back from another type.
  if (type !== 'gp2') delete load.bucket;
  else if (load.bucket?.baseline !== baseline) load.bucket = { baseline, bucket: gp2Bucket(baseline) };
  const iops = load.bucket?.bucket?.allowed() ?? baseline;
  return { demand: load.demandAt(minute), limit: { iops, throughputMib } };
}
