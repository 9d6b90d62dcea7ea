import type { Bottleneck } from './apis.ts';
import type { NodeCalls } from './calls.ts';
import type { CniSettings } from './settings.ts';

/** Absolute values by name, as strings: what aws-node is to have, never a difference. */
export type Env = Readonly<Record<string, string>>;

/** What is advised. Plain data: it stands in plans and in the ledger. */
export type Advice =
  /** No aws-node decides here: Auto Mode, Fargate, IPv6, static addresses. */
  | { kind: 'nothing-to-tune'; reasons: string[] }
  /** Something that counts was not read or makes no sense: nothing is proposed. */
  | { kind: 'unknown'; reasons: string[] }
  | ({ kind: 'keep' } & Considered)
  | ({ kind: 'change'; change: Change } & Considered);

export interface Change {
  env: Env;
  /** Settings once `env` is in effect. */
  settings: CniSettings;
  /** How it is brought about: `UpdateAddon`, a patch of the DaemonSet, or only proposed to its owner. */
  through: 'addon' | 'daemonset' | 'proposal';
}

export interface Considered {
  effects: GroupEffect[];
  /** All groups' nodes that start together: the bucket that takes longest, null when none runs dry. */
  burst: { before: Bottleneck | null; after: Bottleneck | null };
  subnets: SubnetCost[];
  reasons: string[];
  /** Wrong with the settings as they are, whatever is advised. */
  warnings: string[];
  rejected: Rejection[];
  proposals: PrefixProposal[];
}

/** The model's figures for one node of a group, as it is and as it would be. */
export interface GroupEffect {
  group: string;
  type: string;
  before: NodeCalls;
  after: NodeCalls;
}

/** Addresses at the most nodes and pods. `left` = free + held − needed; never below 0 in a change. */
export interface SubnetCost {
  subnet: string;
  free: number;
  held: number;
  neededBefore: number;
  needed: number;
  left: number;
}

export interface Rejection {
  option: string;
  why: string;
}

/** For new node groups only: existing nodes are drained into them, never switched. */
export interface PrefixProposal {
  env: Env;
  groups: PrefixEffect[];
  reasons: string[];
}

export interface PrefixEffect extends GroupEffect {
  /** To set on the new group (calculator's cap). */
  maxPods: number;
}
