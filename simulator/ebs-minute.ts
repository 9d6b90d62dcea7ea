/** In a second, on average over a minute. */
export interface Used {
  iops: number;
  throughputMib: number;
}

/** What the software on a volume would do if nothing held it up. */
export interface Demand extends Used {
  /** Of its I/Os, from 0 to 1; default one half. */
  readShare?: number;
  /** No I/O is completed, whatever is asked for. */
  stalled?: true;
}

export interface Asked {
  demand: Demand;
  /** What it is provisioned for, bursts included. */
  limit: Used;
}

export interface VolumeMinute {
  used: Used;
  /** What holds it up; `instance`: the instance before the volume. */
  limited?: 'volume-iops' | 'volume-throughput' | 'instance';
  stalled: boolean;
  readShare: number;
  burstBalance?: number;
}

export interface InstanceMinute {
  volumes: VolumeMinute[];
  used: Used;
  limited?: 'iops' | 'throughput';
}

/** What the volumes of one instance do in a minute. Its I/Os stay as large as they are, so both limits hold both. */
export function minuteOf(asked: readonly Asked[], most: Used): InstanceMinute {
  const wanted = asked.map(({ demand, limit }) => scaled(demand, shareOf(demand, limit)));
  const total = sum(wanted);
  const share = shareOf(total, most);
  const volumes = asked.map(({ demand, limit }, index): VolumeMinute => {
    const limited = whyHeldUp({ demand, limit }, share);
    return {
      used: scaled(wanted[index] ?? demand, share),
      ...(limited !== undefined && { limited }),
      stalled: demand.stalled === true,
      readShare: demand.readShare ?? 0.5,
    };
  });
  const limited = limitedBy(total, most, 'iops', 'throughput');
  return { volumes, used: scaled(total, share), ...(limited !== undefined && { limited }) };
}

/** What is stalled does not come as far as a limit; and who is held back before the volume does not fill it. */
function whyHeldUp({ demand, limit }: Asked, share: number): VolumeMinute['limited'] {
  if (demand.stalled === true) return undefined;
  return share < 1 ? 'instance' : limitedBy(demand, limit, 'volume-iops', 'volume-throughput');
}

/** The one that leaves less of the demand. */
function limitedBy<I, T>(demand: Used, limit: Used, byIops: I, byThroughput: T): I | T | undefined {
  const { ofIops, ofThroughput } = sharesOf(demand, limit);
  if (Math.min(ofIops, ofThroughput) >= 1) return undefined;
  return ofIops <= ofThroughput ? byIops : byThroughput;
}

function shareOf(demand: Used, limit: Used): number {
  const { ofIops, ofThroughput } = sharesOf(demand, limit);
  return Math.min(1, ofIops, ofThroughput);
}

function sharesOf(demand: Used, limit: Used): { ofIops: number; ofThroughput: number } {
  return {
    ofIops: demand.iops > 0 ? limit.iops / demand.iops : 1,
    ofThroughput: demand.throughputMib > 0 ? limit.throughputMib / demand.throughputMib : 1,
  };
}

/** Nothing of what is stalled. */
function scaled(demand: Demand, share: number): Used {
  const factor = demand.stalled === true ? 0 : share;
  return { iops: demand.iops * factor, throughputMib: demand.throughputMib * factor };
}

function sum(all: readonly Used[]): Used {
  return {
    iops: all.reduce((total, { iops }) => total + iops, 0),
    throughputMib: all.reduce((total, { throughputMib }) => total + throughputMib, 0),
  };
}
