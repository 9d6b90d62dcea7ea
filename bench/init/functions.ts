import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { BUNDLES } from '../../scripts/build.ts';
import { HOME } from '../setup.ts';
import type { FunctionSetup } from './cold-start.ts';

interface ServerlessFunction {
  handler: string;
  timeout: number;
  memorySize?: number;
  environment?: Record<string, unknown>;
}

interface Serverless {
  provider: { memorySize: number; environment: Record<string, unknown> };
  functions: Record<string, ServerlessFunction>;
}

/** What only a deployed stack knows about itself, with ids that exist nowhere. */
export const DEPLOYED: Readonly<Record<string, string>> = {
  STAGE: 'bench',
  ACCOUNT_ID: HOME.account,
  TABLE_NAME: 'paramedic-bench',
  TOPIC_ARN: `arn:aws:sns:${HOME.region}:${HOME.account}:paramedic-bench`,
  QUEUE_URL: `https://sqs.${HOME.region}.amazonaws.com/${HOME.account}/bench`,
  DLQ_URL: `https://sqs.${HOME.region}.amazonaws.com/${HOME.account}/bench-dlq`,
  HINTS_URL: `https://sqs.${HOME.region}.amazonaws.com/${HOME.account}/bench-hints`,
  REMEDIATE_FUNCTION: `arn:aws:lambda:${HOME.region}:${HOME.account}:function:paramedic-bench:durable`,
  POWERTOOLS_SERVICE_NAME: 'paramedic-bench',
};

/** Where Lambda unpacks a package. */
const TASK_ROOT = '/var/task';

/**
 * Every bundle as the first function of `serverless.yml` that uses it, unpacked under `taskRoot`. `values` replace
 * what is written there; a variable that only a deployed stack knows must be among them.
 */
export function functionsOf(
  root: string,
  taskRoot: string,
  values: Readonly<Record<string, string>>,
): Map<string, FunctionSetup> {
  const { provider, functions } = parse(readFileSync(join(root, 'serverless.yml'), 'utf8')) as Serverless;
  const setups = Object.keys(BUNDLES).map((bundle): [string, FunctionSetup] => {
    const used = Object.entries(functions).find(
      ([, { handler }]) => handler === `dist/${bundle}/index.handler`,
    );
    if (used === undefined) throw new Error(`no function of serverless.yml uses the bundle ${bundle}`);
    const [name, { handler, timeout, memorySize = provider.memorySize, environment = {} }] = used;
    const variables = variablesOf({ ...provider.environment, ...environment }, taskRoot, values);
    return [bundle, { name, taskRoot, handler, memoryMb: memorySize, timeoutMs: timeout * 1_000, variables }];
  });
  return new Map(setups);
}

function variablesOf(
  environment: Record<string, unknown>,
  taskRoot: string,
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  const written = Object.entries(environment).map(([name, value]) => {
    const known = values[name] ?? value;
    if (typeof known !== 'string' || known.includes('${')) throw new Error(`no value for ${name}`);
    return [name, known.replace(TASK_ROOT, taskRoot)];
  });
  return { ...Object.fromEntries(written), ...values };
}
