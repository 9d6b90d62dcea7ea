import type { EpochMs } from '../../../shared/clock.ts';
import type { CostChange } from '../price/cost.ts';
import type { Performance } from '../volume.ts';

/** One ModifyVolume: type, IOPS and throughput together; the size stays. */
export interface Change {
  from: Performance;
  /** Absolute, in whole IOPS and MiB/s; of io1 and io2 the throughput follows from the IOPS and is not sent. */
  to: Performance;
  cost: CostChange;
}

/** The sentences are for people. `reasons`: what was looked at on the way. */
export type Decision = { reasons: string[] } & (
  | ({
      decision: 'modify';
      /** An attributes class must be changed through the claim, or the driver undoes it. */
      via: 'volume' | 'attributes-class';
      /** What stays short after it, and why. */
      wouldNotHelp: string[];
    } & Change)
  /** Not now; look again then. */
  | { decision: 'wait'; until: EpochMs; why: string }
  /** A larger volume would not help. */
  | { decision: 'instance-limit'; why: string }
  | { decision: 'at-ceiling'; why: string }
  | ({ decision: 'too-expensive'; why: string } & Change)
  /** A person's decision; `change`: what would be done if only the named reason did not stand against it. */
  | { decision: 'propose'; why: string; change?: Change }
  | { decision: 'nothing'; why: string }
);

/** Whether a volume gets back what it had. */
export type StepBack = { reasons: string[] } & (
  | ({ decision: 'lower'; via: 'volume' | 'attributes-class' } & Change)
  | { decision: 'wait'; until: EpochMs; why: string }
  | { decision: 'nothing'; why: string }
);
