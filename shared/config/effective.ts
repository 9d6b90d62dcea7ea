import { DAY_MS, HOUR_MS, MINUTE_MS } from '../clock.ts';
import type { ClusterRef } from '../ports/kubernetes.ts';
import type { Config } from './load.ts';
import { lowestMode, type Mode, type TroublePolicy } from './policy.ts';

type ClusterEntry = Config['clusters'][number];
type Options = { [name: string]: unknown };

/** A mode somebody set, and the path it stands at. */
interface SetMode {
  mode: Mode;
  path: string;
}

/**
 * What holds for a cluster and trouble: section defaults < `troubles.<name>` < the cluster's own options; the
 * lowest mode of all four levels. Throws for a trouble the config was not loaded with.
 */
export function policyFor(
  loaded: { config: Config; hash: string },
  cluster: ClusterRef,
  trouble: string,
): TroublePolicy {
  const { config, hash } = loaded;
  const general = Object.hasOwn(config.troubles, trouble) ? config.troubles[trouble] : undefined;
  if (general === undefined) throw new Error(`the config has no section for trouble ${trouble}`);
  const index = config.clusters.findIndex((entry) => appliesTo(entry, cluster));
  const entry = config.clusters[index];
  const override = entry?.troubles?.[trouble];
  const { mode, path } = decidingMode([
    { mode: config.global.mode, path: 'global.mode' },
    { mode: general.mode, path: `troubles.${trouble}.mode` },
    { mode: entry?.mode, path: `clusters[${index}].mode` },
    { mode: override?.mode, path: `clusters[${index}].troubles.${trouble}.mode` },
  ]);
  return {
    mode,
    modeRule: ruleAt(config, path),
    configHash: hash,
    disruptionBudget: config.global.disruptionBudget,
    standDownFor: config.global.standDownFor,
    approvers: [],
    approvals: { required: { low: 1, medium: 1, high: 2 }, maxSnoozeMs: HOUR_MS },
    brake: { nodes: 3, share: 0.2, withinMs: 10 * MINUTE_MS, zoneShare: 0.55 },
    quarantine: { actions: 3, withinMs: DAY_MS },
    capacityFloor: 0.8,
    section: withoutMode(merge(general, override ?? {})),
  };
}

function appliesTo(entry: ClusterEntry, cluster: ClusterRef): boolean {
  return (
    entry.name === cluster.name &&
    (entry.account === undefined || entry.account === cluster.account) &&
    (entry.region === undefined || entry.region === cluster.region)
  );
}

/** The lowest; of several equally low ones the most general, because raising the others would change nothing. */
function decidingMode(levels: readonly [SetMode, ...{ mode: Mode | undefined; path: string }[]]): SetMode {
  const [first, ...others] = levels;
  const set = others.filter((level): level is SetMode => level.mode !== undefined);
  const lowest = lowestMode([first.mode, ...set.map(({ mode }) => mode)]);
  return [first, ...set].find(({ mode }) => mode === lowest) ?? first;
}

/** `default` when no line says it. */
function ruleAt(config: Config, path: string): string {
  const line = Object.hasOwn(config.lines, path) ? config.lines[path] : undefined;
  return line === undefined ? 'default' : `${config.fileName}:${line} ${path}`;
}

/** A new tree on null prototypes; lists and plain values of `over` replace, objects merge. */
function merge(base: Options, over: Options): Options {
  const merged: Options = Object.create(null);
  for (const [name, value] of Object.entries(base))
    merged[name] = isOptions(value) ? merge(value, {}) : value;
  for (const [name, value] of Object.entries(over)) {
    if (value === undefined) continue;
    const below = merged[name];
    merged[name] = isOptions(value) ? merge(isOptions(below) ? below : {}, value) : value;
  }
  return merged;
}

function isOptions(value: unknown): value is Options {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function withoutMode({ mode: _, ...section }: Options): Options {
  return Object.assign(Object.create(null), section);
}
