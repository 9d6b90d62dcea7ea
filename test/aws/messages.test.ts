import { gunzipSync } from 'node:zlib';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { ChangeMessageVisibilityCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { fc } from '@fast-check/vitest';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { snsTopic, subjectLine } from '../../shared/aws/sns.ts';
import { parkedMessage, sqsQueue } from '../../shared/aws/sqs.ts';
import { cutBytes, isAcceptedText } from '../../shared/aws/text.ts';
import { failureKind } from '../../shared/errors.ts';

const region = 'eu-west-1';
const MIB = 1024 * 1024;

describe('SNS topic', () => {
  const mock = mockClient(SNSClient);
  const topic = snsTopic(
    () => new SNSClient({ region }),
    () => 'arn:topic',
  );
  beforeEach(() => mock.reset());

  async function published(body: string, attributes: Record<string, string> = {}) {
    mock.on(PublishCommand).resolves({});
    await topic.publish({ subject: 'Node drained', body, attributes });
    return mock.commandCalls(PublishCommand)[0]?.args[0].input;
  }

  test('sends subject, body and attributes; empty attributes are left out because SNS refuses them', async () => {
    expect(await published('All well 🚑', { trouble: 'node-interruption', severity: '' })).toEqual({
      TopicArn: 'arn:topic',
      Subject: 'Node drained',
      Message: 'All well 🚑',
      MessageAttributes: { trouble: { DataType: 'String', StringValue: 'node-interruption' } },
    });
  });

  test('a body too long is cut on a whole character, with room for the attributes, and says so', async () => {
    const input = await published('🚑'.repeat(100_000), { cluster: 'c'.repeat(1000) });
    const size = Buffer.byteLength(input?.Message ?? '') + 'clusterString'.length + 1000;
    expect(size).toBeLessThanOrEqual(256 * 1024);
    expect(size).toBeGreaterThan(256 * 1024 - 8);
    expect(input?.Message).toMatch(/^(🚑)+\n… \(cut/u);
  });

  test('what looks like a credential is mailed to nobody', async () => {
    const canary = ['xox', 'b-1234-canary'].join('');
    const input = await published(`alarm text: ${canary}`);
    expect(input?.Message).toBe('alarm text: [redacted Slack token]');
    expect(subjectLine(`node ${canary}`)).toBe('node [redacted Slack token]');
  });

  test('a topic that is gone is not-found', async () => {
    mock.on(PublishCommand).rejects(Object.assign(new Error('gone'), { name: 'NotFoundException' }));
    const result = await topic.publish({ subject: 's', body: 'b', attributes: {} }).catch(failureKind);
    expect(result).toBe('not-found');
  });

  test('any subject becomes visible ASCII on one line under 100 characters', async () => {
    await fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (subject) => {
        expect(subjectLine(subject)).toMatch(/^[\x21-\x7e]([\x20-\x7e]{0,97}[\x21-\x7e])?$/);
      }),
    );
    expect(subjectLine('Café — m5.large → drained\r\nBcc: x')).toBe('Cafe - m5.large -> drained Bcc: x');
    expect(subjectLine('')).toBe('Paramedic');
  });
});

describe('SQS queue', () => {
  const mock = mockClient(SQSClient);
  const queue = sqsQueue(() => new SQSClient({ region }), {
    queueUrl: () => 'https://queue',
    deadLetterQueueUrl: () => 'https://dlq',
  });
  beforeEach(() => mock.reset());

  test('parks in the dead-letter queue with reason and original id', async () => {
    mock.on(SendMessageCommand).resolves({});
    await queue.park({ body: '{"a":1}\n', reason: 'not ours', messageId: 'm-1' });
    expect(mock.commandCalls(SendMessageCommand)[0]?.args[0].input).toEqual({
      QueueUrl: 'https://dlq',
      MessageBody: '{"a":1}\n',
      MessageAttributes: {
        reason: { DataType: 'String', StringValue: 'not ours' },
        originalMessageId: { DataType: 'String', StringValue: 'm-1' },
      },
    });
  });

  const delays: [number, number][] = [
    [30, 30],
    [0.2, 1],
    [-5, 0],
    [99_999, 43_200],
  ];
  test.each(delays)(
    'a retry after %d s becomes a visibility of %d s on the source queue',
    async (wanted, sent) => {
      mock.on(ChangeMessageVisibilityCommand).resolves({});
      await queue.retryAfter('handle', wanted);
      expect(mock.commandCalls(ChangeMessageVisibilityCommand)[0]?.args[0].input).toEqual({
        QueueUrl: 'https://queue',
        ReceiptHandle: 'handle',
        VisibilityTimeout: sent,
      });
    },
  );
});

describe('parked bodies', () => {
  const park = (body: string, reason = 'why') => parkedMessage({ body, reason, messageId: 'm' });

  function restored({ body, attributes }: ReturnType<typeof park>): string {
    const bytes = Buffer.from(body, 'base64');
    switch (attributes['encoding']) {
      case 'base64':
        return bytes.toString('utf8');
      case 'base64-utf16le':
        return bytes.toString('utf16le');
      case 'gzip+base64':
        return gunzipSync(bytes).toString('utf8');
      default:
        return body;
    }
  }

  test('any text is accepted by SQS and can be had back as it was', async () => {
    const anyText = fc.string({
      unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    });
    await fc.assert(
      fc.property(fc.oneof(fc.string(), anyText), anyText, (body, reason) => {
        const message = park(body, reason);
        expect(isAcceptedText(message.body) && message.body !== '').toBe(true);
        for (const value of Object.values(message.attributes)) {
          expect(isAcceptedText(value) && value !== '').toBe(true);
        }
        expect(restored(message)).toBe(body);
      }),
      { numRuns: 500 },
    );
  });

  const bodies: [string, string, string | undefined][] = [
    ['plain text', 'tab\tline\r\n🚑', undefined],
    ['a NUL', 'a\u0000b', 'base64'],
    ['U+FFFE', 'a\ufffeb', 'base64'],
    ['a lone surrogate', 'a\ud800b', 'base64-utf16le'],
    ['an empty body', '', 'gzip+base64'],
    ['a full message that leaves no room for attributes', 'x'.repeat(MIB), 'gzip+base64'],
    ['control characters that base64 would make too large', '\u0001'.repeat(MIB - 500), 'gzip+base64'],
  ];
  test.each(bodies)('%s', (_name, body, encoding) => {
    const message = park(body);
    expect(message.attributes['encoding']).toBe(encoding);
    expect(restored(message)).toBe(body);
    expect(message.body.length).toBeLessThan(MIB);
  });

  test('what cannot be made to fit is refused, never cut', () => {
    let seed = 1;
    const noise = Array.from({ length: MIB }, () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return String.fromCodePoint(0x4e00 + (seed % 20_000));
    }).join('');
    expect(() => park(noise)).toThrow(expect.objectContaining({ kind: 'invalid' }));
  });

  test('cutting never splits a character', async () => {
    await fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(60), (text, max) => {
        const cut = cutBytes(text, max);
        expect(text.startsWith(cut)).toBe(true);
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(max);
      }),
    );
  });
});
