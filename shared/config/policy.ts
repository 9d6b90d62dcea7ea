/** off < observe < approve < auto; the lowest of all that apply wins. */
export const MODES = ['off', 'observe', 'approve', 'auto'] as const;
export type Mode = (typeof MODES)[number];

export function lowestMode(modes: readonly [Mode, ...Mode[]]): Mode {
  return modes.reduce((lowest, mode) => (MODES.indexOf(mode) < MODES.indexOf(lowest) ? mode : lowest));
}

/** What holds for one cluster and trouble now. */
export interface TroublePolicy {
  mode: Mode;
  /** Which line decided the mode, e.g. `paramedic.yaml:9 global.mode`. */
  modeRule: string;
  /** Short hash of the config this came from. */
  configHash: string;
  /** The trouble's own section, validated, defaults filled in. */
  section: { [name: string]: unknown };
}
