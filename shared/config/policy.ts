import type { DisruptionLimits } from '../incident/disruptions.ts';

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
  /** The trouble's own section, validated, defaults filled in. */
  section: { [name: string]: unknown };
}
