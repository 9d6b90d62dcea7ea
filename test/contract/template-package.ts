import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { buildAll } from '../../scripts/build.ts';
import { type BundleSize, measure } from '../../scripts/bundle-size.ts';

export const ROOT = resolve(import.meta.dirname, '../..');
export const STAGE = 'contract';
const PSEUDO: Record<string, string> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': '210987654321',
};

export type Tree = string | number | boolean | null | Tree[] | { [name: string]: Tree };
export interface Resource {
  Type: string;
  Properties: { [name: string]: Tree };
  [name: string]: Tree;
}
export interface Template {
  text: string;
  resources: ReadonlyMap<string, Resource>;
  bundles: BundleSize[];
  /** Where the service was packaged; gone after `dispose`. */
  folder: string;
  dispose(): Promise<void>;
}

/**
 * Builds the bundles and packages the service the way a deployment does, offline and with dummy credentials.
 * It works in a folder of its own: test files run side by side, and nobody's dist/ changes.
 */
export async function packageService(parameters: Record<string, string> = {}): Promise<Template> {
  const folder = await mkdtemp(join(tmpdir(), 'paramedic-package-'));
  const dispose = () => rm(folder, { recursive: true, force: true });
  try {
    for (const name of ['serverless.yml', 'deploy', 'package.json'])
      await cp(join(ROOT, name), join(folder, name), { recursive: true });
    await buildAll(ROOT, folder);
    const cli = join(ROOT, 'node_modules/serverless/bin/serverless.js');
    const params = Object.entries(parameters).map(([name, value]) => `--param=${name}=${value}`);
    await promisify(execFile)(process.execPath, [cli, 'package', '--stage', STAGE, ...params], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, ...DUMMY_CREDENTIALS },
    });
    const text = await readFile(
      join(folder, '.serverless/cloudformation-template-update-stack.json'),
      'utf8',
    );
    return { ...readTemplate(text), bundles: await measure(folder), folder, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

const DUMMY_CREDENTIALS = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', AWS_REGION: 'eu-west-1' };

/** The template with every intrinsic resolved to a fixed value, resources behind a false condition removed. */
function readTemplate(text: string): Pick<Template, 'text' | 'resources'> {
  const raw = JSON.parse(text) as {
    Resources: Record<string, Resource & { Condition?: string }>;
    Conditions: Record<string, Tree>;
  };
  const conditions = new Map(Object.entries(raw.Conditions).map(([name, rule]) => [name, holds(rule)]));
  const kept = Object.entries(raw.Resources).filter(
    ([, resource]) => resource.Condition === undefined || conditions.get(resource.Condition) === true,
  );
  const resources = kept.map(
    ([id, resource]) => [id, resolveTree(resource, conditions) as Resource] as const,
  );
  return { text, resources: new Map(resources) };
}

function holds(rule: Tree | undefined): boolean {
  const node = asObject(rule ?? null);
  const equals = node['Fn::Equals'];
  if (Array.isArray(equals)) return equals[0] === equals[1];
  const not = node['Fn::Not'];
  return Array.isArray(not) && !holds(not[0]);
}

const GONE = Symbol('AWS::NoValue');

function resolveTree(value: Tree, conditions: ReadonlyMap<string, boolean>): Tree {
  const resolved = resolveNode(value, conditions);
  return resolved === GONE ? null : resolved;
}

function resolveNode(value: Tree, conditions: ReadonlyMap<string, boolean>): Tree | typeof GONE {
  if (Array.isArray(value)) {
    return value.map((entry) => resolveNode(entry, conditions)).filter((entry) => entry !== GONE);
  }
  if (value === null || typeof value !== 'object') return value;
  const intrinsic = resolveIntrinsic(value, conditions);
  if (intrinsic !== undefined) return intrinsic;
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [name, resolveTree(entry, conditions)]),
  );
}

function resolveIntrinsic(
  value: { [name: string]: Tree },
  conditions: ReadonlyMap<string, boolean>,
): Tree | typeof GONE | undefined {
  const ref = value['Ref'];
  if (ref === 'AWS::NoValue') return GONE;
  if (typeof ref === 'string') return PSEUDO[ref] ?? `ref:${ref}`;
  const attribute = value['Fn::GetAtt'];
  if (Array.isArray(attribute)) return attributeOf(String(attribute[0]), String(attribute[1]));
  const text = value['Fn::Sub'];
  if (typeof text === 'string') return substitute(text);
  const choice = value['Fn::If'];
  if (!Array.isArray(choice)) return undefined;
  const branch = conditions.get(String(choice[0])) === true ? choice[1] : choice[2];
  return branch === undefined ? undefined : resolveNode(branch, conditions);
}

function substitute(text: string): string {
  return text.replaceAll(/\$\{([\w:.]+)\}/g, (_, name: string) => {
    const [id = '', attribute] = name.split('.');
    return PSEUDO[name] ?? (attribute === undefined ? `ref:${id}` : attributeOf(id, attribute));
  });
}

/** What a test compares a resource's attribute with, e.g. `arn:LedgerTable`. */
export function attributeOf(id: string, attribute: string): string {
  return `${attribute.toLowerCase()}:${id}`;
}

export function asObject(value: Tree | undefined): { [name: string]: Tree } {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
}

export function asList(value: Tree | undefined): Tree[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** Logical id and properties of every resource of one type. */
export function ofType(template: Template, type: string): [string, Resource['Properties']][] {
  return [...template.resources]
    .filter(([, resource]) => resource.Type === type)
    .map(([id, { Properties }]) => [id, Properties]);
}

/** Sorted and without repeats, to compare lists whose order means nothing. */
export function inOrder(values: Iterable<string>): string[] {
  return [...new Set(values)].toSorted((left, right) => (left < right ? -1 : 1));
}
