import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildAll } from '../../scripts/build.ts';
import type { ApprovalRequest } from '../../shared/approval/answer.ts';
import { approvalFor, putApproval } from '../../shared/approval/rows.ts';
import { dynamoTable } from '../../shared/aws/table.ts';
import { wallClock } from '../../shared/clock.ts';
import { configHash, configStore } from '../../shared/config/store.ts';
import { Ledger } from '../../shared/incident/ledger.ts';
import type { Table } from '../../shared/ports/table.ts';
import {
  ANA,
  APP,
  CANARY,
  CHANNEL,
  formOf,
  payloadOf,
  SECRET,
  signed,
  slack,
  TEAM,
} from '../approval/fakes.ts';
import { ask, cordon } from '../cli/fakes.ts';

const run = promisify(execFile);
const dynalite: (options: { createTableMs: number }) => Server = createRequire(import.meta.url)('dynalite');

const CONFIG = `version: 1
slack:
  delivery: app
  team: ${TEAM}
  appId: ${APP}
  botToken: ${slack.signingSecretArn?.replace('signing', 'token')}
  signingSecret: ${slack.signingSecretArn}
approvers: { on-call: { slackTeam: ${TEAM}, slackUsers: [${ANA}] } }
approvals: { approvers: [on-call] }
routes: [{ match: {}, channels: [${CHANNEL}] }]
`;

let folder: string;
let dynamo: Server;
let others: Server;
let client: DynamoDBClient;
let table: Table;
const calls: string[] = [];

/** Just enough of Secrets Manager and of Lambda's callbacks. */
function otherServices(): Server {
  return createServer((request, response) => {
    const target = String(request.headers['x-amz-target'] ?? request.url?.split('/').at(-1));
    calls.push(target);
    request.resume();
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    const secret = { ARN: slack.signingSecretArn, SecretString: SECRET, CreatedDate: 1_700_000_000 };
    response.end(JSON.stringify(target.startsWith('secretsmanager') ? secret : {}));
  });
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function createLedger() {
  const keys = ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const }));
  return new CreateTableCommand({
    TableName: 'ledger',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keys,
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  });
}

let endpoints: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paramedic-approval-'));
  await buildAll(process.cwd(), folder);
  dynamo = dynalite({ createTableMs: 0 });
  others = otherServices();
  const [AWS_ENDPOINT_URL_DYNAMODB, rest] = [await listening(dynamo), await listening(others)];
  endpoints = { AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL: rest };
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  client = new DynamoDBClient({ region: 'eu-west-1', endpoint: AWS_ENDPOINT_URL_DYNAMODB, credentials });
  await client.send(createLedger());
  table = dynamoTable(
    () => client,
    () => 'ledger',
  );
}, 60_000);

afterAll(async () => {
  client.destroy();
  dynamo.close();
  others.close();
  await rm(folder, { recursive: true, force: true });
});

/** The packaged function in a Node process of its own, given what a function URL gives it. */
async function invoke({
  headers,
  body,
  isBase64,
}: ApprovalRequest): Promise<{ status: number; printed: string }> {
  const script = `
    const { handler } = await import(process.argv[1]);
    const result = await handler(JSON.parse(process.argv[2]), {});
    process.stdout.write('\\nRESULT' + JSON.stringify(result));`;
  const bundle = join(folder, 'dist/approval');
  const event = { headers: Object.fromEntries(headers), body, isBase64Encoded: isBase64 };
  const { stdout, stderr } = await run(
    process.execPath,
    ['--input-type=module', '-e', script, join(bundle, 'index.mjs'), JSON.stringify(event)],
    {
      env: {
        ...endpoints,
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        TABLE_NAME: 'ledger',
        PARAMEDIC_CONFIG: join(bundle, 'paramedic.yaml'),
        POWERTOOLS_SERVICE_NAME: 'paramedic-test',
        POWERTOOLS_METRICS_NAMESPACE: 'Paramedic',
      },
    },
  );
  const [printed = '', result = '{}'] = stdout.split('\nRESULT');
  return { status: (JSON.parse(result) as { statusCode: number }).statusCode, printed: printed + stderr };
}

/** An incident that asks one question, and the click of an approver on it. */
async function asked() {
  const ledger = new Ledger(table, wallClock);
  const now = wallClock.now();
  const signal = {
    kind: 'spot-interruption',
    subject: { kind: 'instance' as const, id: 'i-0f3c9a1d2e4b56789' },
    occurredAt: now,
    eventId: 'event-1',
    account: '210987654321',
    region: 'eu-west-1',
    meaning: 'test',
    data: {},
  };
  const cluster = { name: 'prod', account: '210987654321', region: 'eu-west-1' };
  const { incident } = await ledger.accept(signal, { trouble: 'node-interruption', cluster });
  const question = { ...ask(cordon), expiresAt: now + 600_000 };
  const waiting = { callbackId: 'callback-1', until: now + 600_000, why: 'answer', revision: 1 };
  await ledger.changeAny(incident.id, (open) => ({ ...open, questions: [question], waiting }));
  const approval = approvalFor(incident, question, CHANNEL);
  await putApproval(table, approval);
  const click = () => signed(formOf(payloadOf('approve', approval.id)), wallClock.now());
  return { click, answer: async () => (await ledger.readIncident(incident.id))?.questions[0]?.answer };
}

describe('the packaged approval function', () => {
  test('without Slack in the config there is no such place', async () => {
    const { click } = await asked();
    expect(await invoke(click())).toMatchObject({ status: 404, printed: '' });
    expect(calls).toEqual([]);
  });

  test('writes down a click over the wire, wakes the run, and says nothing of what came', async () => {
    const pushed = { text: CONFIG, hash: configHash(CONFIG), by: 'test', reason: 'test' };
    await configStore(table, wallClock).push(pushed, 0);
    const { click, answer } = await asked();
    const forged = { ...click(), body: Buffer.from('payload=other').toString('base64') };
    const refused = await invoke(forged);
    expect(refused.status).toBe(401);
    expect(refused.printed).toContain('forged');
    expect(await answer()).toBeUndefined();
    const counted = await invoke(click());
    expect(counted).toMatchObject({ status: 200, printed: '' });
    expect(await answer()).toMatchObject({ decision: 'approved', by: `slack:${TEAM}/${ANA}` });
    expect(calls.at(-1)).toContain('succeed');
    expect(refused.printed + counted.printed).not.toContain(CANARY);
  });
});
