import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type Clock, wallClock } from '../clock.ts';
import type { Ports } from '../ports/index.ts';
import type { HintQueue } from '../ports/notifier.ts';
import { sqsHints } from './hints.ts';
import { lazy } from './lazy.ts';
import { clientConfig, type Variables } from './ports.ts';
import { dynamoTable } from './table.ts';

/** All of AWS that the notifier can touch besides secrets, from `AWS_REGION`, `TABLE_NAME` and `HINTS_URL`. */
export function notifierPorts(
  variables: Variables,
  clock: Clock = wallClock,
): { ports: Pick<Ports, 'clock' | 'table'>; hints: HintQueue } {
  const table = dynamoTable(
    lazy(() => new DynamoDBClient(clientConfig(variables['AWS_REGION'] ?? ''))),
    () => variables['TABLE_NAME'] ?? '',
  );
  return { ports: { clock, table }, hints: notifierHints(variables) };
}

/** The notifier's queue, for whoever has something to tell it. */
export function notifierHints(variables: Variables): HintQueue {
  return sqsHints(
    lazy(() => new SQSClient(clientConfig(variables['AWS_REGION'] ?? ''))),
    () => variables['HINTS_URL'] ?? '',
  );
}
