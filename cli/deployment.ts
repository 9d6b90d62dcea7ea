import { type OwnThrottling, ownThrottling } from '../functions/api-throttling/own-calls.ts';
import type { Clock } from '../shared/clock.ts';
import { type ConfigStore, configStore } from '../shared/config/store.ts';
import {
  type Answer,
  type AnswerResult,
  answerQuestions,
  type Snooze,
  snoozeQuestions,
} from '../shared/incident/answers.ts';
import type { Incident } from '../shared/incident/incident.ts';
import { type HistoryEntry, Ledger } from '../shared/incident/ledger.ts';
import { noteRefused } from '../shared/incident/question-history.ts';
import { readStop, type StopState, writeStop } from '../shared/incident/stop-switch.ts';
import type { Ports } from '../shared/ports/index.ts';
import type { DeadLetters } from './dlq.ts';
import { lazySwitches, type OuterSwitches } from './switches.ts';

/** Which deployment: names follow from the stage, as in `serverless.yml`. */
export interface Target {
  stage: string;
  region: string;
}

/** What the verbs read and write of one deployment. Failures are PortErrors. */
export interface Deployment {
  /** For people, e.g. `paramedic-prod in eu-west-1`. */
  name: string;
  readIncident(id: string): Promise<Incident | undefined>;
  history(id: string): Promise<HistoryEntry[]>;
  listOpen(): Promise<Incident[]>;
  answer(id: string, answer: Answer): Promise<AnswerResult>;
  snooze(id: string, snooze: Snooze): Promise<AnswerResult>;
  /** Into the history: somebody tried to answer who may not. */
  noteRefused(incident: Incident, refused: Parameters<typeof noteRefused>[2]): Promise<void>;
  wake(callbackId: string, reason: string): Promise<'woken' | 'gone'>;
  readStop(): Promise<StopState>;
  writeStop(change: { engaged: boolean; by: string; reason: string }): Promise<void>;
  /** Which calls of its own AWS throttles now, as far as CloudTrail has told. */
  ownThrottling(): Promise<OwnThrottling[]>;
  /** The pushed config. */
  config: ConfigStore;
  /** The ARN of whoever runs this command, session name included. */
  identity(): Promise<string>;
  deadLetters: DeadLetters;
  /** Those that work without us. */
  switches: OuterSwitches;
}

export function deploymentOn(
  name: string,
  ports: Pick<Ports, 'clock' | 'table' | 'durable'>,
  deadLetters: DeadLetters,
  identity: () => Promise<string>,
  switches: OuterSwitches,
): Deployment {
  const { clock, table, durable } = ports;
  const ledger = new Ledger(table, clock);
  return {
    name,
    readIncident: (id) => ledger.readIncident(id),
    history: (id) => ledger.history(id),
    listOpen: () => ledger.listOpen(),
    answer: (id, answer) => answerQuestions(ledger, clock, id, answer),
    snooze: (id, snooze) => snoozeQuestions(ledger, clock, id, snooze),
    noteRefused: (incident, refused) => noteRefused(ledger, incident, refused),
    wake: (callbackId, reason) => durable.wake(callbackId, reason),
    readStop: () => readStop(table),
    writeStop: (change) => writeStop(table, clock, change),
    ownThrottling: () => ownThrottling(table, clock.now()),
    config: configStore(table, clock),
    identity,
    deadLetters,
    switches,
  };
}

/** The one in AWS, with the caller's own credentials. Nothing is called before a verb asks for something. */
export async function awsDeployment({ stage, region }: Target, clock: Clock): Promise<Deployment> {
  const [{ awsPorts }, { awsDeadLetters }] = await Promise.all([
    import('../shared/aws/ports.ts'),
    import('./aws-dlq.ts'),
  ]);
  const name = `paramedic-${stage}`;
  const ports = awsPorts({ AWS_REGION: region, TABLE_NAME: name }, clock);
  const identity = async () => (await import('./identity.ts')).callerArn(region);
  const switches = lazySwitches(async () => (await import('./aws-switches.ts')).awsSwitches(stage, region));
  return deploymentOn(`${name} in ${region}`, ports, awsDeadLetters(stage, region), identity, switches);
}
