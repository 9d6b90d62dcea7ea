import * as v from 'valibot';
import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import { type Scenario, scenarioSchema } from './scenario-file.ts';
import { type ClusterSpec, type WorldSpec, worldSchema } from './world-file.ts';

/** A file that cannot be used. `problems` has one line per mistake: `file:line: path: what is wrong`. */
export class FileProblem extends Error {
  override readonly name = 'FileProblem';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** Reads a world from YAML or JSON text. Throws FileProblem. */
export function loadWorld(text: string, file = 'world'): WorldSpec {
  const spec = load(worldSchema, text, file);
  const problems = spec.clusters.flatMap((cluster) => contradictions(cluster));
  if (problems.length > 0) throw new FileProblem(problems.map((problem) => `${file}: ${problem}`));
  return spec;
}

function contradictions(cluster: ClusterSpec): string[] {
  const groups = new Set(cluster.groups.map((group) => group.name));
  const named = [
    ...cluster.groups.map((group) => `group ${group.name}`),
    ...cluster.workloads.map((workload) => `workload ${workload.namespace}/${workload.name}`),
    ...cluster.budgets.map((budget) => `budget ${budget.namespace}/${budget.name}`),
  ];
  const twice = named.filter((entry, index) => named.indexOf(entry) !== index);
  const strays = cluster.workloads.filter(
    (workload) => workload.group !== undefined && !groups.has(workload.group),
  );
  const crowded = cluster.groups.filter((group) => group.instances.length > group.count);
  return [
    ...twice.map((entry) => `${cluster.name}: ${entry} is there twice`),
    ...strays.map((workload) => `${cluster.name}: workload ${workload.name}: no group ${workload.group}`),
    ...crowded.map((group) => `${cluster.name}: group ${group.name} names more instances than its count`),
  ];
}

/** Reads a scenario: a list of items, or `{title, seed, items}`. Throws FileProblem. */
export function loadScenario(text: string, file = 'scenario'): Scenario {
  return load(scenarioSchema, text, file);
}

function load<S extends v.GenericSchema>(schema: S, text: string, file: string): v.InferOutput<S> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true });
  const syntax = document.errors.map(
    (error) => `${file}:${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0] ?? error.code}`,
  );
  if (syntax.length > 0) throw new FileProblem(syntax);
  const result = v.safeParse(schema, plainValue(document, file));
  if (result.success) return result.output;
  const problems = result.issues.map((issue) => {
    const path = (issue.path ?? []).map((part) => part.key);
    return `${file}:${lineOf(document, lines, path)}: ${pathText(path)}: ${issueText(issue)}`;
  });
  throw new FileProblem(problems);
}

function plainValue(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    // The library refuses aliases with a ReferenceError; a world needs none, and they can explode.
    if (error instanceof ReferenceError) throw new FileProblem([`${file}:1: aliases are not allowed`]);
    throw error;
  }
}

function issueText(issue: v.BaseIssue<unknown>): string {
  if (issue.type !== 'strict_object') return issue.message;
  return issue.expected === 'never' ? 'no such field' : 'missing';
}

function pathText(path: readonly unknown[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return text.replace(/^\./, '') || 'the file';
}

/** The line of the deepest part of the path that is really in the file. */
function lineOf(document: Document.Parsed, lines: LineCounter, path: readonly unknown[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const offset = offsetOf(document, path.slice(0, depth));
    if (offset !== undefined) return lines.linePos(offset).line;
  }
  return 1;
}

function offsetOf(document: Document.Parsed, path: readonly unknown[]): number | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (isMap<Node, Node>(parent)) {
    const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === path.at(-1));
    return pair?.key.range?.[0];
  }
  const node = document.getIn(path, true) as Node | undefined;
  return node?.range?.[0];
}
