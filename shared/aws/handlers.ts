import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { NotifierEnvironment } from '../notify/delivery.ts';
import { notifier } from '../notify/notifier.ts';
import type { Environment } from '../pipeline/environment.ts';
import { receiver } from '../pipeline/receive.ts';
import { remediation } from '../pipeline/remediate.ts';
import { type SweepReport, sweeper } from '../pipeline/sweep.ts';
import type { Trouble } from '../pipeline/trouble.ts';
import type { HintQueue } from '../ports/notifier.ts';
import { durableHandler } from '../workflow/durable.ts';

/** SQS → receive. The batch response names the records to redeliver. */
export function receiveHandler<F, P>(trouble: Trouble<F, P>, environment: Environment) {
  const receive = receiver(trouble, environment);
  return middy<SQSEvent, SQSBatchResponse>().handler(async (event: SQSEvent, context: Context) =>
    receive(event, () => context.getRemainingTimeInMillis()),
  );
}

/** Durable execution → remediate. */
export function remediateHandler<F, P>(trouble: Trouble<F, P>, environment: Environment) {
  return durableHandler(remediation(trouble, environment));
}

/** Schedule → sweep. */
export function sweepHandler(troubles: readonly Trouble[], environment: Environment, hints: HintQueue) {
  const sweep = sweeper(troubles, environment, hints);
  return middy<unknown, SweepReport>().handler(async (_event: unknown, context: Context) =>
    sweep(() => context.getRemainingTimeInMillis()),
  );
}

/** SQS → notifier. The batch response names the hints to redeliver. */
export function notifierHandler(environment: NotifierEnvironment) {
  const notify = notifier(environment);
  return middy<SQSEvent, SQSBatchResponse>().handler(async (event: SQSEvent, context: Context) =>
    notify(event, () => context.getRemainingTimeInMillis()),
  );
}
