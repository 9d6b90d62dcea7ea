import { gunzipSync } from 'node:zlib';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Server } from '../../../scripts/engines/moto.ts';
import { failureKind } from '../../../shared/errors.ts';
import { portsOf, REGION, startAws } from './aws.ts';

const ACCOUNT = '123456789012';

let server: Server;
let queues = 0;
/** A queue of the case's own. */
let queueUrl: string;
let sqs: SQSClient;

beforeAll(async () => {
  server = await startAws();
  sqs = new SQSClient({ region: REGION });
});
afterAll(() => server.stop());
beforeEach(async () => {
  queues += 1;
  const Attributes = { VisibilityTimeout: '600', MaximumMessageSize: String(1024 * 1024) };
  const command = new CreateQueueCommand({ QueueName: `queue-${queues}`, Attributes });
  queueUrl = (await sqs.send(command)).QueueUrl ?? '';
});

async function receive(): Promise<Message[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ['All'],
    }),
  );
  return Messages;
}

function attributesOf({ MessageAttributes = {} }: Message): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]),
  );
}

describe('a topic', () => {
  const message = {
    subject: 'Paramedic: node ip-10-0-1-7 → leaving',
    body: 'naïve — 🚑\nsecond line\u0000 & <xml>',
    attributes: {
      trouble: 'node-interruption',
      cluster: 'shop',
      severity: 'major',
      event: 'opened',
      empty: '',
    },
  };

  async function subscribed(Attributes: Record<string, string>): Promise<string> {
    const sns = new SNSClient({ region: REGION });
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: `topic-${queues}` }));
    const Endpoint = `arn:aws:sqs:${REGION}:${ACCOUNT}:queue-${queues}`;
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }));
    return TopicArn;
  }

  test('carries body and attributes to a queue, the empty one and what SNS refuses left out', async () => {
    const TOPIC_ARN = await subscribed({ RawMessageDelivery: 'true' });
    await portsOf({ TOPIC_ARN }).topic.publish(message);
    const [received, ...others] = await receive();
    expect(others).toEqual([]);
    expect(received?.Body).toBe('naïve — 🚑\nsecond line? & <xml>');
    const { empty: _empty, ...attributes } = message.attributes;
    expect(attributesOf(received ?? {})).toEqual(attributes);
  });

  test('carries the subject as one line of ASCII', async () => {
    const TOPIC_ARN = await subscribed({});
    await portsOf({ TOPIC_ARN }).topic.publish(message);
    const [received] = await receive();
    const { Subject, TopicArn } = JSON.parse(received?.Body ?? '{}') as {
      Subject?: string;
      TopicArn?: string;
    };
    expect([Subject, TopicArn]).toEqual(['Paramedic: node ip-10-0-1-7 -> leaving', TOPIC_ARN]);
  });

  test('is filtered by our attributes', async () => {
    const TOPIC_ARN = await subscribed({ FilterPolicy: JSON.stringify({ severity: ['critical'] }) });
    const { topic } = portsOf({ TOPIC_ARN });
    await topic.publish(message);
    await topic.publish({ ...message, attributes: { ...message.attributes, severity: 'critical' } });
    expect(await receive()).toHaveLength(1);
  });
});

describe('a queue', () => {
  const decoders: Record<string, (body: string) => string> = {
    none: (body) => body,
    base64: (body) => Buffer.from(body, 'base64').toString('utf8'),
    'base64-utf16le': (body) => Buffer.from(body, 'base64').toString('utf16le'),
    'gzip+base64': (body) => gunzipSync(Buffer.from(body, 'base64')).toString('utf8'),
  };
  const bodies: [string, string, string][] = [
    ['plain text', '{"id":"naïve 🚑 <&>\\t"}', 'none'],
    ['a control character', 'bell \u0007', 'base64'],
    ['half a surrogate pair', 'half \ud83d', 'base64-utf16le'],
    ['nothing', '', 'gzip+base64'],
    ['more than a message may hold', 'x'.repeat(1024 * 1024 + 1), 'gzip+base64'],
  ];

  test.each(bodies)(
    'keeps a parked record of %s so that every byte can be had back',
    async (_name, body, encoding) => {
      await portsOf({ DLQ_URL: queueUrl }).queue.park({
        body,
        reason: 'malformed: no\u0000 id',
        messageId: 'm-1',
      });
      const [parked] = await receive();
      const { encoding: found = 'none', ...attributes } = attributesOf(parked ?? {});
      expect([found, attributes]).toEqual([
        encoding,
        { reason: 'malformed: no? id', originalMessageId: 'm-1' },
      ]);
      expect(decoders[encoding]?.(parked?.Body ?? '')).toBe(body);
    },
  );

  test('gives a record again when retryAfter says, not before', async () => {
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'record' }));
    const [first] = await receive();
    const { queue } = portsOf({ QUEUE_URL: queueUrl });
    await queue.retryAfter(first?.ReceiptHandle ?? '', 3_600);
    expect(await receive()).toEqual([]);
    await queue.retryAfter(first?.ReceiptHandle ?? '', 0);
    expect((await receive()).map(({ Body }) => Body)).toEqual(['record']);
  });

  test('says invalid to a receipt it never gave', async () => {
    const { queue } = portsOf({ QUEUE_URL: queueUrl });
    expect(await queue.retryAfter('never-given', 1).then(() => 'accepted', failureKind)).toBe('invalid');
  });
});
