import { type Leaf, leavesOf } from './leaves.ts';
import type { Config } from './load.ts';
import { riskOf } from './risk.ts';
import { riskyEffects } from './risk-scopes.ts';
import { configSchema } from './schema.ts';
import type { Sections } from './section.ts';

/** One difference between two configs, in the units of the file. */
export interface ConfigChange {
  /** A path of the file, or `effect on prod-*: mode of node-interruption`. */
  path: string;
  /** `none` where it does not stand. */
  before: string;
  after: string;
  /** Why it lets Paramedic do more, or more people say yes. */
  risk?: string;
}

/**
 * Every option that differs, and then what the change leads to where that is riskier than before. Defaults and presets
 * count as if they were written. Pure.
 */
export function compareConfigs(before: Config, after: Config, sections: Sections): ConfigChange[] {
  const schema = configSchema(sections);
  const byPath = (config: Config) =>
    new Map(leavesOf(schema, config, '').map((leaf): [string, Leaf] => [leaf.path, leaf]));
  const old = byPath(before);
  const next = byPath(after);
  const changes = [...new Set([...old.keys(), ...next.keys()])].flatMap((path) =>
    changeAt(path, old.get(path), next.get(path)),
  );
  const effects = riskyEffects(before, after, sections).map(({ clusters, what, ...change }) => ({
    path: `effect on ${few(clusters)}: ${what}`,
    ...change,
  }));
  return [...changes, ...effects];
}

const MANY = 5;

function few(names: readonly string[]): string {
  const more = names.length > MANY ? ` and ${names.length - MANY} more` : '';
  return `${names.slice(0, MANY).join(', ')}${more}`;
}

export function isRisky(changes: readonly ConfigChange[]): boolean {
  return changes.some(({ risk }) => risk !== undefined);
}

function changeAt(path: string, before: Leaf | undefined, after: Leaf | undefined): ConfigChange[] {
  if (before?.text === after?.text) return [];
  const risk = riskOf(path, before, after);
  const change = { path, before: before?.text ?? 'none', after: after?.text ?? 'none' };
  return [risk === undefined ? change : { ...change, risk }];
}
