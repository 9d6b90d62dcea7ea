import type { EpochMs } from '../../../shared/clock.ts';
import type { Fact } from '../../../shared/fact.ts';
import type { Finding } from '../../../shared/incident/plan.ts';
import type { Measured } from '../measure/measured.ts';
import type { SeriesName } from '../measure/names.ts';
import type { Figures } from '../measure/statistics.ts';
import type { Resource } from '../measure/used.ts';
import type { InstanceCeiling, Performance } from '../volume.ts';
import type { BootWindow } from './boot-window.ts';

/** Everything a diagnosis goes by; what could not be read says why. */
export interface Input {
  performance: Fact<Performance>;
  /** Attached to several instances, for which AWS publishes hardly any check. */
  multiAttach: boolean;
  /** The node's own: its root volume, or where Bottlerocket keeps images and pods. */
  isRoot: Fact<boolean>;
  /** It is the latter. */
  isData?: true;
  ceiling: Fact<InstanceCeiling>;
  /** The instance's other volumes. */
  others: Fact<Performance[]>;
  /** Of the instance. */
  launchedAt: Fact<EpochMs>;
  /** Other nodes of its group. */
  mates: Fact<Mate[]>;
  /** The newest one; null: never modified. */
  modification: Fact<Modification | null>;
  /** Of the node, when the volume is its root volume. */
  pods: Fact<PodOnVolume[]>;
  measured: Measured;
}

export interface Mate {
  instanceId: string;
  /** How its own root volume did when it booted. */
  boot: Fact<BootWindow>;
}

export interface Modification {
  state: 'modifying' | 'optimizing' | 'completed' | 'failed' | 'unknown';
  startedAt: EpochMs;
  endedAt?: EpochMs;
}

export interface PodOnVolume {
  namespace: string;
  name: string;
  startedAt?: EpochMs;
  /** It has an emptyDir on disk. */
  hasEmptyDir: boolean;
  /** It mounts the node's own directory of logs. */
  hasLogs?: true;
  /** Kind and name of its controller; absent: it has none. */
  owner?: string;
  /** Names of the claims it mounts, in its namespace. */
  claims: string[];
  /** It has, and its volumes are not mounted any more. */
  hasEnded: boolean;
}

export type CauseName =
  | 'stalled-io'
  | 'instance-burst'
  | 'instance-limit'
  | 'boot-burst'
  | 'burst-balance'
  | 'volume-iops'
  | 'volume-throughput'
  | 'noisy-neighbour'
  | 'nothing-wrong'
  | 'unknown';

export interface Cause {
  name: CauseName;
  confidence: Finding['confidence'];
  /** What the volume or the instance is short of. */
  short: Resource[];
  /** The series that prove it, all of them known. */
  basedOn: SeriesName[];
  /** Numbers with their sources, signals that disagree included. */
  evidence: string[];
  wouldNotHelp: string[];
}

export interface Diagnosis {
  /** The surest first, of equals the one that limits most. */
  causes: [Cause, ...Cause[]];
  /** What could not be judged and why. */
  missing: string[];
  /** Since the present performance holds, as far as the look-back goes: IOPS and MiB/s. */
  used: Readonly<Record<Resource, Fact<Figures>>>;
}
