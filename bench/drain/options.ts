import { parseArgs } from 'node:util';
import { quick, SCENARIOS, type Scenario } from './scenarios.ts';

/** One more opponent: a shell command with `{node}` or `{nodes}`, and `{kubeconfig}` (also in KUBECONFIG). */
export interface ToolOption {
  name: string;
  command: string;
}

export interface DrainOptions {
  scenarios: Scenario[];
  tools: ToolOption[];
  json: boolean;
}

const MAX_ROUNDS = 20;
/** Whose figures are printed under these names already. */
const TAKEN = new Set(['Paramedic', 'kubectl drain']);

/** Throws an Error for people when the arguments cannot be meant. */
export function drainOptions(args: readonly string[]): DrainOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      tool: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
    },
    strict: true,
  });
  const chosen = chosenFrom(values.only).map((scenario) => (values.quick ? quick(scenario) : scenario));
  const rounds = values.rounds === undefined ? undefined : roundsFrom(values.rounds);
  const scenarios = rounds === undefined ? chosen : chosen.map((scenario) => ({ ...scenario, rounds }));
  return { scenarios, tools: toolsFrom(values.tool), json: values.json };
}

function chosenFrom(names: readonly string[]): Scenario[] {
  const known = SCENARIOS.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`no scenario "${unknown}"; there are ${known.join(', ')}`);
  return SCENARIOS.filter(({ name }) => names.length === 0 || names.includes(name));
}

function roundsFrom(text: string): number {
  const rounds = Number(text);
  if (Number.isInteger(rounds) && rounds >= 1 && rounds <= MAX_ROUNDS) return rounds;
  throw new Error(`--rounds takes a whole number from 1 to ${MAX_ROUNDS}`);
}

function toolsFrom(texts: readonly string[]): ToolOption[] {
  const tools = texts.map(toolFrom);
  const names = [...TAKEN, ...tools.map(({ name }) => name)];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`two tools are called "${twice}"`);
  return tools;
}

function toolFrom(text: string): ToolOption {
  const [, name, command] = /^([^=]{1,40})=(.+)$/s.exec(text) ?? [];
  if (name === undefined || command === undefined)
    throw new Error("--tool takes 'name=command with {node} and {kubeconfig}'");
  const isPerNode = command.includes('{node}');
  if (isPerNode === command.includes('{nodes}'))
    throw new Error(`--tool ${name}: {node} for one process per node, or {nodes} for one in all`);
  return { name, command };
}

/** The command lines of one run. */
export function commandsOf(template: string, nodes: readonly string[], kubeconfig: string): string[] {
  const filled = template.replaceAll('{kubeconfig}', kubeconfig);
  if (filled.includes('{nodes}')) return [filled.replaceAll('{nodes}', nodes.join(' '))];
  return nodes.map((node) => filled.replaceAll('{node}', node));
}
