import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { Environment } from '../../pipeline/environment.ts';
import { type SweepReport, sweeper } from '../../pipeline/sweep.ts';
import type { Trouble } from '../../pipeline/trouble.ts';
import type { HintQueue } from '../../ports/notifier.ts';

/** Schedule → sweep. */
export function sweepHandler(troubles: readonly Trouble[], environment: Environment, hints: HintQueue) {
  const sweep = sweeper(troubles, environment, hints);
  return middy<unknown, SweepReport>().handler(async (_event: unknown, context: Context) =>
    sweep(() => context.getRemainingTimeInMillis()),
  );
}
