import type { AlarmSettings, FleetAlarm, NoAlarm, Series } from './alarms.ts';

/** What CloudWatch does when an alarm changes; none of ours, and a person's are kept. */
export interface AlarmActions {
  enabled: boolean;
  ok: string[];
  alarm: string[];
  insufficientData: string[];
}

/** An alarm as CloudWatch has it now. */
export interface Standing {
  /** A setting that it does not have, or that is no text or number there, is undefined. */
  settings: { [name in keyof AlarmSettings]: string | number | undefined };
  actions: AlarmActions;
  state: string;
  /** PARTIAL_DATA, EVALUATION_ERROR or EVALUATION_FAILURE; undefined when all is well. */
  evaluation: string | undefined;
}

/** What CloudWatch publishes and the alarms it has, in one account and Region. Throws PortErrors. */
export interface FleetAlarms {
  /** Every series of a metric of AWS/EBS that had data in the last three hours. */
  series(metric: string): Promise<Series[]>;
  /** By name; one that is not there is not in it. */
  standing(names: readonly string[]): Promise<Map<string, Standing>>;
  /** Creates the alarm or replaces all of it. */
  put(name: string, settings: AlarmSettings, actions: AlarmActions): Promise<void>;
}

export const NO_ACTIONS: AlarmActions = { enabled: true, ok: [], alarm: [], insufficientData: [] };

export type Change = 'create' | 'replace' | 'keep';

export function changeOf({ settings }: FleetAlarm, standing: Standing | undefined): Change {
  if (standing === undefined) return 'create';
  const names = Object.keys(settings) as (keyof AlarmSettings)[];
  return names.every((name) => standing.settings[name] === settings[name]) ? 'keep' : 'replace';
}

/** One alarm in the answer of the command: what was decided, and how it stands. */
export type Row = (FleetAlarm & { change: Change } & Stands) | (NoAlarm & { change: 'none' } & Stands);

interface Stands {
  /** Of the alarm of that name, when it was read last; absent while there is none. */
  state?: string;
  evaluation?: string;
}

export function standsAs(standing: Standing | undefined): Stands {
  if (standing === undefined) return {};
  const { state, evaluation } = standing;
  return evaluation === undefined ? { state } : { state, evaluation };
}
