import type { Clock } from '../shared/clock.ts';
import { type Answer, type AnswerResult, answerQuestions } from '../shared/incident/answers.ts';
import type { Incident } from '../shared/incident/incident.ts';
import { type HistoryEntry, Ledger } from '../shared/incident/ledger.ts';
import { readStop, type StopState, writeStop } from '../shared/incident/stop-switch.ts';
import type { Ports } from '../shared/ports/index.ts';
import type { DeadLetters } from './dlq.ts';

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
  wake(callbackId: string, reason: string): Promise<'woken' | 'gone'>;
  readStop(): Promise<StopState>;
  writeStop(change: { engaged: boolean; by: string; reason: string }): Promise<void>;
  deadLetters: DeadLetters;
}

export function deploymentOn(
  name: string,
  ports: Pick<Ports, 'clock' | 'table' | 'durable'>,
  deadLetters: DeadLetters,
): Deployment {
  const { clock, table, durable } = ports;
  const ledger = new Ledger(table, clock);
  return {
    name,
    readIncident: (id) => ledger.readIncident(id),
    history: (id) => ledger.history(id),
    listOpen: () => ledger.listOpen(),
    answer: (id, answer) => answerQuestions(ledger, clock, id, answer),
    wake: (callbackId, reason) => durable.wake(callbackId, reason),
    readStop: () => readStop(table),
    writeStop: (change) => writeStop(table, clock, change),
    deadLetters,
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
  return deploymentOn(`${name} in ${region}`, ports, awsDeadLetters(stage, region));
}
