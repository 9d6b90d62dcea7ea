import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { troubles } from '../../functions/index.ts';
import { judge } from '../../scripts/bundle-size.ts';
import { PIPELINE } from './template-iam.ts';
import {
  asObject,
  attributeOf,
  inOrder,
  ofType,
  packageService,
  type Resource,
  ROOT,
  STAGE,
  type Template,
  type Tree,
} from './template-package.ts';
import { eventKinds } from './template-pattern.ts';
import {
  admittedTo,
  camelCase,
  lanesOf,
  patternRules,
  rulesFor,
  sendsTo,
  targets,
  topicsTo,
} from './template-rules.ts';

const LAMBDA = 'arn:aws:lambda:eu-west-1:210987654321:function';

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

describe('rules', () => {
  test('every sample reaches exactly the rules its manifest entry names', async () => {
    const manifest = JSON.parse(await readFile(join(ROOT, 'events/manifest.json'), 'utf8')) as {
      file: string;
      rules: string[];
    }[];
    for (const { file, rules } of manifest) {
      // The samples name the function of stage dev.
      const text = (await readFile(join(ROOT, 'events', file), 'utf8')).replaceAll('-dev-', `-${STAGE}-`);
      expect({ file, rules: rulesFor(template, text) }).toEqual({ file, rules });
    }
  });

  test('every event a trouble reads has a rule, and every rule to a lane serves a trouble', () => {
    const wanted = troubles.flatMap((trouble) =>
      trouble.events.map(({ source, detailType }) => `${source}/${detailType}`),
    );
    const served = patternRules(template)
      .filter(([, rule]) => targets(rule).some(({ Arn }) => String(Arn).endsWith('Queue')))
      .flatMap(([, rule]) => eventKinds(rule['EventPattern'] ?? null));
    expect(new Set(served)).toEqual(new Set(wanted));
  });

  test('every event a trouble reads reaches the lane its urgency says, and no other', () => {
    for (const { name, events } of troubles) {
      for (const { source, detailType, urgent } of events) {
        const queue = `${pascalCase(name)}${urgent ? 'Notice' : 'Lifecycle'}Queue`;
        const lanes = lanesOf(template, `${source}/${detailType}`);
        expect({ detailType, lanes }).toEqual({ detailType, lanes: [attributeOf(queue, 'Arn')] });
      }
    }
  });

  test('patterns stay under the 2,048 characters EventBridge allows', () => {
    for (const [, rule] of patternRules(template))
      expect(JSON.stringify(rule['EventPattern']).length).toBeLessThanOrEqual(2048);
  });

  test('every target has a bounded retry and a dead-letter queue of its own lane', () => {
    for (const [, rule] of patternRules(template)) {
      for (const target of targets(rule)) {
        const queue = String(target['Arn']);
        const dlq = String(asObject(target['DeadLetterConfig'])['Arn']);
        expect(asObject(target['RetryPolicy'])['MaximumEventAgeInSeconds']).toBeLessThanOrEqual(3600);
        expect(dlq).toMatch(/Dlq$/);
        if (queue.endsWith('Queue')) expect(dlq).toBe(queue.replace(/Queue$/, 'Dlq'));
      }
    }
  });

  test('every queue admits exactly the rules and topics that send to it, of this account', () => {
    for (const [id] of properties('AWS::SQS::Queue')) {
      const arn = attributeOf(id, 'Arn');
      const senders = patternRules(template).filter(([, rule]) =>
        targets(rule).some((each) => sendsTo(each, arn)),
      );
      const wanted = [...senders.map(([rule]) => attributeOf(rule, 'Arn')), ...topicsTo(template, arn)];
      expect({ id, admits: inOrder(admittedTo(template, arn)) }).toEqual({ id, admits: inOrder(wanted) });
    }
  });

  test('a notice is given up after five minutes: older ones save nothing', () => {
    const [target] = targets(template.resources.get('NodeInterruptionNoticeRule')?.Properties ?? {});
    expect(asObject(target?.['RetryPolicy'])['MaximumEventAgeInSeconds']).toBeLessThanOrEqual(300);
  });
});

/** `node-interruption` → `NodeInterruption`. */
function pascalCase(name: string): string {
  return name.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
}

describe('lanes', () => {
  test('a record stays invisible longer than its consumer may run, in the notice lane only twice as long', () => {
    const mappings = properties('AWS::Lambda::EventSourceMapping');
    expect(mappings).toHaveLength(5);
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
    const senders = patternRules(template).filter(([, rule]) => targets(rule).some(({ Arn }) => Arn === arn));
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
    const aliases = properties('AWS::Lambda::Alias').map(([, { Name, FunctionName }]) => [
      FunctionName,
      Name,
    ]);
    expect(aliases).toHaveLength(troubles.length);
    for (const { name } of troubles) {
      const remediate = functions().get(`${camelCase(name)}Remediate`);
      expect(asObject(remediate?.['DurableConfig'])).toEqual({
        ExecutionTimeout: 86_400,
        RetentionPeriodInDays: 30,
      });
      const [, alias] = aliases.find(([of]) => of === `ref:${pascalCase(name)}RemediateLambdaFunction`) ?? [];
      for (const each of functions().values()) {
        const variables = asObject(asObject(each['Environment'])['Variables']);
        const named = String(variables['REMEDIATE_FUNCTION']).replace('{trouble}', camelCase(name));
        expect(named).toBe(`${LAMBDA}:${String(remediate?.['FunctionName'])}:${String(alias)}`);
      }
    }
  });

  test('every bundle loads on its own, with the variables of its function, and exports a handler', async () => {
    for (const each of functions().values()) {
      const handler = String(each['Handler']).replace(/\.handler$/, '.mjs');
      expect({ handler, loads: await loads(handler, each) }).toEqual({ handler, loads: 'function' });
    }
  });

  test('bundles stay small enough for a short cold start', () => {
    expect(judge(template.bundles)).toMatchObject({ isOver: false });
    for (const { entry } of template.bundles) expect(entry / 1024).toBeLessThan(1_000);
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
