import type { EpochMs } from '../../../shared/clock.ts';
import type { Fact } from '../../../shared/fact.ts';
import type { Figures } from '../limits/performance.ts';
import type { PricesAt } from '../price/list.ts';
import type { InstanceCeiling, Performance } from '../volume.ts';
import type { ChangesPolicy } from './policy.ts';

/** One figure over the time that was measured. */
export interface Peak {
  p95: number;
  max: number;
}

/** What the volume has too little of, and what it used while it was at its limit. */
export interface Shortage {
  what: 'iops' | 'throughput' | 'both';
  /** IOPS and MiB/s, of single minutes. */
  used: Fact<{ iops: Peak; throughputMib: Peak }>;
}

/** A modification as EC2 tells of it. */
export interface LatestModification {
  state: 'modifying' | 'optimizing' | 'completed' | 'failed' | 'unknown';
  startedAt: EpochMs;
}

/** What is known of the modifications of one volume. */
export interface Modifications {
  /** When those began that Paramedic knows of, its own and others', of 24 hours at least. */
  history: Fact<readonly EpochMs[]>;
  /** Null: it was never modified. */
  latest: Fact<LatestModification | null>;
}

/** The instance it is attached to. */
export interface Host {
  ceiling: InstanceCeiling;
  /** Its other volumes together: what they are provisioned for or, better, what they use at their peaks. */
  others: Figures;
}

/** Who else has a say in what the volume is. */
export type Managed =
  | { by: 'nobody' }
  /** The CSI driver made it: a change of the volume alone is safe, and differs from its StorageClass. */
  | { by: 'csi' /** Null: its claim names none. */; storageClass: string | null }
  /** Its claim names a VolumeAttributesClass: the driver would undo a change of the volume alone. */
  | { by: 'attributes-class'; name: string };

/** A quota on what may be under modification at once, of one type in this account and Region. */
export interface ModificationQuota {
  /** Of Service Quotas `ebs`: `L-59C8FC87`. */
  code: string;
  of: 'GiB' | 'IOPS';
  limit: number;
  inUse: number;
}

export interface VolumeNow {
  current: Performance;
  /** What it was before the first change Paramedic made; absent: Paramedic made none. */
  original?: Performance;
  boot: boolean;
  multiAttach: boolean;
  modifications: Modifications;
  managed: Fact<Managed>;
  /** Undefined: the cost is unknown. */
  prices: PricesAt | undefined;
  policy: ChangesPolicy;
  now: EpochMs;
}

export interface DecisionInput extends VolumeNow {
  short: Shortage;
  host: Fact<Host>;
  /** Those of the type it would have, each with its code as the source. Absent: none was read. */
  quotas?: readonly Fact<ModificationQuota>[];
}
