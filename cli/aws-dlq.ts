import { gunzipSync } from 'node:zlib';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { awsCall } from '../shared/aws/classify.ts';
import { clientConfig } from '../shared/aws/ports.ts';
import { PortError } from '../shared/errors.ts';
import type { DeadLetter, DeadLetters, Lane } from './dlq.ts';

/** Parked bodies are at most 1 MB; anything that unpacks to more was not written by us. */
const MAX_UNPACKED_BYTES = 8 * 1024 * 1024;

/** Dead-letter queues by the names `deploy/template/queues.yml` gives them. */
export function awsDeadLetters(
  stage: string,
  region: string,
  client = new SQSClient(clientConfig(region)),
): DeadLetters {
  const urls = new Map<string, Promise<string>>();
  const urlOf = (name: string): Promise<string> => {
    const known = urls.get(name) ?? queueUrl(client, name);
    urls.set(name, known);
    return known;
  };
  const queue = ({ name }: Lane) => urlOf(`paramedic-${stage}-${name}`);
  const deadLetterQueue = ({ name }: Lane) => urlOf(`paramedic-${stage}-${name}-dlq`);
  return {
    depth: async (lane) => await depthOf(client, await deadLetterQueue(lane)),
    receive: async (lane, hideSeconds) => await receive(client, await deadLetterQueue(lane), hideSeconds),
    release: async (lane, receipt) => {
      const command = new ChangeMessageVisibilityCommand({
        QueueUrl: await deadLetterQueue(lane),
        ReceiptHandle: receipt,
        VisibilityTimeout: 0,
      });
      await awsCall('sqs:ChangeMessageVisibility', () => client.send(command));
    },
    send: async (lane, body) => {
      const command = new SendMessageCommand({ QueueUrl: await queue(lane), MessageBody: body });
      await awsCall('sqs:SendMessage', () => client.send(command));
    },
    remove: async (lane, receipt) => {
      const command = new DeleteMessageCommand({
        QueueUrl: await deadLetterQueue(lane),
        ReceiptHandle: receipt,
      });
      await awsCall('sqs:DeleteMessage', () => client.send(command));
    },
  };
}

async function queueUrl(client: SQSClient, name: string): Promise<string> {
  const command = new GetQueueUrlCommand({ QueueName: name });
  const { QueueUrl } = await awsCall('sqs:GetQueueUrl', () => client.send(command));
  if (QueueUrl === undefined)
    throw new PortError('not-found', `no queue ${name}`, { operation: 'sqs:GetQueueUrl' });
  return QueueUrl;
}

async function depthOf(client: SQSClient, url: string): Promise<number> {
  const command = new GetQueueAttributesCommand({
    QueueUrl: url,
    AttributeNames: ['ApproximateNumberOfMessages'],
  });
  const { Attributes } = await awsCall('sqs:GetQueueAttributes', () => client.send(command));
  return Number(Attributes?.['ApproximateNumberOfMessages'] ?? 0);
}

async function receive(client: SQSClient, url: string, hideSeconds: number): Promise<DeadLetter[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: url,
    MaxNumberOfMessages: 10,
    VisibilityTimeout: hideSeconds,
    // A short poll asks some of SQS's servers only and may come back empty from a full queue.
    WaitTimeSeconds: 2,
    MessageSystemAttributeNames: ['SentTimestamp'],
    MessageAttributeNames: ['All'],
  });
  const { Messages = [] } = await awsCall('sqs:ReceiveMessage', () => client.send(command));
  return Messages.flatMap(letterOf);
}

function letterOf(message: Message): DeadLetter[] {
  const { MessageId: id, ReceiptHandle: receipt, Body: body } = message;
  if (id === undefined || receipt === undefined || body === undefined) return [];
  const sentAt = Number(message.Attributes?.['SentTimestamp'] ?? 0);
  const reason = message.MessageAttributes?.['reason']?.StringValue;
  const encoding = message.MessageAttributes?.['encoding']?.StringValue;
  const letter = { id, receipt, sentAt, body: decode(body, encoding) };
  return [reason === undefined ? letter : { ...letter, reason }];
}

/** Undoes what `shared/aws/sqs.ts` did to park a body SQS would refuse. */
function decode(body: string, encoding: string | undefined): string | undefined {
  const bytes = () => Buffer.from(body, 'base64');
  if (encoding === undefined) return body;
  if (encoding === 'base64') return bytes().toString('utf8');
  if (encoding === 'base64-utf16le') return bytes().toString('utf16le');
  return encoding === 'gzip+base64' ? gunzip(bytes()) : undefined;
}

function gunzip(bytes: Buffer): string | undefined {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES }).toString('utf8');
  } catch {
    return undefined;
  }
}
