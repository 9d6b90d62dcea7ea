import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Environment } from '../../pipeline/environment.ts';
import { receiver } from '../../pipeline/receive.ts';
import type { Trouble } from '../../pipeline/trouble.ts';

/** SQS → receive. The batch response names the records to redeliver. */
export function receiveHandler<F, P>(trouble: Trouble<F, P>, environment: Environment) {
  const receive = receiver(trouble, environment);
  return middy<SQSEvent, SQSBatchResponse>().handler(async (event: SQSEvent, context: Context) =>
    receive(event, () => context.getRemainingTimeInMillis()),
  );
}
