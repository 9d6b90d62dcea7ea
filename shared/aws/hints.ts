import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { SECOND_MS } from '../clock.ts';
import { type HintQueue, MAX_HINT_DELAY_MS } from '../ports/notifier.ts';
import { awsCall } from './classify.ts';

/** The notifier's queue. */
export function sqsHints(client: () => SQSClient, queueUrl: () => string): HintQueue {
  return {
    send: async (hint, delayMs) => {
      const delay = Math.min(MAX_HINT_DELAY_MS, Math.max(0, delayMs));
      const command = new SendMessageCommand({
        QueueUrl: queueUrl(),
        MessageBody: JSON.stringify(hint),
        DelaySeconds: Math.ceil(delay / SECOND_MS),
      });
      await awsCall('sqs:SendMessage', () => client().send(command));
    },
  };
}
