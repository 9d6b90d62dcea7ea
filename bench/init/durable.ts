import type { DurableExecutionInvocationInput } from '@aws/durable-execution-sdk-js';

/** What `CheckpointDurableExecution` is sent, as far as an answer needs it. */
interface Update {
  Id: string;
  ParentId?: string;
  Name?: string;
  Type: string;
  SubType?: string;
  Action: string;
  Payload?: string;
}

const STATUS: Readonly<Record<string, string>> = {
  START: 'STARTED',
  SUCCEED: 'SUCCEEDED',
  FAIL: 'FAILED',
  RETRY: 'PENDING',
};

/** The first event of a durable execution: its input, and nothing done yet. */
export function firstInvocation(
  executionArn: string,
  payload: unknown,
  now: string,
): DurableExecutionInvocationInput {
  const execution = {
    Id: 'execution',
    Name: 'execution',
    Type: 'EXECUTION',
    Status: 'STARTED',
    StartTimestamp: now,
    ExecutionDetails: { InputPayload: JSON.stringify(payload) },
  } as const;
  const state = { Operations: [execution], NextMarker: '' };
  return { DurableExecutionArn: executionArn, CheckpointToken: 'token-0', InitialExecutionState: state };
}

/** Everything is accepted, and said back as the newest state. */
export function checkpointed(body: string): unknown {
  const { Updates = [] } = JSON.parse(body) as { Updates?: Update[] };
  return { CheckpointToken: 'token', NewExecutionState: { Operations: Updates.map(operationOf) } };
}

function operationOf({ Action, Payload, ...same }: Update): unknown {
  const Status = STATUS[Action];
  if (Status === undefined) throw new Error(`no answer to a checkpoint of kind ${Action}`);
  const details = same.Type === 'CALLBACK' ? { CallbackDetails: { CallbackId: `callback-${same.Id}` } } : {};
  const result = same.Type === 'STEP' ? { StepDetails: { Attempt: 1, Result: Payload } } : {};
  return { ...same, Status, StartTimestamp: 1_795_000_000, ...details, ...result };
}
