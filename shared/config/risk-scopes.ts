import { approversFor, sectionFor } from './effective.ts';
import { type Leaf, leavesOf } from './leaves.ts';
import { lowestOf, modesFor, windowsOver } from './levels.ts';
import type { Config } from './load.ts';
import { rank, riskOfOption } from './risk.ts';
import type { Sections } from './section.ts';
import { includes, overlap, type Selector, specificity } from './selector.ts';
import { formatDuration } from './units.ts';

/** Something that holds for some clusters after a change and lets Paramedic do more than before. */
export interface Effect {
  /** Names and globs. */
  clusters: string[];
  /** e.g. `mode of node-interruption`. */
  what: string;
  before: string;
  after: string;
  risk: string;
}

/** Clusters for which one entry held before and one holds after; undefined is no entry. */
interface Scope {
  before: number | undefined;
  after: number | undefined;
  label: string;
}

interface Pair {
  before: Config;
  after: Config;
}

/** What becomes riskier where, by what holds in the end: a cap can also be lost to a nearer entry. Pure. */
export function riskyEffects(before: Config, after: Config, sections: Sections): Effect[] {
  const pair = { before, after };
  const found = scopesOf(pair).flatMap((scope) => [
    ...windowEffects(pair, scope, Object.keys(sections)),
    ...Object.entries(sections).flatMap(([trouble, section]) => [
      ...modeEffects(pair, scope, trouble),
      ...approverEffects(pair, scope, trouble),
      ...optionEffects(pair, scope, trouble, section),
    ]),
  ]);
  return merged(found);
}

/** The same effect on many clusters is one. */
function merged(effects: readonly Effect[]): Effect[] {
  const byKind = Object.groupBy(effects, ({ clusters: _, ...kind }) => JSON.stringify(kind));
  return Object.values(byKind).flatMap((alike = []) => {
    const [first] = alike;
    const clusters = [...new Set(alike.flatMap((effect) => effect.clusters))];
    return first === undefined ? [] : [{ ...first, clusters }];
  });
}

/**
 * Every two entries that can hold for one cluster, before and after. Left out is what never happens: another entry
 * of the same config that is nearer and is about all of those clusters holds there instead.
 */
function scopesOf({ before, after }: Pair): Scope[] {
  const rows = [undefined, ...before.clusters.keys()];
  const columns = [undefined, ...after.clusters.keys()];
  return rows.flatMap((row) =>
    columns.flatMap((column) => {
      const old = row === undefined ? undefined : before.clusters[row];
      const next = column === undefined ? undefined : after.clusters[column];
      const isPossible =
        (old === undefined || next === undefined || overlap(old, next)) &&
        !isHidden(old, next, before.clusters) &&
        !isHidden(next, old, after.clusters);
      return isPossible ? [{ before: row, after: column, label: labelOf(old, next) }] : [];
    }),
  );
}

/** Where `other` holds, an entry of `entries` that is nearer than `entry` always holds too. */
function isHidden(
  entry: Selector | undefined,
  other: Selector | undefined,
  entries: readonly Selector[],
): boolean {
  if (other === undefined) return false;
  return entries.some(
    (rival) =>
      (entry === undefined || specificity(rival) > specificity(entry)) &&
      rival !== entry &&
      includes(rival, other),
  );
}

function labelOf(left: Selector | undefined, right: Selector | undefined): string {
  const nearer =
    left !== undefined && (right === undefined || specificity(left) > specificity(right)) ? left : right;
  return nearer?.name ?? 'any other cluster';
}

function modeEffects({ before, after }: Pair, scope: Scope, trouble: string): Effect[] {
  const old = lowestOf(modesFor(before, scope.before, trouble)).mode;
  const next = lowestOf(modesFor(after, scope.after, trouble)).mode;
  if (rank(next) <= rank(old)) return [];
  return [
    { clusters: [scope.label], what: `mode of ${trouble}`, before: old, after: next, risk: 'higher mode' },
  ];
}

/** A window counts as kept when one opens at the same times and caps no less, or the mode is as low without it. */
function windowEffects({ before, after }: Pair, scope: Scope, troubles: readonly string[]): Effect[] {
  const kept = windowsOver(after, scope.after).map(({ window }) => ({ key: keyOf(after, window), window }));
  const highest = Math.max(
    ...troubles.map((trouble) => rank(lowestOf(modesFor(after, scope.after, trouble)).mode)),
  );
  return windowsOver(before, scope.before).flatMap(({ window }) => {
    const key = keyOf(before, window);
    const isKept = kept.some((each) => each.key === key && rank(each.window.mode) <= rank(window.mode));
    if (isKept || highest <= rank(window.mode)) return [];
    const about = { clusters: [scope.label], what: `window ${window.name}` };
    return [{ ...about, before: `${key} ${window.mode}`, after: 'changed or gone', risk: 'window removed' }];
  });
}

function keyOf(
  config: Config,
  { cron, duration, timezone }: { cron: string; duration: number; timezone?: string | undefined },
): string {
  return `"${cron}" ${formatDuration(duration)} ${timezone ?? config.global.timezone}`;
}

function approverEffects({ before, after }: Pair, scope: Scope, trouble: string): Effect[] {
  const known = peopleIn(before, scope.before, trouble);
  return peopleIn(after, scope.after, trouble)
    .filter((person) => !known.includes(person))
    .map((person) => ({
      clusters: [scope.label],
      what: `approvers of ${trouble}`,
      before: 'none',
      after: person,
      risk: 'new approver',
    }));
}

function peopleIn(config: Config, index: number | undefined, trouble: string): string[] {
  return approversFor(config, index, trouble).flatMap((group) => [
    ...group.slackUsers.map((id) => `slack:${group.slackTeam}/${id}`),
    ...group.slackGroups.map((id) => `slack:${group.slackTeam}/${id}`),
    ...group.awsPrincipals,
  ]);
}

function optionEffects(
  { before, after }: Pair,
  scope: Scope,
  trouble: string,
  section: Sections[string],
): Effect[] {
  const old = leavesByPath(section, sectionFor(before, scope.before, trouble));
  const next = leavesByPath(section, sectionFor(after, scope.after, trouble));
  return [...new Set([...old.keys(), ...next.keys()])].flatMap((path) => {
    const [was, is] = [old.get(path), next.get(path)];
    const risk = riskOfOption(was, is);
    const effect = { clusters: [scope.label], what: `${trouble}.${path}` };
    const change = { before: was?.text ?? 'none', after: is?.text ?? 'none' };
    return risk === undefined ? [] : [{ ...effect, ...change, risk }];
  });
}

function leavesByPath(section: Sections[string], value: unknown): Map<string, Leaf> {
  return new Map(leavesOf(section, value, '').map((leaf) => [leaf.path, leaf]));
}
