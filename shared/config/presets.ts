/** Bundles of values that stand below what a file says; `extends` names them. They change only with a release. */

/** In the form of the file: durations and percentages are text. */
export interface PresetValues {
  readonly [name: string]: PresetValue;
}
export type PresetValue = string | number | boolean | PresetValues;

const OBSERVE_ONLY = { global: { mode: 'observe' } } as const satisfies PresetValues;

/** Asks before everything, and takes half of what the defaults would. */
const CONSERVATIVE = {
  global: {
    mode: 'approve',
    disruptionBudget: { share: '5%', floor: 1, perHour: 1 },
    correlatedFailure: { nodes: 2, share: '10%', within: '15m', zoneShare: '40%' },
    quarantine: { actions: 2, within: '24h' },
    capacityFloor: '90%',
  },
  approvals: { required: { low: 1, medium: 2, high: 2 }, configNeedsTwo: true },
} as const satisfies PresetValues;

/** Acts by itself within the default limits. */
const BALANCED = {
  global: {
    mode: 'auto',
    disruptionBudget: { share: '10%', floor: 1, perHour: 3 },
    correlatedFailure: { nodes: 3, share: '20%', within: '10m', zoneShare: '55%' },
    quarantine: { actions: 3, within: '24h' },
    capacityFloor: '80%',
  },
  approvals: { required: { low: 1, medium: 1, high: 2 }, configNeedsTwo: true },
} as const satisfies PresetValues;

export const PRESETS = {
  'preset:observe-only': OBSERVE_ONLY,
  'preset:conservative': CONSERVATIVE,
  'preset:balanced': BALANCED,
} as const;

export type PresetName = keyof typeof PRESETS;
export const PRESET_NAMES = [
  'preset:observe-only',
  'preset:conservative',
  'preset:balanced',
] as const satisfies readonly PresetName[];

/** A tree of the file with the presets it names below it, and which of them every value of theirs is from. */
export interface Layered {
  value: unknown;
  /** By path, e.g. `global.mode` → `preset:balanced`. */
  origins: Readonly<Record<string, PresetName>>;
}

/**
 * What the file says wins, then the preset named last. Total: names that are no presets are left to the schema, and
 * so is a section of another shape.
 */
export function withPresets(file: unknown): Layered {
  const origins: Record<string, PresetName> = Object.create(null);
  let value = file;
  for (const name of namesIn(file).toReversed()) value = below(value, PRESETS[name], '', { name, origins });
  return { value, origins };
}

function namesIn(file: unknown): PresetName[] {
  const named = isMap(file) && Object.hasOwn(file, 'extends') ? file['extends'] : undefined;
  if (!Array.isArray(named)) return [];
  return named.flatMap((name) => PRESET_NAMES.find((known) => known === name) ?? []);
}

interface Naming {
  name: PresetName;
  origins: Record<string, PresetName>;
}

function below(over: unknown, preset: PresetValues, path: string, naming: Naming): unknown {
  if (over !== undefined && !isMap(over)) return over;
  const merged: Record<string, unknown> = Object.assign(Object.create(null), over);
  for (const [key, value] of Object.entries(preset)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (typeof value === 'object') merged[key] = below(merged[key], value, at, naming);
    else if (!Object.hasOwn(merged, key)) {
      merged[key] = value;
      naming.origins[at] = naming.name;
    }
  }
  return merged;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
