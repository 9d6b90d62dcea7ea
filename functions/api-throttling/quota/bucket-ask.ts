import type { BucketKind } from './buckets.ts';
import { desiredValue } from './desired.ts';

/** A token bucket as it is now. */
export interface Bucket {
  /** e.g. `AssignPrivateIpAddresses`. */
  api: string;
  kind: BucketKind;
  /** Tokens it holds. */
  burst: number;
  /** Tokens per second. */
  refill: number;
  /** Where the two figures come from. */
  source: string;
}

export interface BucketAsk extends Bucket {
  desired: { burst: number; refill: number };
}

/**
 * What to ask AWS Support for: the refill first, as AWS advises; the burst only where the refill was raised before
 * and did not help.
 */
export function askForMore(bucket: Bucket, options: { factor: number; burstToo?: boolean }): BucketAsk {
  const more = (current: number) => {
    const desired = desiredValue({ current, factor: options.factor });
    return 'why' in desired ? current : desired.value;
  };
  const burst = options.burstToo === true ? more(bucket.burst) : bucket.burst;
  return { ...bucket, desired: { burst, refill: more(bucket.refill) } };
}
