import type { Fact } from '../../../shared/fact.ts';
import type { TemplateMapping } from '../../../shared/ports/volumes.ts';
import type { Figures } from '../limits/performance.ts';
import type { Gp3Maxima } from '../limits/table.ts';
import type { Performance } from '../volume.ts';
import type { NodeVolume } from './node-volume.ts';

export interface TemplateInput {
  /** The volume of the nodes that was short. */
  own: NodeVolume;
  /** What it is now. */
  now: Performance;
  /** What it was short of. */
  wanted: Figures;
  /** Of the version that the node was made from. */
  mappings: Fact<readonly TemplateMapping[]>;
  /** A second volume that takes the container state, and the load with it. */
  state?: { device: string; sizeGib: number };
  gp3?: Gp3Maxima;
}

/** One volume of a new node. */
export interface BootVolume {
  device: string;
  /** Undefined: there is none yet. */
  from?: Performance;
  to: Performance;
}

export type TemplateProposal =
  | {
      possible: true;
      /** For people. */
      text: string[];
      /** A JSON merge patch of `LaunchTemplateData`: all mappings, because a list is replaced as a whole. */
      patch: { BlockDeviceMappings: TemplateMapping[] };
      volumes: [BootVolume, ...BootVolume[]];
      /** It gives what was wanted. */
      isEnough: boolean;
    }
  | { possible: false; why: string };
