import type { EpochMs } from '../../clock.ts';
import type { Mode } from '../../config/policy.ts';

/** What every message needs besides what it tells. */
export interface View {
  now: EpochMs;
  /** IANA name, from the config: for what cannot show the reader's own. */
  timezone: string;
  /** From the config; empty: no links. */
  consoleUrl: string;
}

export interface IncidentView extends View {
  mode: Mode;
  /** Which line decided the mode, and the config it stands in. */
  modeRule: string;
  configHash: string;
  /** Approval id by key of question. A question without one is put with the command line instead of buttons. */
  approvals: Readonly<Record<string, string>>;
  /** By name of action. One that is not named is treated as the riskiest. */
  risks: Readonly<Record<string, ActionRisk>>;
  /** How often the signals of this generation came. */
  seen: number;
}

export interface ActionRisk {
  risk: 'low' | 'medium' | 'high';
  reversible: boolean;
}
