import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Server } from '../../../scripts/engines/moto.ts';
import { PortError } from '../../../shared/errors.ts';
import { portsOf, startAws } from './aws.ts';

type Ports = ReturnType<typeof portsOf>;

let server: Server;
let ports: Ports;

/** From here on the server asks who calls, and what they may. */
beforeAll(async () => {
  server = await startAws();
  ports = portsOf({
    TABLE_NAME: 'ledger',
    TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:incidents',
    DLQ_URL: `${server.endpoint}/123456789012/dlq`,
  });
  const { id, secret } = await userWithoutPolicies();
  vi.stubEnv('AWS_ACCESS_KEY_ID', id);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secret);
  await fetch(`${server.endpoint}/moto-api/reset-auth`, { method: 'POST', body: '0' });
});

afterAll(() => server.stop());

/** IAM has no client here; its protocol is a form. */
async function iam(parameters: Record<string, string>): Promise<string> {
  const scope = 'Credential=test/20260101/us-east-1/iam/aws4_request';
  const answer = await fetch(server.endpoint, {
    method: 'POST',
    headers: { authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=none` },
    body: new URLSearchParams({ ...parameters, Version: '2010-05-08' }),
  });
  return answer.text();
}

async function userWithoutPolicies(): Promise<{ id: string; secret: string }> {
  await iam({ Action: 'CreateUser', UserName: 'nobody' });
  const text = await iam({ Action: 'CreateAccessKey', UserName: 'nobody' });
  const field = (name: string) => new RegExp(`<${name}>(.*?)</${name}>`).exec(text)?.[1] ?? '';
  return { id: field('AccessKeyId'), secret: field('SecretAccessKey') };
}

async function failureOf(work: Promise<unknown>): Promise<PortError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof PortError) return error;
  throw new Error('no PortError', { cause: error });
}

const calls: [string, (ports: Ports) => Promise<unknown>][] = [
  ['ec2:DescribeInstances', ({ ec2 }) => ec2.describeInstances(['i-0123456789abcdef0'])],
  ['ec2:TerminateInstances', ({ ec2 }) => ec2.terminateInstances(['i-0123456789abcdef0'])],
  ['ec2:DescribeVolumes', ({ volumes }) => volumes.describeVolumes(['vol-0123456789abcdef0'])],
  ['ec2:ModifyVolume', ({ volumes }) => volumes.modifyVolume({ id: 'vol-0123456789abcdef0', type: 'gp3' })],
  ['autoscaling:DescribeAutoScalingGroups', ({ autoscaling }) => autoscaling.describeGroup('group')],
  ['autoscaling:SetDesiredCapacity', ({ autoscaling }) => autoscaling.setDesiredCapacity('group', 3)],
  ['sns:Publish', ({ topic }) => topic.publish({ subject: 's', body: 'b', attributes: {} })],
];

/** Their services answer in JSON; moto refuses in XML, as a proxy might in HTML: only the status can be read. */
const unreadable: [string, (ports: Ports) => Promise<unknown>][] = [
  ['sqs:SendMessage', ({ queue }) => queue.park({ body: 'b', reason: 'r', messageId: 'm' })],
  ['dynamodb:GetItem', ({ table }) => table.get({ pk: 'a', sk: 'b' })],
];

describe('a caller without permission', () => {
  test.each(calls)('is told that %s is missing', async (operation, use) => {
    expect(await failureOf(use(ports))).toMatchObject({
      kind: 'unauthorised',
      code: 'AccessDenied',
      operation,
      message: `missing permission ${operation}`,
    });
  });

  test.each(unreadable)(
    'is told about %s by the status when the answer cannot be read',
    async (operation, use) => {
      expect(await failureOf(use(ports))).toMatchObject({ kind: 'unauthorised', code: '403', operation });
    },
  );
});

describe('a caller nobody knows', () => {
  beforeAll(() => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'stranger');
    ports = portsOf({ TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:incidents' });
  });

  const strangers: [string, (ports: Ports) => Promise<unknown>, string][] = [
    ['EC2', ({ ec2 }) => ec2.describeInstances(['i-0123456789abcdef0']), 'AuthFailure'],
    ['Auto Scaling', ({ autoscaling }) => autoscaling.describeGroup('group'), 'InvalidClientTokenId'],
    [
      'SNS',
      ({ topic }) => topic.publish({ subject: 's', body: 'b', attributes: {} }),
      'InvalidClientTokenId',
    ],
  ];
  test.each(strangers)('is not told by %s that a permission is missing', async (_service, use, code) => {
    expect(await failureOf(use(ports))).toMatchObject({
      kind: 'unauthorised',
      code,
      message: `AWS did not accept our credentials (${code})`,
    });
  });
});
