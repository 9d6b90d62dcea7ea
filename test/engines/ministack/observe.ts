import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient, ListDurableExecutionsByFunctionCommand } from '@aws-sdk/client-lambda';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { TROUBLE } from '../../../functions/node-interruption/events.ts';
import { dynamoTable } from '../../../shared/aws/table.ts';
import { wallClock } from '../../../shared/clock.ts';
import type { Incident } from '../../../shared/incident/incident.ts';
import { incidentId } from '../../../shared/incident/keys.ts';
import { Ledger } from '../../../shared/incident/ledger.ts';
import { ACCOUNT, REGION } from './aws.ts';
import { CLUSTER } from './cluster.ts';
import { STACK } from './stack.ts';
import { FUNCTIONS, type Stage } from './stage.ts';

const WAIT_SECONDS = 1;

export interface Told {
  stage: string;
  body: string;
}

/** A queue subscribed to the topic, as a notifier's would be. Gives what came since the last call. */
export async function subscribe({ options }: Stage): Promise<() => Promise<Told[]>> {
  const sqs = new SQSClient(options);
  const topicArn = `arn:aws:sns:${REGION}:${ACCOUNT}:${STACK}`;
  const queueArn = `arn:aws:sqs:${REGION}:${ACCOUNT}:incidents`;
  const mayPublish = {
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: queueArn,
    Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [mayPublish] });
  const create = new CreateQueueCommand({ QueueName: 'incidents', Attributes: { Policy } });
  const { QueueUrl } = await sqs.send(create);
  const subscription = new SubscribeCommand({ TopicArn: topicArn, Protocol: 'sqs', Endpoint: queueArn });
  await new SNSClient(options).send(subscription);
  return async () => (await takeAll(sqs, QueueUrl ?? '')).map(toldBy);
}

function toldBy({ Body = '' }: Message): Told {
  const envelope = JSON.parse(Body) as {
    Message: string;
    MessageAttributes: Record<string, { Value: string }>;
  };
  return { stage: envelope.MessageAttributes['stage']?.Value ?? '', body: envelope.Message };
}

/** What waits in the notice lane's dead-letter queue. */
export function deadLetters({ options }: Stage): Promise<Message[]> {
  const { endpoint } = options;
  return takeAll(new SQSClient(options), `${endpoint}/${ACCOUNT}/${STACK}-node-interruption-notice-dlq`);
}

async function takeAll(sqs: SQSClient, QueueUrl: string): Promise<Message[]> {
  const all = { MessageAttributeNames: ['All'], MaxNumberOfMessages: 10, WaitTimeSeconds: WAIT_SECONDS };
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, ...all }));
  for (const { ReceiptHandle } of Messages)
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  return Messages;
}

export interface Remembered {
  incident: Incident | undefined;
  history: string[];
}

/** What the ledger holds of an instance's incident. */
export async function remembered({ options }: Stage, instanceId: string): Promise<Remembered> {
  const table = dynamoTable(
    () => new DynamoDBClient(options),
    () => STACK,
  );
  const ledger = new Ledger(table, wallClock);
  const cluster = { name: CLUSTER, account: ACCOUNT, region: REGION };
  const id = incidentId(TROUBLE, cluster, { kind: 'instance', id: instanceId });
  const history = await ledger.history(id);
  const lines = history.map(({ kind, text }) => `${kind}: ${text}`);
  return { incident: await ledger.readIncident(id), history: lines };
}

/** How the durable executions of remediate stand, by the engine that carries them. */
export async function executionStatuses({ options }: Stage): Promise<(string | undefined)[]> {
  const command = new ListDurableExecutionsByFunctionCommand({
    FunctionName: FUNCTIONS.remediate,
    Qualifier: '1',
  });
  const { DurableExecutions = [] } = await new LambdaClient(options).send(command);
  return DurableExecutions.map(({ Status }) => Status);
}

/** Every row of the ledger as text. */
export async function ledgerRows({ aws }: Stage): Promise<string[]> {
  const { Items } = await aws.json('dynamodb', 'DynamoDB_20120810.Scan', { TableName: STACK });
  return (Items as unknown[]).map((item) => JSON.stringify(item));
}

/** The lines the function has written that hold this text. */
export async function linesOf(
  { aws }: Stage,
  which: keyof typeof FUNCTIONS,
  wanted: string,
): Promise<string[]> {
  const logGroupName = `/aws/lambda/${FUNCTIONS[which]}`;
  const { events } = await aws.json('logs', 'Logs_20140328.FilterLogEvents', { logGroupName });
  const messages = (events as { message: string }[]).map(({ message }) => message);
  return messages.flatMap((message) => message.split('\n')).filter((line) => line.includes(wanted));
}
