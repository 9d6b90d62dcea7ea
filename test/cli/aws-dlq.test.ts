import { gzipSync } from 'node:zlib';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { awsDeadLetters } from '../../cli/aws-dlq.ts';
import type { Lane } from '../../cli/dlq.ts';

const sqs = mockClient(SQSClient);
const notice: Lane = { trouble: 'node-interruption', kind: 'notice', name: 'node-interruption-notice' };
const throttling: Lane = { trouble: 'api-throttling', kind: 'lifecycle', name: 'api-throttling-lifecycle' };
const letters = () => awsDeadLetters('qa', 'eu-west-1');

beforeEach(() => {
  sqs.reset();
  sqs.on(GetQueueUrlCommand).callsFake(({ QueueName }) => ({ QueueUrl: `url:${QueueName}` }));
  sqs.on(SendMessageCommand).resolves({});
  sqs.on(DeleteMessageCommand).resolves({});
  sqs.on(ChangeMessageVisibilityCommand).resolves({});
});

describe('the dead-letter queues on SQS', () => {
  test('reads the dead-letter queue and sends to the lane, by the names of the template', async () => {
    sqs.on(GetQueueAttributesCommand).resolves({ Attributes: { ApproximateNumberOfMessages: '7' } });
    const queues = letters();
    expect(await queues.depth(notice)).toBe(7);
    await queues.send(throttling, 'body');
    await queues.remove(throttling, 'r1');
    await queues.release(notice, 'r2');
    const inputs = sqs.calls().map(({ args }) => args[0].input as { QueueUrl?: string });
    expect(inputs.flatMap(({ QueueUrl }) => QueueUrl ?? [])).toEqual([
      'url:paramedic-qa-node-interruption-notice-dlq',
      'url:paramedic-qa-api-throttling-lifecycle',
      'url:paramedic-qa-api-throttling-lifecycle-dlq',
      'url:paramedic-qa-node-interruption-notice-dlq',
    ]);
  });

  test.each([
    ['none', undefined, 'plain', 'plain'],
    ['base64', 'base64', Buffer.from('a\u0000b').toString('base64'), 'a\u0000b'],
    ['UTF-16', 'base64-utf16le', Buffer.from('\ud800x', 'utf16le').toString('base64'), '\ud800x'],
    ['gzip', 'gzip+base64', gzipSync('').toString('base64'), ''],
    ['broken gzip', 'gzip+base64', 'AAAA', undefined],
    ['a gzip bomb', 'gzip+base64', gzipSync(Buffer.alloc(9 * 1024 * 1024)).toString('base64'), undefined],
    ['unknown', 'rot13', 'uryyb', undefined],
  ])('undoes the encoding of a parked body: %s', async (_, encoding, parked, body) => {
    const attributes = { reason: { DataType: 'String', StringValue: 'why' } };
    const encoded = encoding === undefined ? {} : { encoding: { DataType: 'String', StringValue: encoding } };
    sqs.on(ReceiveMessageCommand).resolves({
      Messages: [
        {
          MessageId: 'm',
          ReceiptHandle: 'r',
          Body: parked,
          Attributes: { SentTimestamp: '1700000000000' },
          MessageAttributes: { ...attributes, ...encoded },
        },
      ],
    });
    expect(await letters().receive(notice, 120)).toEqual([
      { id: 'm', receipt: 'r', sentAt: 1_700_000_000_000, reason: 'why', body },
    ]);
  });

  test('an empty queue gives an empty list', async () => {
    sqs.on(ReceiveMessageCommand).resolves({});
    expect(await letters().receive(notice, 120)).toEqual([]);
  });

  test('a missing permission is a PortError that names it', async () => {
    const denied = Object.assign(new Error('no'), {
      name: 'AccessDenied',
      $metadata: { httpStatusCode: 403 },
    });
    sqs.on(ReceiveMessageCommand).rejects(denied);
    await expect(letters().receive(notice, 120)).rejects.toMatchObject({
      kind: 'unauthorised',
      operation: 'sqs:ReceiveMessage',
    });
  });
});
