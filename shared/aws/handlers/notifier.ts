import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { NotifierEnvironment } from '../../notify/delivery.ts';
import { notifier } from '../../notify/notifier.ts';

/** SQS → notifier. The batch response names the hints to redeliver. */
export function notifierHandler(environment: NotifierEnvironment) {
  const notify = notifier(environment);
  return middy<SQSEvent, SQSBatchResponse>().handler(async (event: SQSEvent, context: Context) =>
    notify(event, () => context.getRemainingTimeInMillis()),
  );
}
