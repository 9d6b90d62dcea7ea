import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOME } from '../setup.ts';
import { firstInvocation } from './durable.ts';
import { EMPTY } from './figures.ts';
import type { Stage } from './stage.ts';

/** The first event of one function, and what must have come of it. */
export interface Scene {
  /** Throws when what it follows from did not happen. */
  event(stage: Stage): unknown;
  isRight(result: unknown, stage: Stage): boolean;
}

const SAMPLE = join(import.meta.dirname, '../../events/spot-interruption-terminate.json');
const warning = JSON.parse(readFileSync(SAMPLE, 'utf8')) as { detail: { 'instance-id': string } };

export const INSTANCE_ID = warning.detail['instance-id'];

/**
 * One Spot warning on its way: receive opens the incident and starts remediate, remediate decides (in mode observe,
 * as packaged) and tells people, the sweep finds one cluster and nothing left to do. In this order.
 */
export const SCENES: Readonly<Record<string, Scene>> = {
  [EMPTY]: { event: () => ({}), isRight: (result) => isLike(result, {}) },
  'node-interruption-receive': {
    event: () => ({ Records: [record({ ...warning, time: nowText() })] }),
    isRight: (result, stage) => isLike(result, { batchItemFailures: [] }) && startOf(stage) !== undefined,
  },
  'node-interruption-remediate': {
    event: (stage) => {
      const payload = startOf(stage);
      if (payload === undefined) throw new Error('receive has not started an execution');
      return firstInvocation(EXECUTION_ARN, JSON.parse(payload), nowText());
    },
    isRight: (result, stage) =>
      isLike(result, { Status: 'SUCCEEDED', Result: '{"ended":"observed","rounds":1}' }) &&
      timesCalled(stage, 'Publish') === 1,
  },
  sweep: {
    event: () => ({ source: 'aws.events', 'detail-type': 'Scheduled Event', ...HOME, detail: {} }),
    isRight: (result, stage) =>
      isLike(result, { open: 0, lines: [] }) && timesCalled(stage, 'GET /clusters') === 1,
  },
};

const EXECUTION_ARN = `arn:aws:lambda:${HOME.region}:${HOME.account}:function:paramedic-bench:1/durable-execution/first/1`;

/** The payload receive started remediate with. */
function startOf(stage: Stage): string | undefined {
  return stage.calls.find(({ operation }) => operation.endsWith('/invocations'))?.body;
}

function timesCalled(stage: Stage, wanted: string): number {
  return stage.calls.filter(({ operation }) => operation === wanted).length;
}

/** A warning is only good for two minutes: the sample's own time is long over. */
function nowText(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}

function record(event: unknown) {
  return {
    messageId: 'message-1',
    receiptHandle: 'handle-1',
    body: JSON.stringify(event),
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(Date.now()) },
    messageAttributes: {},
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:${HOME.region}:${HOME.account}:notice`,
    awsRegion: HOME.region,
  };
}

function isLike(result: unknown, expected: unknown): boolean {
  return JSON.stringify(result) === JSON.stringify(expected);
}
