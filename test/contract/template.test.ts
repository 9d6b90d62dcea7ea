import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { troubles } from '../../functions/index.ts';
import { PIPELINE } from './template-iam.ts';
import {
  asList,
  asObject,
  attributeOf,
  ofType,
  packageService,
  type Resource,
  ROOT,
  STAGE,
  type Template,
  type Tree,
} from './template-package.ts';
import { matches } from './template-pattern.ts';

const REMEDIATE = `arn:aws:lambda:eu-west-1:210987654321:function:paramedic-${STAGE}-nodeInterruptionRemediate`;

let template: Template;

beforeAll(async () => {
  template = await packageService();
}, 120_000);

afterAll(() => template.dispose());

function properties(type: string): [string, { [name: string]: Tree }][] {
  return ofType(template, type);
}

function functions(): Map<string, Resource['Properties']> {
  const named = properties('AWS::Lambda::Function').map(
    ([, each]) => [String(each['FunctionName']).split('-').at(-1) ?? '', each] as const,
  );
  return new Map(named);
}

function patternRules(): [string, { [name: string]: Tree }][] {
  return properties('AWS::Events::Rule').filter(([, rule]) => rule['EventPattern'] !== undefined);
}

describe('rules', () => {
  test('every sample reaches exactly the rules its manifest entry names', async () => {
    const manifest = JSON.parse(await readFile(join(ROOT, 'events/manifest.json'), 'utf8')) as {
      file: string;
      rules: string[];
    }[];
    for (const { file, rules } of manifest) {
      // The samples name the function of stage dev.
      const text = (await readFile(join(ROOT, 'events', file), 'utf8')).replaceAll('-dev-', `-${STAGE}-`);
      expect({ file, rules: rulesFor(text) }).toEqual({ file, rules });
    }
  });

  test('every event a trouble reads has a rule, and every rule to a lane serves a trouble', () => {
    const wanted = troubles.flatMap((trouble) =>
      trouble.events.map(({ source, detailType }) => `${source}/${detailType}`),
    );
    const served = patternRules()
      .filter(([, rule]) => targets(rule).some(({ Arn }) => String(Arn).endsWith('Queue')))
      .flatMap(([, rule]) => pairs(asObject(rule['EventPattern'])));
    expect(new Set(served)).toEqual(new Set(wanted));
  });

  test('patterns stay under the 2,048 characters EventBridge allows', () => {
    for (const [, rule] of patternRules())
      expect(JSON.stringify(rule['EventPattern']).length).toBeLessThanOrEqual(2048);
  });

  test('every target has a bounded retry and a dead-letter queue that admits this rule', () => {
    for (const [id, rule] of patternRules()) {
      for (const target of targets(rule)) {
        const dlq = String(asObject(target['DeadLetterConfig'])['Arn']);
        expect(asObject(target['RetryPolicy'])['MaximumEventAgeInSeconds']).toBeLessThanOrEqual(3600);
        expect(queueAdmits(dlq, id)).toBe(true);
        if (String(target['Arn']).endsWith('Queue'))
          expect(queueAdmits(String(target['Arn']), id)).toBe(true);
      }
    }
  });

  test('a notice is given up after five minutes: older ones save nothing', () => {
    const [target] = targets(template.resources.get('NodeInterruptionNoticeRule')?.Properties ?? {});
    expect(asObject(target?.['RetryPolicy'])['MaximumEventAgeInSeconds']).toBeLessThanOrEqual(300);
  });
});

function rulesFor(text: string): string[] {
  let event: Tree;
  try {
    event = JSON.parse(text) as Tree;
  } catch {
    return [];
  }
  return patternRules()
    .filter(([, rule]) => matches(rule['EventPattern'] ?? null, event))
    .map(([id]) => id);
}

function pairs(pattern: { [name: string]: Tree }): string[] {
  const types = asList(pattern['detail-type']);
  return asList(pattern['source']).flatMap((source) =>
    types.map((type) => `${String(source)}/${String(type)}`),
  );
}

function targets(rule: { [name: string]: Tree }): { [name: string]: Tree }[] {
  return asList(rule['Targets']).map(asObject);
}

/** True when the queue's policy lets EventBridge send for this rule of this account, and for nobody else. */
function queueAdmits(queueArn: string, rule: string): boolean {
  const statements = properties('AWS::SQS::QueuePolicy')
    .flatMap(([, policy]) => asList(asObject(policy['PolicyDocument'])['Statement']).map(asObject))
    .filter((statement) => asList(statement['Resource']).includes(queueArn));
  return (
    statements.length > 0 &&
    statements.every(({ Condition }) => {
      const condition = asObject(Condition);
      return (
        asObject(condition['ArnEquals'])['aws:SourceArn'] === attributeOf(rule, 'Arn') &&
        asObject(condition['StringEquals'])['aws:SourceAccount'] === '210987654321'
      );
    })
  );
}

