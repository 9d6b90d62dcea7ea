import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type Clock, SECOND_MS, wallClock } from '../clock.ts';
import type { Charts } from '../ports/charts.ts';
import type { Ports } from '../ports/index.ts';
import type { HintQueue } from '../ports/notifier.ts';
import { sqsHints } from './hints.ts';
import { lazy } from './lazy.ts';
import { onFirstCall } from './on-first-call.ts';
import { clientConfig, type Variables } from './ports.ts';
import { dynamoTable } from './table.ts';

/** A picture is worth little time, and no second try. */
const CHART_LIMITS = { requestTimeout: 3 * SECOND_MS, maxAttempts: 1 };

/** All of AWS that the notifier can touch besides secrets, from `AWS_REGION`, `ACCOUNT_ID`, `TABLE_NAME`, `HINTS_URL`. */
export function notifierPorts(
  variables: Variables,
  clock: Clock = wallClock,
): { ports: Pick<Ports, 'clock' | 'table'>; hints: HintQueue; charts: Charts } {
  const table = dynamoTable(
    lazy(() => new DynamoDBClient(clientConfig(variables['AWS_REGION'] ?? ''))),
    () => variables['TABLE_NAME'] ?? '',
  );
  const charts = onFirstCall(async () =>
    (await import('./charts-ops.ts')).chartsPort(
      clientConfig(variables['AWS_REGION'] ?? '', CHART_LIMITS),
      variables['ACCOUNT_ID'] ?? '',
    ),
  );
  return { ports: { clock, table }, hints: notifierHints(variables), charts };
}

/** The notifier's queue, for whoever has something to tell it. */
export function notifierHints(variables: Variables): HintQueue {
  return sqsHints(
    lazy(() => new SQSClient(clientConfig(variables['AWS_REGION'] ?? ''))),
    () => variables['HINTS_URL'] ?? '',
  );
}
