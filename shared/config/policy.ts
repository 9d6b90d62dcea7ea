import type { DisruptionLimits } from '../incident/disruptions.ts';
import type { ApprovalRules, ApproverGroup } from './people.ts';

/** off < observe < approve < auto; the lowest of all that apply wins. */
export const MODES = ['off', 'observe', 'approve', 'auto'] as const;
export type Mode = (typeof MODES)[number];

export function lowestMode(modes: readonly [Mode, ...Mode[]]): Mode {
  return modes.reduce((lowest, mode) => (MODES.indexOf(mode) < MODES.indexOf(lowest) ? mode : lowest));
}

/** Controllers that react to the same events; their nodes are theirs. */
export const STAND_DOWN_CONTROLLERS = [
  'karpenter',
  'nth',
  'eks-auto-mode',
  'eks-auto-repair',
  'instance-refresh',
] as const;
export type StandDownController = (typeof STAND_DOWN_CONTROLLERS)[number];

/** Too many at once is no accident of single nodes; from `global.correlatedFailure`. */
export interface BrakeLimits {
  /** So many different subjects of one cluster within `withinMs` stop everything voluntary … */
  nodes: number;
  /** … and so does this share of the cluster's nodes, 0 to 1. */
  share: number;
  withinMs: number;
  /** Of the nodes of one zone: the zone itself is in trouble, hands off. */
  zoneShare: number;
}

/** A subject that was acted on so often is left to a person; from `global.quarantine`. */
export interface QuarantineLimits {
  actions: number;
  withinMs: number;
}

/** Of each limit, the line it stands on, or `default`. */
export interface LimitRules {
  disruptionBudget: string;
  correlatedFailure: string;
  quarantine: string;
  capacityFloor: string;
}

/** What holds for one cluster and trouble now. */
export interface TroublePolicy {
  mode: Mode;
  /** Which line decided the mode, e.g. `paramedic.yaml:9 global.mode`. */
  modeRule: string;
  /** Short hash of the config this came from. */
  configHash: string;
  /** From `global.disruptionBudget`. */
  disruptionBudget: DisruptionLimits;
  /** Controllers to leave nodes to, from `global.standDownFor`. */
  standDownFor: readonly StandDownController[];
  /** Who may answer for this cluster and trouble; empty means nobody. */
  approvers: readonly ApproverGroup[];
  approvals: ApprovalRules;
  brake: BrakeLimits;
  quarantine: QuarantineLimits;
  /** Share of a group's desired capacity, 0 to 1, below which nothing is taken from it on purpose. */
  capacityFloor: number;
  /** Which lines of the config set the limits, e.g. `paramedic.yaml:31 global.quarantine`. */
  limitRules?: LimitRules;
  /** The trouble's own section, validated, defaults filled in. */
  section: { [name: string]: unknown };
}
