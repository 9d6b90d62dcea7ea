import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EKSClient } from '@aws-sdk/client-eks';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { type CallGuard, GuardedCalls } from '../breaker/calls.ts';
import { type Clock, SECOND_MS, wallClock } from '../clock.ts';
import { kubernetesAccess } from '../kubernetes/access.ts';
import type { Ports } from '../ports/index.ts';
import { guardCalls } from './classify.ts';
import { lambdaDurable } from './durable.ts';
import { ec2Adapter } from './ec2.ts';
import { eksAdapter } from './eks.ts';
import { lazy } from './lazy.ts';
import { onFirstCall } from './on-first-call.ts';
import { quotasAdapter } from './quotas.ts';
import { dynamoTable } from './table.ts';
import { usageAdapter } from './usage.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

const CONNECTION_TIMEOUT_MS = 2 * SECOND_MS;
/** Three attempts fit into the 15 s of the notice lane's receive function. */
const REQUEST_TIMEOUT_MS = 4 * SECOND_MS;
const MAX_ATTEMPTS = 3;
/** As in the SDK: a client may try again 35 times in a row, and once more for every 14 calls that went well. */
const RETRY_CAPACITY = 500;
const RETRY_COST = 14;
const RETRY_REFILL = 1;
const RETRY_DELAY_MS = 50;
/** An announcement stands between a warning and its first step: a hung topic must not use up the notice. */
const TOPIC_LIMITS = { requestTimeout: 2 * SECOND_MS, maxAttempts: 1 };

/**
 * Every port on real AWS and Kubernetes, from `AWS_REGION`, `TABLE_NAME`, `TOPIC_ARN`, `QUEUE_URL` and
 * `DLQ_URL`. Nothing is built or connected here: a client comes into being with its first call, and a missing
 * variable is an error only where it is used. From now on `guard` decides about every AWS call of this process.
 */
export function awsPorts(
  variables: Variables,
  clock: Clock = wallClock,
  guard: CallGuard = new GuardedCalls({ clock, random: Math.random }),
): Ports {
  guardCalls(guard);
  const region = () => required(variables, 'AWS_REGION');
  const config = () => clientConfig(region());
  const guarded = () => guardedConfig(region());
  const eks = eksAdapter(lazy(() => new EKSClient(guarded())));
  const loadEc2 = lazy(async () => (await import('./ec2-ops.ts')).ec2Operations(guarded()));
  const loadQuotas = lazy(async () => (await import('./quotas-ops.ts')).quotaOperations(guarded()));
  const loadUsage = lazy(async () => (await import('./usage-ops.ts')).metricOperations(guarded()));
  return {
    clock,
    eks,
    ec2: ec2Adapter(loadEc2),
    volumes: onFirstCall(async () => (await import('./volumes-ops.ts')).volumesPort(guarded())),
    autoscaling: onFirstCall(async () => (await import('./autoscaling.ts')).autoScalingPort(guarded())),
    quotas: quotasAdapter(loadQuotas),
    usage: usageAdapter(loadUsage),
    alarms: onFirstCall(async () => (await import('./alarms-ops.ts')).alarmsPort(guarded())),
    kubernetes: kubernetesAccess({ eks, clock, region, ...kubernetesLimits(variables) }),
    table: dynamoTable(
      lazy(() => new DynamoDBClient(config())),
      () => required(variables, 'TABLE_NAME'),
    ),
    durable: lambdaDurable(lazy(() => new LambdaClient(config()))),
    topic: onFirstCall(async () =>
      (await import('./sns.ts')).snsPort(clientConfig(region(), TOPIC_LIMITS), () =>
        required(variables, 'TOPIC_ARN'),
      ),
    ),
    queue: onFirstCall(async () =>
      (await import('./sqs.ts')).sqsPort(config(), {
        queueUrl: () => required(variables, 'QUEUE_URL'),
        deadLetterQueueUrl: () => required(variables, 'DLQ_URL'),
      }),
    ),
  };
}

/** Short where a function has little time: receive asks many clusters within a notice. */
function kubernetesLimits(variables: Variables): { timeoutMs?: number } {
  const timeoutMs = Number(variables['KUBERNETES_TIMEOUT_MS']);
  return Number.isFinite(timeoutMs) && timeoutMs > 0 ? { timeoutMs } : {};
}

/** A hung endpoint must end well before the function does: the SDK has no timeouts of its own. */
export function clientConfig(
  region: string,
  { requestTimeout = REQUEST_TIMEOUT_MS, maxAttempts = MAX_ATTEMPTS } = {},
) {
  return {
    region,
    retryMode: 'standard',
    maxAttempts,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout,
      throwOnRequestTimeout: true,
    },
  };
}

/** For the services whose rates others need too: `guard` alone decides whether a throttled call is made again. */
export function guardedConfig(region: string) {
  const config = clientConfig(region);
  return { ...config, retryStrategy: retryUnlessThrottled(config.maxAttempts) };
}

/**
 * The SDK's standard strategy, which cannot be told to leave throttling alone: what passes by itself is tried again
 * after a growing random time, up to `attempts` in all, while few of the client's calls need it. Silence is not: it has
 * used up the time that a notice has for one call.
 */
function retryUnlessThrottled(attempts: number) {
  let capacity = RETRY_CAPACITY;
  const tokenOf = (count: number, delayMs: number) => ({
    getRetryCount: () => count,
    getRetryDelay: () => delayMs,
  });
  return {
    acquireInitialRetryToken: async () => tokenOf(0, 0),
    refreshRetryTokenForRetry: async (
      { getRetryCount }: { getRetryCount(): number },
      { errorType, error }: { errorType: string; error?: Error },
    ) => {
      const count = getRetryCount() + 1;
      const passes = errorType === 'TRANSIENT' && error?.name !== 'TimeoutError';
      const isWorthIt = passes && count < attempts && capacity >= RETRY_COST;
      // The SDK then gives the error of the last attempt.
      if (!isWorthIt) throw new Error('not tried again');
      capacity -= RETRY_COST;
      return tokenOf(count, Math.floor(Math.random() * RETRY_DELAY_MS * 2 ** count));
    },
    recordSuccess: () => {
      capacity = Math.min(RETRY_CAPACITY, capacity + RETRY_REFILL);
    },
  };
}

function required(variables: Variables, name: string): string {
  const value = variables[name];
  if (value === undefined || value === '') throw new Error(`environment variable ${name} is not set`);
  return value;
}
