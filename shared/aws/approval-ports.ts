import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { type Clock, SECOND_MS, wallClock } from '../clock.ts';
import type { Ports } from '../ports/index.ts';
import { lambdaDurable } from './durable.ts';
import { lazy } from './lazy.ts';
import { clientConfig, type Variables } from './ports.ts';
import { dynamoTable } from './table.ts';

/** A click is answered within three seconds. */
const LIMITS = { requestTimeout: SECOND_MS, maxAttempts: 2 };

/** All of AWS that the endpoint facing the Internet can touch, from `AWS_REGION` and `TABLE_NAME`. */
export function approvalPorts(
  variables: Variables,
  clock: Clock = wallClock,
): Pick<Ports, 'clock' | 'table'> & { durable: Pick<Ports['durable'], 'wake'> } {
  const config = () => clientConfig(variables['AWS_REGION'] ?? '', LIMITS);
  return {
    clock,
    table: dynamoTable(
      lazy(() => new DynamoDBClient(config())),
      () => variables['TABLE_NAME'] ?? '',
    ),
    durable: lambdaDurable(lazy(() => new LambdaClient(config()))),
  };
}
