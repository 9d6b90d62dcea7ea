import type { EpochMs } from '../clock.ts';
import type { ClusterRef } from '../ports/kubernetes.ts';
import { lowestOf, modesFor, openWindows, type SetMode } from './levels.ts';
import type { Config } from './load.ts';
import type { ApproverGroup } from './people.ts';
import type { LimitRules, TroublePolicy } from './policy.ts';
import { bestIndex } from './selector.ts';

type Options = { [name: string]: unknown };

/** A config and the short hash of its text. */
export interface Loaded {
  config: Config;
  hash: string;
}

/**
 * What holds for a cluster and trouble at `now`: section defaults < `troubles.<name>` < the options of the one
 * entry that holds for the cluster; the lowest mode of all levels and of the windows that are open. Pure. Throws for
 * a trouble the config was not loaded with.
 */
export function policyFor(loaded: Loaded, cluster: ClusterRef, trouble: string, now: EpochMs): TroublePolicy {
  const { config } = loaded;
  const index = bestIndex(config.clusters, cluster);
  const levels = modesFor(config, index, trouble);
  const deciding = lowestOf([...levels, ...openWindows(config, index, now)]);
  return {
    mode: deciding.mode,
    modeRule: ruleOf(config, deciding),
    configHash: hashUnder(loaded.hash, deciding),
    approvers: approversFor(config, index, trouble),
    ...limitsOf(config),
    limitRules: limitRulesOf(config),
    section: sectionFor(config, index, trouble),
  };
}

/** What is the same for every cluster and trouble. */
function limitsOf(config: Config) {
  const { global, approvals } = config;
  const { correlatedFailure, quarantine } = global;
  return {
    disruptionBudget: global.disruptionBudget,
    standDownFor: global.standDownFor,
    approvals: { required: approvals.required, maxSnoozeMs: approvals.maxSnooze },
    brake: {
      nodes: correlatedFailure.nodes,
      share: correlatedFailure.share,
      withinMs: correlatedFailure.within,
      zoneShare: correlatedFailure.zoneShare,
    },
    quarantine: { actions: quarantine.actions, withinMs: quarantine.within },
    capacityFloor: global.capacityFloor,
  };
}

function limitRulesOf(config: Config): LimitRules {
  return {
    disruptionBudget: originOf(config, 'global.disruptionBudget'),
    correlatedFailure: originOf(config, 'global.correlatedFailure'),
    quarantine: originOf(config, 'global.quarantine'),
    capacityFloor: originOf(config, 'global.capacityFloor'),
  };
}

/** A window that decides makes it another config: what was decided under the mode before is decided again. */
function hashUnder(hash: string, { window, mode }: SetMode): string {
  return window === undefined ? hash : `${hash}-window-${mode}`;
}

/** The groups the nearest level names, even if those are none: options of the cluster win over the trouble's. */
export function approversFor(config: Config, index: number | undefined, trouble: string): ApproverGroup[] {
  const entry = index === undefined ? undefined : config.clusters[index];
  const names =
    entry?.troubles?.[trouble]?.approvers ??
    entry?.approvers ??
    config.troubles[trouble]?.approvers ??
    config.approvals.approvers;
  return names.flatMap((name) => {
    const group = Object.hasOwn(config.approvers, name) ? config.approvers[name] : undefined;
    return group === undefined ? [] : [{ name, ...group, slackTeam: group.slackTeam ?? '' }];
  });
}

/** The trouble's own options, merged, without what every trouble has. */
export function sectionFor(config: Config, index: number | undefined, trouble: string): Options {
  const general = Object.hasOwn(config.troubles, trouble) ? config.troubles[trouble] : undefined;
  if (general === undefined) throw new Error(`the config has no section for trouble ${trouble}`);
  const entry = index === undefined ? undefined : config.clusters[index];
  const { mode: _mode, approvers: _approvers, ...section } = merge(general, entry?.troubles?.[trouble] ?? {});
  return Object.assign(Object.create(null), section);
}

/** `default` when neither a line nor a preset says it. */
export function ruleOf(config: Config, { path, window }: SetMode): string {
  const origin = originOf(config, path);
  return window === undefined ? origin : `${origin} (${window})`;
}

/** `paramedic.yaml:9 global.mode`, `preset:balanced global.mode` or `default`. */
export function originOf(config: Config, path: string): string {
  const line = Object.hasOwn(config.lines, path) ? config.lines[path] : undefined;
  if (line !== undefined) return `${config.fileName}:${line} ${path}`;
  const [, preset] = Object.entries(config.presets).find(([at]) => isAt(at, path)) ?? [];
  return preset === undefined ? 'default' : `${preset} ${path}`;
}

function isAt(path: string, above: string): boolean {
  return path === above || path.startsWith(`${above}.`);
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
