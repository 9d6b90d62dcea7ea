import type { SQSRecord } from 'aws-lambda';
import { isoTime, SECOND_MS } from '../shared/clock.ts';
import { seededRandom } from '../simulator/random.ts';
import { cloudEvent, idsOf, spotWarning, stateChange } from './instances.ts';
import { HOME } from './setup.ts';

/** Bodies as they stand in the queue, and whose machines they are about. */
export interface Traffic {
  bodies: string[];
  foreign: string[];
  ours: string[];
  /** Bodies that were there before. */
  duplicates: number;
}

const START = Date.UTC(2026, 10, 3, 14);
const STATES = ['stopping', 'stopped', 'shutting-down', 'terminated'];
/** What one of our machines sends, in order; the repeated ones are delivered twice, word for word. */
const LIFE = ['warning', 'warning', 'shutting-down', 'shutting-down', 'terminated'];

/** `foreignShare` (0 to 1) state changes of machines in no cluster; the rest is about ours, mixed in evenly. */
export function trafficOf(events: number, foreignShare: number): Traffic {
  const theirs = Math.round(events * foreignShare);
  const foreign = idsOf('foreign', Math.ceil(theirs / STATES.length));
  const ours = idsOf('ours', Math.ceil((events - theirs) / LIFE.length));
  const bodies = merged(foreignBodies(foreign, theirs), ourBodies(ours, events - theirs));
  return { bodies, foreign, ours, duplicates: bodies.length - new Set(bodies).size };
}

/** Each state of all machines before the next state, as a fleet that shuts down. */
function foreignBodies(ids: readonly string[], count: number): string[] {
  return STATES.flatMap((state, round) =>
    ids.map((id, index) => bodyOf(stateChange(id, state), round * ids.length + index, round)),
  ).slice(0, count);
}

function ourBodies(ids: readonly string[], count: number): string[] {
  return LIFE.flatMap((word) =>
    ids.map((id, index) => {
      const first = LIFE.indexOf(word);
      const words = word === 'warning' ? spotWarning(id) : stateChange(id, word);
      return bodyOf(words, 1_000_000 + first * ids.length + index, first);
    }),
  ).slice(0, count);
}

function bodyOf(words: Parameters<typeof cloudEvent>[0], serial: number, round: number): string {
  return JSON.stringify(cloudEvent(words, serial, isoTime(START + round * 30 * SECOND_MS)));
}

/** Both in their own order, drawn in proportion. */
function merged(left: readonly string[], right: readonly string[]): string[] {
  const random = seededRandom(1);
  const [one, other] = [left.values(), right.values()];
  const share = left.length / (left.length + right.length);
  return Array.from({ length: left.length + right.length }, () => {
    const [first, second] = random() < share ? [one, other] : [other, one];
    return first.next().value ?? second.next().value ?? '';
  });
}

/** SQS batches of at most `size` records, in order. */
export function inBatches(bodies: readonly string[], size: number): { Records: SQSRecord[] }[] {
  return Array.from({ length: Math.ceil(bodies.length / size) }, (_, index) => ({
    Records: bodies
      .slice(index * size, (index + 1) * size)
      .map((body, at) => record(body, index * size + at)),
  }));
}

function record(body: string, index: number): SQSRecord {
  const { account, region } = HOME;
  return {
    messageId: `message-${index}`,
    receiptHandle: `handle-${index}`,
    body,
    attributes: {
      SentTimestamp: String(START),
      SenderId: 'events',
      ApproximateFirstReceiveTimestamp: String(START),
      ApproximateReceiveCount: '1',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:${region}:${account}:lifecycle`,
    awsRegion: region,
  };
}