describe('lanes', () => {
  test('a record stays invisible longer than its consumer may run, in the notice lane only twice as long', () => {
    const mappings = properties('AWS::Lambda::EventSourceMapping');
    expect(mappings).toHaveLength(2);
    for (const [, mapping] of mappings) {
      const queue = template.resources.get(
        String(mapping['EventSourceArn']).slice('arn:'.length),
      )?.Properties;
      const consumer = template.resources.get(
        String(mapping['FunctionName']).slice('arn:'.length),
      )?.Properties;
      const isNotice = String(queue?.['QueueName']).endsWith('-notice');
      const ratio = Number(queue?.['VisibilityTimeout']) / Number(consumer?.['Timeout']);
      // After a crash the next attempt must still fall into the two minutes.
      expect(ratio).toBeGreaterThanOrEqual(isNotice ? 2 : 6);
      if (isNotice) expect(queue?.['VisibilityTimeout']).toBeLessThanOrEqual(30);
      expect(asObject(queue?.['RedrivePolicy'])['deadLetterTargetArn']).toMatch(/Dlq$/);
      expect(mapping['FunctionResponseTypes']).toEqual(['ReportBatchItemFailures']);
      expect(asObject(mapping['ScalingConfig'])['MaximumConcurrency']).toBeGreaterThanOrEqual(2);
    }
  });

  test('a notice waits for no batch and shares its queue with nothing', () => {
    const arn = attributeOf('NodeInterruptionNoticeQueue', 'Arn');
    const [, mapping] = properties('AWS::Lambda::EventSourceMapping').find(
      ([, each]) => each['EventSourceArn'] === arn,
    ) ?? ['', {}];
    expect(mapping['MaximumBatchingWindowInSeconds']).toBe(0);
    const senders = patternRules().filter(([, rule]) => targets(rule).some(({ Arn }) => Arn === arn));
    expect(senders.map(([id]) => id)).toEqual(['NodeInterruptionNoticeRule']);
  });

  test('queues are encrypted and dead letters are kept for 14 days', () => {
    for (const [id, queue] of properties('AWS::SQS::Queue')) {
      expect(queue['SqsManagedSseEnabled']).toBe(true);
      if (id.endsWith('Dlq')) expect(queue['MessageRetentionPeriod']).toBe(14 * 86_400);
    }
  });
});

describe('functions', () => {
  test('run on Node 24 and arm64, find their config, and keep their environment under 4 KB', () => {
    expect(new Set(functions().keys())).toEqual(new Set(Object.keys(PIPELINE)));
    for (const each of functions().values()) {
      const variables = asObject(asObject(each['Environment'])['Variables']);
      expect(each['Runtime']).toBe('nodejs24.x');
      expect(each['Architectures']).toEqual(['arm64']);
      expect(JSON.stringify(variables).length).toBeLessThan(4096);
      const folder = String(each['Handler']).replace(/\/index\.handler$/, '');
      expect(variables['PARAMEDIC_CONFIG']).toBe(`/var/task/${folder}/paramedic.yaml`);
    }
  });

  test('the run is durable, and everyone starts it by its alias', () => {
    const remediate = functions().get('nodeInterruptionRemediate');
    expect(asObject(remediate?.['DurableConfig'])).toEqual({
      ExecutionTimeout: 86_400,
      RetentionPeriodInDays: 30,
    });
    const [, alias] = properties('AWS::Lambda::Alias')[0] ?? ['', {}];
    for (const each of functions().values()) {
      const variables = asObject(asObject(each['Environment'])['Variables']);
      expect(variables['REMEDIATE_FUNCTION']).toBe(`${REMEDIATE}:${String(alias['Name'])}`);
    }
  });

  test('every bundle loads on its own, with the variables of its function, and exports a handler', async () => {
    for (const each of functions().values()) {
      const handler = String(each['Handler']).replace(/\.handler$/, '.mjs');
      expect({ handler, loads: await loads(handler, each) }).toEqual({ handler, loads: 'function' });
    }
  });

  test('bundles stay small enough for a short cold start', () => {
    for (const size of template.bundles) {
      expect(size.entry / 1024).toBeLessThan(1_300);
      expect(size.total / 1024).toBeLessThan(2_600);
    }
  });
});

/** The type of the bundle's `handler`, loaded in a process of its own as Lambda does. */
async function loads(file: string, properties: { [name: string]: Tree }): Promise<string> {
  const variables = Object.entries(asObject(asObject(properties['Environment'])['Variables']));
  const env = variables.map(([name, value]) => [name, String(value).replace('/var/task', template.folder)]);
  const script = 'import(process.argv[1]).then((bundle) => console.log(typeof bundle.handler))';
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['-e', script, join(template.folder, file)],
    {
      env: { AWS_REGION: 'eu-west-1', ...Object.fromEntries(env) },
    },
  );
  return stdout.trim();
}
