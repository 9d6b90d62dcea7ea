import { PublishCommand, SNSClient, type SNSClientConfig } from '@aws-sdk/client-sns';
import type { Topic, TopicMessage } from '../ports/messages.ts';
import { awsCall } from './classify.ts';
import { lazy } from './lazy.ts';
import { redact } from './redact.ts';
import { acceptedText, attributeBytes, cutBytes } from './text.ts';

const MAX_SUBJECT = 99;
/** The limit of a message with e-mail subscribers, attributes included. */
const MAX_BYTES = 256 * 1024;
const CUT_NOTE = '\n… (cut: the rest is in the ledger)';

export function snsPort(config: SNSClientConfig, topicArn: () => string): Topic {
  return snsTopic(
    lazy(() => new SNSClient(config)),
    topicArn,
  );
}

export function snsTopic(client: () => SNSClient, topicArn: () => string): Topic {
  return {
    publish: async (message) => {
      const attributes = attributesOf(message);
      const size = Object.entries(attributes).reduce(
        (sum, [name, value]) => sum + attributeBytes(name, value),
        0,
      );
      const command = new PublishCommand({
        TopicArn: topicArn(),
        Subject: subjectLine(message.subject),
        Message: fittingBody(message.body, MAX_BYTES - size),
        MessageAttributes: Object.fromEntries(
          Object.entries(attributes).map(([name, value]) => [
            name,
            { DataType: 'String', StringValue: value },
          ]),
        ),
      });
      await awsCall('sns:Publish', () => client().send(command));
    },
  };
}

/** ASCII, one line, under 100 characters, starting with something visible: SNS refuses anything else. */
export function subjectLine(subject: string): string {
  const ascii = redact(subject)
    .normalize('NFKD')
    .replaceAll(/[\u2010-\u2015\u2212]/g, '-')
    .replaceAll('\u2192', '->')
    .replaceAll(/\p{M}+/gu, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\p{Cc}/gu, '')
    .replaceAll(/[^\x20-\x7e]/gu, '?')
    .trim();
  return ascii.slice(0, MAX_SUBJECT).trimEnd() || 'Paramedic';
}

function fittingBody(body: string, maxBytes: number): string {
  // An alarm's text or a tag may hold what nobody meant to mail.
  const text = redact(acceptedText(body));
  // SNS refuses an empty message.
  if (text === '') return '-';
  if (Buffer.byteLength(text) <= maxBytes) return text;
  return cutBytes(text, maxBytes - Buffer.byteLength(CUT_NOTE)) + CUT_NOTE;
}

/** SNS refuses an attribute without a value. */
function attributesOf(message: TopicMessage): Record<string, string> {
  const filled = Object.entries(message.attributes).filter(([, value]) => value !== '');
  return Object.fromEntries(filled.map(([name, value]) => [name, acceptedText(value)]));
}
