import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AwsCall, type AwsReply, AwsServer, CA_FILE } from '../../bench/init/aws-server.ts';
import { BUNDLES, buildAll, LEFT_OUT } from '../../scripts/build.ts';

const run = promisify(execFile);

interface SentMessage {
  QueueUrl: string;
  MessageBody: string;
  MessageAttributes: Record<string, { StringValue: string }>;
}

let folder: string;
let aws: AwsServer;
const sent: SentMessage[] = [];

/** Just enough of SQS for SendMessage: the SDK checks the digest of what it sent. */
function answerOf({ operation, body }: AwsCall): AwsReply | undefined {
  if (operation !== 'SendMessage') return undefined;
  const message = JSON.parse(body) as SentMessage;
  sent.push(message);
  const MD5OfMessageBody = createHash('md5').update(message.MessageBody).digest('hex');
  return {
    contentType: 'application/x-amz-json-1.0',
    body: JSON.stringify({ MessageId: 'm-1', MD5OfMessageBody }),
  };
}

/** Calls a packaged function in a Node process of its own, as Lambda does. */
async function invoke(bundle: string, event: unknown): Promise<unknown> {
  const script = `
    const { handler } = await import(process.argv[1]);
    const result = await handler(JSON.parse(process.argv[2]), { getRemainingTimeInMillis: () => 10_000 });
    process.stdout.write('\\nRESULT' + JSON.stringify(result));`;
  const file = join(folder, 'dist', bundle, 'index.mjs');
  const { stdout } = await run(
    process.execPath,
    ['--input-type=module', '-e', script, file, JSON.stringify(event)],
    {
      env: {
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_ENDPOINT_URL: aws.url,
        NODE_EXTRA_CA_CERTS: CA_FILE,
        ACCOUNT_ID: '210987654321',
        QUEUE_URL: `${aws.url}/q`,
        DLQ_URL: `${aws.url}/dlq`,
        REMEDIATE_FUNCTION: 'remediate',
        POWERTOOLS_SERVICE_NAME: 'paramedic-test',
        POWERTOOLS_METRICS_NAMESPACE: 'Paramedic',
      },
    },
  );
  return JSON.parse(stdout.split('\nRESULT')[1] ?? 'null');
}

function record(body: string) {
  return { messageId: 'record-1', receiptHandle: 'r', body, attributes: { ApproximateReceiveCount: '1' } };
}

async function modulesOf(bundle: string): Promise<string[]> {
  const names = await readdir(join(folder, 'dist', bundle));
  const modules = names.filter((name) => name.endsWith('.mjs'));
  return Promise.all(modules.map((name) => readFile(join(folder, 'dist', bundle, name), 'utf8')));
}

function importsFromOutside(text: string): { name: string; isLazy: boolean }[] {
  const found = text.matchAll(/\b(import\(|from|import)\s*"((?:@[\w-]+\/)?[\w-][\w./:-]*)"/g);
  return [...found]
    .map(([, how, name = '']) => ({ name, isLazy: how === 'import(' }))
    .filter(({ name }) => !isBuiltin(name));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paramedic-bundle-'));
  await buildAll(process.cwd(), folder);
  aws = await AwsServer.start(answerOf);
}, 60_000);

afterAll(async () => {
  await aws.close();
  await rm(folder, { recursive: true, force: true });
});

describe('every packaged function', () => {
  test.each(Object.keys(BUNDLES))('%s loads in plain Node and exports its handler', async (bundle) => {
    const file = join(folder, 'dist', bundle, 'index.mjs');
    const script = 'process.stdout.write(typeof (await import(process.argv[1])).handler)';
    const env = { AWS_REGION: 'eu-west-1', ACCOUNT_ID: '210987654321' };
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script, file], { env });
    expect(stdout).toBe('function');
  });
});

describe('what is left out of the bundles', () => {
  test.each(Object.keys(BUNDLES))(
    '%s needs nothing that is not in it, in Node or left out',
    async (bundle) => {
      const missing: { name: string; isLazy: boolean }[] = [];
      for (const text of await modulesOf(bundle)) missing.push(...importsFromOutside(text));
      expect(missing.filter(({ name }) => !LEFT_OUT.includes(name))).toEqual([]);
      // Only asked for when Lambda's own variables hold no credentials.
      expect(missing.filter(({ isLazy }) => !isLazy)).toEqual([]);
    },
  );
});

describe('the packaged receive function', () => {
  test('loads in plain Node and answers an empty batch', async () => {
    expect(await invoke('node-interruption-receive', { Records: [] })).toEqual({ batchItemFailures: [] });
  });

  test('parks what it cannot read over the wire, with the reason, and takes it off the queue', async () => {
    const result = await invoke('node-interruption-receive', { Records: [record('not json')] });
    expect(result).toEqual({ batchItemFailures: [] });
    expect(sent).toHaveLength(1);
    expect(sent[0]?.QueueUrl).toMatch(/\/dlq$/);
    expect(sent[0]?.MessageBody).toBe('not json');
    expect(JSON.stringify(sent[0]?.MessageAttributes)).toContain('not JSON');
  });
});
