import type { EpochMs } from '../clock.ts';

/** The calls of EC2 about EBS volumes that we use. Adapter: `shared/aws/volumes.ts`; fake: `simulator/ebs.ts`. */
export interface Volumes {
  /**
   * DescribeVolumes by explicit ids, as a `volume-id` filter (an unknown id is then missing from the answer, not an
   * error that hides its neighbours), all pages, with `IncludeManagedResources`. Missing means *unknown*.
   */
  describeVolumes(ids: readonly [string, ...string[]]): Promise<Volume[]>;
  /**
   * DescribeVolumesModifications by the same filter, all pages: the latest modification of each volume, EC2 keeps no
   * other. A volume that was never modified is not in the result.
   */
  describeModifications(ids: readonly [string, ...string[]]): Promise<Modification[]>;
  /**
   * DescribeVolumesModifications by state: all that are `modifying` or `optimizing` in the account and Region, whoever
   * made them. Not `complete`: there are more than `most`, and those given are only a part.
   */
  listUnderWay(most: number): Promise<{ modifications: Modification[]; complete: boolean }>;
  /**
   * ModifyVolume; the size is never sent, so it stays. EC2 has no client token and no way back: read before asking, the
   * same request twice may be two modifications. Throws PortError `conflict` with the code `IncorrectModificationState`
   * while a modification runs and `VolumeModificationRateExceeded` after too many in a day, `invalid` for what the type,
   * size, zone or a quota of the account does not allow (with `maximum` where EC2 names the most it would take),
   * `not-found` when there is no such volume.
   */
  modifyVolume(change: VolumeChange): Promise<Modification>;
  /**
   * DescribeLaunchTemplateVersions of one template and exactly this version, by its number: never the default one, nor
   * the latest. Throws PortError `not-found` when EC2 does not return it.
   */
  describeTemplate(id: string, version: string): Promise<TemplateVersion>;
}

/** A version of a launch template, as far as volumes go. */
export interface TemplateVersion {
  id: string;
  version: string;
  name?: string;
  mappings: TemplateMapping[];
}

type Scalar = string | number | boolean;

/** As EC2 has it in `LaunchTemplateData.BlockDeviceMappings`, in its words: people put it back as it is. */
export interface TemplateMapping {
  DeviceName?: string;
  Ebs?: { [field: string]: Scalar };
  /** `VirtualName`, `NoDevice`. */
  [field: string]: Scalar | { [field: string]: Scalar } | undefined;
}

/** Absolute values, never differences. */
export interface VolumeChange {
  id: string;
  /** As EC2 names it, also where it stays: `gp3`. */
  type: string;
  /** Only of gp3, io1 and io2: there always give it, a change of the type alone falls back to a default of EC2. */
  iops?: number;
  /** Only of gp3, like `iops`. */
  throughputMib?: number;
}

/** What a volume is provisioned for. A field that EC2 left out is missing, never 0. */
export interface VolumePerformance {
  /** `gp2`, `gp3`, `io1`, `io2`, `st1`, `sc1`, `standard`, or newer than this code. */
  type: string;
  sizeGib?: number;
  /** Also of gp2, by its size; not of st1, sc1 and `standard`. */
  iops?: number;
  /** Only of gp3. */
  throughputMib?: number;
}

export interface Volume extends VolumePerformance {
  id: string;
  sizeGib: number;
  /** `in-use`, `available` …, as EC2 says it. */
  state: string;
  /** May be attached to several instances at once. */
  multiAttach: boolean;
  zone: string;
  createdAt?: EpochMs;
  /** EC2 `Operator.Principal` when the volume is managed by a service (EKS Auto Mode). */
  managedBy?: string;
  attachments: VolumePlace[];
  tags: Record<string, string>;
}

/** Where a volume is attached, or being attached or detached. */
export interface VolumePlace {
  instanceId: string;
  /** e.g. `/dev/xvda`. */
  device: string;
  /** `attaching`, `attached`, `detaching` …, as EC2 says it. */
  state: string;
}

export interface Modification {
  volumeId: string;
  /** `unknown`: a state that is newer than this code. */
  state: 'modifying' | 'optimizing' | 'completed' | 'failed' | 'unknown';
  /** Percent. */
  progress?: number;
  startedAt: EpochMs;
  endedAt?: EpochMs;
  from: VolumePerformance;
  to: VolumePerformance;
  /** Why it failed, in EC2's words. */
  statusMessage?: string;
}
