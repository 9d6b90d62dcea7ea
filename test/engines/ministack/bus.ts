import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SECOND_MS, wallClock } from '../../../shared/clock.ts';
import { ROOT } from '../../contract/template-package.ts';
import { ACCOUNT, REGION } from './aws.ts';
import type { Stage } from './stage.ts';

/** The instances that the samples in `events/` are about. */
const SAMPLE_INSTANCE = /i-0[0-9a-f]{16}/g;

/** A sample of `events/` as an entry of PutEvents; the engine gives it its own id, time, account and region. */
export async function entryOf(file: string, instanceId: string): Promise<Record<string, unknown>> {
  const text = await readFile(join(ROOT, 'events', file), 'utf8');
  const event = JSON.parse(text.replaceAll(SAMPLE_INSTANCE, instanceId)) as Record<string, unknown>;
  return {
    Source: event['source'],
    DetailType: event['detail-type'],
    Detail: JSON.stringify(event['detail']),
    Resources: event['resources'],
  };
}

/** Puts them on the default bus in one call; throws when one is refused. */
export async function putEvents({ aws }: Stage, ...Entries: object[]): Promise<void> {
  const answer = await aws.json('events', 'AWSEvents.PutEvents', { Entries });
  if (answer['FailedEntryCount'] !== 0) throw new Error(JSON.stringify(answer));
}

const BUS = `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/default`;
const ARCHIVE = 'warnings';

/** From now on the bus keeps what comes from EC2. */
export async function keepEvents({ aws }: Stage): Promise<void> {
  const EventPattern = JSON.stringify({ source: ['aws.ec2'] });
  await aws.json('events', 'AWSEvents.CreateArchive', {
    ArchiveName: ARCHIVE,
    EventSourceArn: BUS,
    EventPattern,
  });
}

/** The bus gives everything it kept once more: the same events, with their own ids and times. */
export async function repeatEvents({ aws }: Stage): Promise<void> {
  await aws.json('events', 'AWSEvents.StartReplay', {
    ReplayName: 'again',
    EventSourceArn: BUS.replace('event-bus/default', `archive/${ARCHIVE}`),
    EventStartTime: 0,
    EventEndTime: Math.ceil(wallClock.now() / SECOND_MS),
    Destination: { Arn: BUS },
  });
}

/** The engine gives its events whole seconds: two in one call then get the same time, as two copies have. */
export async function earlyInASecond(): Promise<void> {
  const past = wallClock.now() % SECOND_MS;
  if (past > SECOND_MS / 2) await wallClock.sleep(SECOND_MS - past);
}
