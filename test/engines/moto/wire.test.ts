import { AutoScalingClient, CreateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import { EC2Client, type EC2ClientConfig } from '@aws-sdk/client-ec2';
import { HttpRequest } from '@smithy/protocol-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Server } from '../../../scripts/engines/moto.ts';
import { awsCall } from '../../../shared/aws/classify.ts';
import { ec2Adapter } from '../../../shared/aws/ec2.ts';
import { ec2Operations } from '../../../shared/aws/ec2-ops.ts';
import { PortError } from '../../../shared/errors.ts';
import { createGroup, launch, portsOf, REGION, startAws } from './aws.ts';

/** Well-formed and nobody's. */
const NOBODY = 'i-0123456789abcdef0';
const ACCOUNT = '210987654321';

let server: Server;

beforeAll(async () => {
  server = await startAws();
});

afterAll(() => server.stop());

describe('long lists', () => {
  test('250 instances are found over several questions of several pages, and one that is missing', async () => {
    const ids: string[] = [];
    for (let reservation = 0; reservation < 25; reservation++) ids.push(...(await launch(10)));
    const { requestHandler, sizes } = smallPages(9);
    const ec2 = ec2Adapter(async () => ec2Operations({ region: REGION, requestHandler }));
    const found = await ec2.describeInstances([NOBODY, ...ids]);
    expect(new Set(found.map(({ id }) => id))).toEqual(new Set(ids));
    expect(found).toHaveLength(250);
    // 200 ids stand in the first three pages' question, 51 in that of the fourth.
    expect(sizes).toEqual([200, 200, 200, 51]);
  });

  test('120 members of a group are found 50 at a time', async () => {
    await createGroup('large', { min: 1, max: 200, desired: 120 });
    const { autoscaling } = portsOf();
    const { instances } = await autoscaling.describeGroup('large');
    const [first = '', ...others] = instances.map(({ id }) => id);
    const members = await autoscaling.describeInstances([first, ...others]);
    expect(new Set(members.map(({ instanceId }) => instanceId))).toEqual(new Set([first, ...others]));
    expect(members).toHaveLength(120);
  });
});

/** EC2 may give less than it is asked for: the pages are cut on the way. Keeps how many ids each question held. */
function smallPages(pageSize: number): {
  requestHandler: NonNullable<EC2ClientConfig['requestHandler']>;
  sizes: number[];
} {
  const inner = new EC2Client({ region: REGION }).config.requestHandler;
  const sizes: number[] = [];
  const requestHandler = {
    ...inner,
    handle: (request: HttpRequest, options?: object) => {
      const parameters = new URLSearchParams(String(request.body));
      sizes.push([...parameters.keys()].filter((name) => name.startsWith('Filter.1.Value')).length);
      parameters.set('MaxResults', String(pageSize));
      const body = parameters.toString();
      const headers = { ...request.headers, 'content-length': String(body.length) };
      return inner.handle(new HttpRequest({ ...request, body, headers }), options);
    },
  };
  return { requestHandler, sizes };
}

type Ports = ReturnType<typeof portsOf>;

/** `kind code` of a failure, in each of the services' own ways to say it. */
async function failureOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof PortError ? `${error.kind} ${error.code}` : 'no PortError';
}

const NOWHERE = {
  TABLE_NAME: 'nowhere',
  TOPIC_ARN: `arn:aws:sns:${REGION}:${ACCOUNT}:nowhere`,
};

describe('failures over the wire', () => {
  const gone: [string, (ports: Ports) => Promise<unknown>, string][] = [
    ['DynamoDB', ({ table }) => table.get({ pk: 'a', sk: 'b' }), 'ResourceNotFoundException'],
    ['SNS', ({ topic }) => topic.publish({ subject: 's', body: 'b', attributes: {} }), 'NotFound'],
    [
      'SQS',
      ({ queue }) => queue.park({ body: 'b', reason: 'r', messageId: 'm' }),
      'AWS.SimpleQueueService.NonExistentQueue',
    ],
  ];
  test.each(gone)('%s: what does not exist is not-found', async (_service, use, code) => {
    const DLQ_URL = `${server.endpoint}/${ACCOUNT}/nowhere`;
    expect(await failureOf(use(portsOf({ ...NOWHERE, DLQ_URL })))).toBe(`not-found ${code}`);
  });

  test('EC2: an id that nobody has is not-found below the adapter, which takes it as done', async () => {
    const operations = ec2Operations({ region: REGION });
    const below = awsCall('ec2:TerminateInstances', () => operations.terminateInstances([NOBODY]));
    expect(await failureOf(below)).toBe('not-found InvalidInstanceID.NotFound');
    await expect(portsOf().ec2.terminateInstances([NOBODY])).resolves.toBeUndefined();
  });

  test('Auto Scaling: a request that breaks a rule is invalid', async () => {
    const client = new AutoScalingClient({ region: REGION });
    const input = { AutoScalingGroupName: 'homeless', MinSize: 0, MaxSize: 1 };
    const call = awsCall('autoscaling:CreateAutoScalingGroup', () =>
      client.send(new CreateAutoScalingGroupCommand(input)),
    );
    expect(await failureOf(call)).toBe('invalid ValidationError');
  });

  test('an answer that is no AWS answer is transient, with its status', async () => {
    const { autoscaling } = portsOf();
    expect(await failureOf(autoscaling.isRefreshing('large'))).toBe('transient 500');
  });
});
