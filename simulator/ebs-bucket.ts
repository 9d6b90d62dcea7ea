import { MINUTE_MS, SECOND_MS } from '../shared/clock.ts';
import type { EbsLimits } from '../shared/ports/ec2.ts';
import type { Used } from './ebs-minute.ts';

const MINUTE_SECONDS = MINUTE_MS / SECOND_MS;
/** A gp2 volume starts with as many I/O credits, and never has more. */
const GP2_CREDITS = 5_400_000;
const GP2_BURST_IOPS = 3_000;
/** An instance can have its maximum for at least so long. */
const INSTANCE_BURST_SECONDS = 30 * 60;

/** What may be used beyond a baseline for a while; it fills up again by what is not used of the baseline. */
export class Bucket {
  readonly #baseline: number;
  readonly #burst: number;
  readonly #capacity: number;
  #credits: number;

  constructor(baseline: number, burst: number, capacity: number) {
    this.#baseline = baseline;
    this.#burst = burst;
    this.#capacity = capacity;
    this.#credits = capacity;
  }

  /** In a second of the coming minute. */
  allowed(): number {
    return Math.min(this.#burst, this.#baseline + this.#credits / MINUTE_SECONDS);
  }

  /** A minute in which so much was used in each second. */
  pass(used: number): void {
    const left = this.#credits + (this.#baseline - used) * MINUTE_SECONDS;
    this.#credits = Math.min(this.#capacity, Math.max(0, left));
  }

  percent(): number {
    return this.#capacity === 0 ? 100 : (this.#credits / this.#capacity) * 100;
  }
}

/** Undefined: its baseline is all it has. */
export function gp2Bucket(baselineIops: number): Bucket | undefined {
  return baselineIops >= GP2_BURST_IOPS ? undefined : new Bucket(baselineIops, GP2_BURST_IOPS, GP2_CREDITS);
}

/** What an instance may use over all its volumes together. */
export class Balances {
  readonly #iops: Bucket;
  readonly #throughput: Bucket;

  constructor({ baselineIops, baselineThroughputMib, maximumIops, maximumThroughputMib }: EbsLimits) {
    this.#iops = instanceBucket(baselineIops, maximumIops);
    this.#throughput = instanceBucket(baselineThroughputMib, maximumThroughputMib);
  }

  allowed(): Used {
    return { iops: this.#iops.allowed(), throughputMib: this.#throughput.allowed() };
  }

  pass({ iops, throughputMib }: Used): void {
    this.#iops.pass(iops);
    this.#throughput.pass(throughputMib);
  }

  percents(): Record<string, number> {
    return { 'EBSIOBalance%': this.#iops.percent(), 'EBSByteBalance%': this.#throughput.percent() };
  }
}

function instanceBucket(baseline: number, maximum: number): Bucket {
  return new Bucket(baseline, maximum, (maximum - baseline) * INSTANCE_BURST_SECONDS);
}
