/** The types EBS has; `standard` is the old magnetic one. */
export type VolumeType = 'gp2' | 'gp3' | 'io1' | 'io2' | 'st1' | 'sc1' | 'standard';

/** What a volume is provisioned for. */
export interface Performance {
  type: VolumeType;
  sizeGib: number;
  /** Of gp2, st1 and sc1: what follows from the size, without bursts. */
  iops: number;
  throughputMib: number;
}

/** What an instance can do over all its volumes together; a field that EC2 left out is missing, never 0. */
export interface InstanceCeiling {
  instanceType: string;
  nitro: boolean;
  /** Sustained. */
  baselineIops?: number;
  baselineThroughputMib?: number;
  /** For at least 30 minutes a day, where it is more than the baseline. */
  maximumIops?: number;
  maximumThroughputMib?: number;
}
