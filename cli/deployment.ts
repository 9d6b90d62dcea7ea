import type { Clock } from '../shared/clock.ts';
import { type Answer, type AnswerResult, answerQuestions } from '../shared/incident/answers.ts';
import type { Incident } from '../shared/incident/incident.ts';
import { type HistoryEntry, Ledger } from '../shared/incident/ledger.ts';
import { readStop, type StopState, writeStop } from '../shared/incident/stop-switch.ts';
import type { Ports } from '../shared/ports/index.ts';
import type { DeadLetters } from './dlq.ts';
import { type OptionSpec, type OptionValues, textOption, UsageError } from './verb.ts';

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

export const TARGET_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  stage: {
    type: 'string',
    value: '<name>',
    help: 'stage of the deployment; default $PARAMEDIC_STAGE, then dev',
  },
  region: {
    type: 'string',
    value: '<name>',
    help: 'AWS region; default $AWS_REGION, then $AWS_DEFAULT_REGION',
  },
};

export function targetOf(options: OptionValues, env: Readonly<Record<string, string | undefined>>): Target {
  const stage = textOption(options, 'stage') ?? env['PARAMEDIC_STAGE'] ?? 'dev';
  if (!/^[A-Za-z0-9-]{1,32}$/.test(stage)) throw new UsageError('--stage: letters, digits and - only');
  const region = textOption(options, 'region') ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'];
  if (region === undefined) throw new UsageError('no region: pass --region or set AWS_REGION');
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) throw new UsageError('--region: a name such as eu-west-1');
  return { stage, region };
}

/** Who is asking, for the record: `--by`, or the user of this computer. */
export function personOf(options: OptionValues, env: Readonly<Record<string, string | undefined>>): string {
  const by = textOption(options, 'by')?.trim() ?? env['USER'] ?? env['USERNAME'];
  if (by === undefined || by === '') throw new UsageError('--by is required: your user name is not known');
  return `cli:${by}`;
}
