import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Finding, lint, prepare } from '../../../scripts/engines/cfn-lint.ts';
import { SIGNING_SECRET } from '../../contract/template-iam.ts';
import { inOrder, packageService } from '../../contract/template-package.ts';

const INSTALL_MS = 660_000;
const REGION = 'eu-west-1';

/** Both shapes of `network` in serverless.yml. */
const SHAPES: Readonly<Record<string, Record<string, string>>> = {
  none: {},
  vpc: {
    network: 'vpc',
    subnetIds: 'subnet-0a1b2c3d4e5f60718,subnet-0b1c2d3e4f5061728',
    securityGroupIds: 'sg-0a1b2c3d4e5f60718',
    email: 'oncall@example.com',
    slackSigningSecretArn: SIGNING_SECRET,
  },
};

interface Allowance {
  rule: string;
  path: RegExp;
  /** Absent: whatever it says there. */
  message?: RegExp;
  why: string;
}

/** What cfn-lint may say. Anything else is a failure, and so is an allowance that nothing needs any more. */
const ALLOWED: readonly Allowance[] = [
  {
    rule: 'W3005',
    path: /^Resources\/\w+LambdaFunction\/DependsOn\/\d+$/,
    why: 'the packager writes a dependency on the role beside the reference to it: said twice, harmless',
  },
  {
    rule: 'W3005',
    path: /^Resources\/\w+LambdaAlias\/DependsOn$/,
    why: 'the packager writes a dependency on the function beside the reference to it: said twice, harmless',
  },
  {
    rule: 'W8003',
    path: /^Conditions\/\w+(\/|$)/,
    why: 'parameters are filled in when packaging, so that CloudFormation compares two constants',
  },
  {
    rule: 'W3037',
    path: /^Resources\/(EbsSaturationRemediate|Sweep)Role\/.*\/Action$/,
    message: /^'describealarmcontributors' is not one of/,
    why: 'CloudWatch documents the call, and no reference of IAM lists its action: IAM takes actions it does not know',
  },
];

let command: string;
let folder: string;

beforeAll(async () => {
  command = await prepare();
  folder = await mkdtemp(join(tmpdir(), 'paramedic-cfn-lint-'));
}, INSTALL_MS);

afterAll(() => rm(folder, { recursive: true, force: true }));

async function findingsOf(name: string, text: string): Promise<Finding[]> {
  const file = join(folder, `${name}.json`);
  await writeFile(file, text);
  return lint(command, file, REGION);
}

async function packaged(parameters: Record<string, string>): Promise<string> {
  const template = await packageService(parameters);
  await template.dispose();
  return template.text;
}

function allows({ rule, path, message }: Allowance, found: Finding): boolean {
  const isThere = found.rule === rule && path.test(found.path.join('/'));
  return isThere && (message?.test(found.message) ?? true);
}

describe('cfn-lint', () => {
  test.each(Object.entries(SHAPES))(
    'finds nothing unexplained in the template packaged with network %s',
    async (name, parameters) => {
      const findings = await findingsOf(name, await packaged(parameters));
      expect(findings.filter((found) => !ALLOWED.some((each) => allows(each, found)))).toEqual([]);
      expect(ALLOWED.filter((each) => !findings.some((found) => allows(each, found)))).toEqual([]);
    },
  );

  test('would find a property that does not exist, a wrong value and a broken reference', async () => {
    const Queue = { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 50_000, Colour: 'red' } };
    const Topic = { Type: 'AWS::SNS::Topic', Properties: { KmsMasterKeyId: { Ref: 'Nobody' } } };
    const found = await findingsOf('planted', JSON.stringify({ Resources: { Queue, Topic } }));
    expect(inOrder(found.map(({ level, path }) => `${level} ${path.join('/')}`))).toEqual([
      'Error Resources/Queue/Properties/Colour',
      'Error Resources/Queue/Properties/VisibilityTimeout',
      'Error Resources/Topic/Properties/KmsMasterKeyId/Ref',
    ]);
  });
});
