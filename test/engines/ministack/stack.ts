import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../scripts/engines/cache.ts';
import { packageService, ROOT, STAGE, type Template } from '../../contract/template-package.ts';
import { ACCOUNT, type Aws, clientOptions, elements, REGION, SECRET } from './aws.ts';

export const STACK = `paramedic-${STAGE}`;
const CLOUDFORMATION = '2010-05-15';
const DEPLOY_MS = 110_000;
const CONFIG = 'PARAMEDIC_CONFIG';

interface State {
  service: { provider: { compiledCloudFormationTemplate: { Resources: Record<string, Packaged> } } };
}
interface Packaged {
  Type: string;
  Properties: { Environment?: { Variables?: Record<string, unknown> } };
}

export interface Prepared {
  template: Template;
  /** What was changed in the template's copy, in words. */
  changes: string[];
}

/**
 * Packages the service as a deployment does. The copy that is deployed differs in one thing: functions run in a
 * temporary folder there, so the config they are told of is a file of ours, in mode auto.
 */
export async function prepareStack(): Promise<Prepared> {
  const template = await packageService();
  try {
    return { template, changes: await changeCopy(template.folder) };
  } catch (error) {
    await template.dispose();
    throw error;
  }
}

async function changeCopy(folder: string): Promise<string[]> {
  const config = join(folder, 'auto.yaml');
  const text = await readFile(join(ROOT, 'paramedic.yaml'), 'utf8');
  const auto = text.replace('\n  mode: observe\n', '\n  mode: auto\n');
  if (auto === text) throw new Error('paramedic.yaml is not in mode observe');
  await writeFile(config, auto);
  // The deploy tool takes the template out of its own state, and empties `.serverless` first.
  await cp(join(folder, '.serverless'), join(folder, 'packaged'), { recursive: true });
  const file = join(folder, 'packaged', 'serverless-state.json');
  const state = JSON.parse(await readFile(file, 'utf8')) as State;
  const changes = pointAt(config, state.service.provider.compiledCloudFormationTemplate.Resources);
  await writeFile(file, JSON.stringify(state));
  return changes;
}

function pointAt(config: string, resources: Record<string, Packaged>): string[] {
  return Object.entries(resources).flatMap(([id, { Type, Properties }]) => {
    const variables = Properties.Environment?.Variables;
    const before = variables?.[CONFIG];
    if (Type !== 'AWS::Lambda::Function' || variables === undefined || before === undefined) return [];
    variables[CONFIG] = config;
    return [`${id}.Environment.${CONFIG}: ${String(before)} -> ${config}`];
  });
}

/** Brings the stack up with the deploy tool itself, told of its endpoint as the SDKs are. */
export async function deploy({ folder }: Template, port: number): Promise<void> {
  const cli = join(ROOT, 'node_modules/serverless/bin/serverless.js');
  await run(process.execPath, [cli, 'deploy', '--package', 'packaged', '--stage', STAGE], {
    cwd: folder,
    timeoutMs: DEPLOY_MS,
    env: {
      HOME: folder,
      AWS_ENDPOINT_URL: clientOptions(port).endpoint,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: ACCOUNT,
      AWS_SECRET_ACCESS_KEY: SECRET,
      AWS_SESSION_TOKEN: '',
      AWS_PROFILE: '',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      SLS_AWS_MONITORING_FREQUENCY: '300',
    },
  });
}

/** What the stack itself went through, oldest first. */
export async function stackStatuses(aws: Aws): Promise<string[]> {
  const events = await membersOf(aws, 'DescribeStackEvents');
  const ours = events.filter((event) => event.includes('>AWS::CloudFormation::Stack<'));
  return ours.flatMap((event) => elements(event, 'ResourceStatus')).toReversed();
}

/** Logical id → physical id of what the stack says it has. */
export async function stackResources(aws: Aws): Promise<Map<string, string>> {
  const members = await membersOf(aws, 'ListStackResources');
  return new Map(
    members.map((member) => [
      elements(member, 'LogicalResourceId')[0] ?? '',
      elements(member, 'PhysicalResourceId')[0] ?? '',
    ]),
  );
}

/** Of every page of a list about the stack; one holds a hundred. */
async function membersOf(aws: Aws, operation: string): Promise<string[]> {
  const members: string[] = [];
  let next: string | undefined;
  do {
    const parameters = { StackName: STACK, ...(next !== undefined && { NextToken: next }) };
    const xml = await aws.query('cloudformation', CLOUDFORMATION, operation, parameters);
    members.push(...xml.split('<member>').slice(1));
    [next] = elements(xml, 'NextToken');
  } while (next !== undefined);
  return members;
}
