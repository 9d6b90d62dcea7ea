import { approversFor, type Loaded, originOf, policyFor, sectionFor } from '../../shared/config/effective.ts';
import { readConfigFile } from '../../shared/config/file.ts';
import { type Leaf, leavesOf } from '../../shared/config/leaves.ts';
import type { Config } from '../../shared/config/load.ts';
import { didYouMean } from '../../shared/config/nearest.ts';
import { clusterSchema, configSchema } from '../../shared/config/schema.ts';
import { bestIndex } from '../../shared/config/selector.ts';
import { CONFIG_NAME, pushedName } from '../../shared/config/stored-or-packaged.ts';
import type { ClusterRef } from '../../shared/ports/kubernetes.ts';
import { SECTIONS, shipped } from '../files.ts';
import { table } from '../output.ts';
import { targetOf } from '../target.ts';
import { EXIT, type ExitCode, textOption, UsageError, type VerbInput } from '../verb.ts';
import { type Candidate, checked, fromFile } from './candidate.ts';

/** An option as it holds in the end. */
interface Shown {
  option: string;
  value: string;
  /** A line, a preset or `default`. */
  from: string;
}

/** What holds for a cluster and trouble now, and what says so. */
export async function show(input: VerbInput): Promise<ExitCode> {
  const { options, output, context } = input;
  const troubles = troublesOf(textOption(options, 'trouble'));
  const loaded = await configFor(input);
  if (loaded === undefined) return EXIT.blocked;
  const cluster = clusterOf(loaded.config, input);
  const now = context.clock.now();
  const all = troubles.map((trouble) => ({ trouble, ...effective(loaded, cluster, trouble, now) }));
  const shared = [...sharedOptions(loaded.config), ...ownWindows(loaded.config, cluster)];
  if (options['json'] === true)
    output.json({ cluster: cluster.name, hash: loaded.hash, options: shared, troubles: all });
  else {
    const rows = [...shared, ...all.flatMap((each) => each.options)];
    const lines = rows.map(({ option, value, from }) => [option, value, from]);
    for (const line of table([['OPTION', 'VALUE', 'FROM'], ...lines])) output.data(line);
  }
  output.talk(`${cluster.name}, config ${loaded.hash}`);
  return EXIT.ok;
}

/** Of the file, else what is pushed, else the packaged file of this checkout. Undefined: it is not valid. */
async function configFor(input: VerbInput): Promise<Candidate | undefined> {
  const { options, output, context } = input;
  const file = textOption(options, 'file');
  if (file !== undefined) return await fromFile(input, file);
  const { config, name } = await context.connect(targetOf(options, context.env));
  const head = await config.head();
  if (head !== undefined) {
    output.talk(`${name}: version ${head.version}`);
    return checked(input, head.text, pushedName(head.version));
  }
  output.talk(`${name}: nothing was pushed; shown is the packaged file of this checkout`);
  return checked(input, await readConfigFile(shipped(CONFIG_NAME)), CONFIG_NAME);
}

function troublesOf(given: string | undefined): string[] {
  const known = Object.keys(SECTIONS);
  if (given === undefined) return known;
  if (!known.includes(given))
    throw new UsageError(`there is no trouble '${given}'${didYouMean(given, known)}`);
  return [given];
}

/** Without account and region the entry of that very name holds, wherever it is narrowed to. */
function clusterOf({ clusters }: Config, { options }: VerbInput): ClusterRef {
  const name = textOption(options, 'cluster') ?? '(any other)';
  const named = clusters.find((entry) => entry.name === name);
  const account = textOption(options, 'account') ?? named?.account ?? '';
  return { name, account, region: textOption(options, 'region') ?? named?.region ?? '' };
}

function effective(loaded: Loaded, cluster: ClusterRef, trouble: string, now: number) {
  const { config } = loaded;
  const index = bestIndex(config.clusters, cluster);
  const { mode, modeRule } = policyFor(loaded, cluster, trouble, now);
  const own = `troubles.${trouble}`;
  const above = `clusters[${index}]`;
  const at = (path: string) => [`${above}.${own}.${path}`, `${own}.${path}`];
  const section = SECTIONS[trouble];
  const leaves = section === undefined ? [] : leavesOf(section, sectionFor(config, index, trouble), '');
  const approvers = approversFor(config, index, trouble).map(({ name }) => name);
  const levels = [`${above}.${own}`, above, own, 'approvals'].map((level) => `${level}.approvers`);
  const options: Shown[] = [
    { option: `${own}.mode`, value: mode, from: modeRule },
    { option: `${own}.approvers`, value: `[${approvers.join(', ')}]`, from: firstOrigin(config, levels) },
    ...leaves.map((leaf) => ({ ...shown(leaf, own), from: firstOrigin(config, at(leaf.path)) })),
  ];
  return { mode, rule: modeRule, options };
}

function firstOrigin(config: Config, paths: readonly string[]): string {
  return paths.map((path) => originOf(config, path)).find((origin) => origin !== 'default') ?? 'default';
}

function shown({ path, text }: Leaf, above: string): Omit<Shown, 'from'> {
  return { option: above === '' ? path : `${above}.${path}`, value: text };
}

/** The windows of the entry that holds for the cluster, beside the global ones. */
function ownWindows(config: Config, cluster: ClusterRef): Shown[] {
  const index = bestIndex(config.clusters, cluster);
  const entry = index === undefined ? undefined : config.clusters[index];
  const schema = clusterSchema(SECTIONS).entries.windows;
  const leaves = leavesOf(schema, entry?.windows, `clusters[${entry?.name}].windows`);
  return leaves.map((leaf) => ({
    ...shown(leaf, ''),
    from: originOf(config, leaf.at.replace(`[${entry?.name}]`, `[${index}]`)),
  }));
}

/** What is the same everywhere. */
function sharedOptions(config: Config): Shown[] {
  const {
    troubles: _troubles,
    clusters: _clusters,
    version: _version,
    ...entries
  } = configSchema(SECTIONS).entries;
  return Object.entries(entries).flatMap(([name, schema]) =>
    leavesOf(schema, config[name as keyof typeof entries], name).map((leaf) => ({
      ...shown(leaf, ''),
      from: originOf(config, leaf.at),
    })),
  );
}
