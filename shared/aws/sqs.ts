import { gzipSync } from 'node:zlib';
import {
  ChangeMessageVisibilityCommand,
  SendMessageCommand,
  SQSClient,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs';
import { PortError } from '../errors.ts';
import type { ParkedRecord, Queue } from '../ports/messages.ts';
import { awsCall } from './classify.ts';
import { lazy } from './lazy.ts';
import { acceptedText, attributeBytes, cutBytes, isAcceptedText } from './text.ts';

/** SQS's limit, message attributes included. */
const MAX_BYTES = 1024 * 1024;
const MAX_REASON_BYTES = 1024;
const MAX_VISIBILITY_SECONDS = 43_200;

/**
 * How a parked body is written: as it is, or, where SQS would refuse it, so that every byte can be had back.
 * `base64` and `gzip+base64` hold UTF-8, `base64-utf16le` text that UTF-8 cannot carry (lone surrogates).
 */
export type BodyEncoding = 'none' | 'base64' | 'base64-utf16le' | 'gzip+base64';

export interface QueueUrls {
  queueUrl(): string;
  deadLetterQueueUrl(): string;
}

export function sqsPort(config: SQSClientConfig, urls: QueueUrls): Queue {
  return sqsQueue(
    lazy(() => new SQSClient(config)),
    urls,
  );
}

export function sqsQueue(client: () => SQSClient, urls: QueueUrls): Queue {
  return {
    park: async (parked) => {
      const { body, attributes } = parkedMessage(parked);
      const command = new SendMessageCommand({
        QueueUrl: urls.deadLetterQueueUrl(),
        MessageBody: body,
        MessageAttributes: Object.fromEntries(
          Object.entries(attributes).map(([name, value]) => [
            name,
            { DataType: 'String', StringValue: value },
          ]),
        ),
      });
      await awsCall('sqs:SendMessage', () => client().send(command));
    },
    retryAfter: async (receiptHandle, delaySeconds) => {
      const seconds = Math.min(MAX_VISIBILITY_SECONDS, Math.max(0, Math.ceil(delaySeconds)));
      const command = new ChangeMessageVisibilityCommand({
        QueueUrl: urls.queueUrl(),
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: seconds,
      });
      await awsCall('sqs:ChangeMessageVisibility', () => client().send(command));
    },
  };
}

interface ParkedMessage {
  body: string;
  attributes: Record<string, string>;
}

/** Throws PortError `invalid` for what fits in no encoding: SQS's own redrive then keeps the original. */
export function parkedMessage(parked: ParkedRecord): ParkedMessage {
  const plain = encodingOf(parked.body);
  for (const encoding of plain === 'base64-utf16le' ? [plain] : [plain, 'gzip+base64' as const]) {
    const message = {
      body: encode(parked.body, encoding),
      attributes: attributesOf(parked, encoding),
    };
    if (bytesOf(message) <= MAX_BYTES) return message;
  }
  throw new PortError('invalid', 'the record is too large to park', { operation: 'sqs:SendMessage' });
}

function encodingOf(body: string): BodyEncoding {
  if (!body.isWellFormed()) return 'base64-utf16le';
  // SQS refuses an empty body, and base64 of nothing is empty as well; gzip of nothing is not.
  if (body === '') return 'gzip+base64';
  return isAcceptedText(body) ? 'none' : 'base64';
}

function encode(body: string, encoding: BodyEncoding): string {
  if (encoding === 'none') return body;
  if (encoding === 'gzip+base64') return gzipSync(body).toString('base64');
  return Buffer.from(body, encoding === 'base64' ? 'utf8' : 'utf16le').toString('base64');
}

function attributesOf({ reason, messageId }: ParkedRecord, encoding: BodyEncoding): Record<string, string> {
  const attributes: Record<string, string> = {
    reason: cutBytes(acceptedText(reason), MAX_REASON_BYTES) || 'unknown',
    originalMessageId: acceptedText(messageId) || 'unknown',
  };
  if (encoding !== 'none') attributes['encoding'] = encoding;
  return attributes;
}

function bytesOf({ body, attributes }: ParkedMessage): number {
  const sizes = Object.entries(attributes).map(([name, value]) => attributeBytes(name, value));
  return sizes.reduce((sum, size) => sum + size, Buffer.byteLength(body));
}
