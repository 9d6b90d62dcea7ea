import type { Clock } from '../shared/clock.ts';
import type { Deployment, Target } from './deployment.ts';
import type { Output } from './output.ts';

export const EXIT = {
  ok: 0,
  /** It was tried and did not work. */
  error: 1,
  /** The command line is wrong; nothing was tried. */
  usage: 2,
  /** A rule says no: a bad config, a question that is answered or has expired. */
  blocked: 3,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** One word after `paramedic`. One file each under `cli/verbs/`, which exports it as `verb`. */
export interface Verb {
  name: string;
  /** The first line of its help. */
  summary: string;
  /** What stands after the name in the usage line, options left out, e.g. `<incident>`. */
  operands: string;
  /** How many operands are allowed. */
  count: { min: number; max: number };
  options: Readonly<Record<string, OptionSpec>>;
  /** Whole command lines without `paramedic`. */
  examples: readonly string[];
  /** Throws `UsageError` for a wrong command line and PortErrors as they come. */
  run(input: VerbInput): Promise<ExitCode>;
}

export interface OptionSpec {
  type: 'string' | 'boolean';
  /** What the value is, e.g. `<text>`; strings only. */
  value?: string;
  /** May be given several times; its values are then a list. */
  multiple?: boolean;
  help: string;
}

export interface VerbInput {
  operands: readonly string[];
  options: OptionValues;
  output: Output;
  context: Context;
}

export type OptionValues = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** The world a verb runs in; tests bring their own. */
export interface Context {
  env: Readonly<Record<string, string | undefined>>;
  /** Where relative paths start. */
  cwd: string;
  clock: Clock;
  connect(target: Target): Promise<Deployment>;
}

/** The command line is wrong: exit code 2, with the verb's usage line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

export function requiredText(options: OptionValues, name: string): string {
  const value = textOption(options, name)?.trim();
  if (value === undefined || value === '') throw new UsageError(`--${name} is required`);
  return value;
}

export function textList(options: OptionValues, name: string): string[] {
  const value = options[name];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

/** Undefined when absent; a whole number of at least 1 otherwise. */
export function countOption(options: OptionValues, name: string): number | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new UsageError(`--${name} must be a whole number of at least 1`);
  return Number(text);
}
