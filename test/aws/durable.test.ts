import {
  InvokeCommand,
  LambdaClient,
  ListDurableExecutionsByFunctionCommand,
  SendDurableExecutionCallbackSuccessCommand,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { lambdaDurable, splitQualifier } from '../../shared/aws/durable.ts';

const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:paramedic-dev-remediate';
const PAYLOAD = { incidentId: 'i', generation: 2, attempt: 1 };

function named(name: string, httpStatusCode = 400): Error {
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });
}

function execution(name: string, Status: 'RUNNING' | 'FAILED' | 'TIMED_OUT' | 'STOPPED', startedAt: number) {
  return {
    DurableExecutionArn: `${ARN}:3/durable-execution/${name}/x`,
    DurableExecutionName: name,
    FunctionArn: ARN,
    Status,
    StartTimestamp: new Date(startedAt),
  };
}

function jsonOf(bytes: unknown): unknown {
  expect(bytes).toBeInstanceOf(Uint8Array);
  return JSON.parse(Buffer.from(bytes as Uint8Array).toString('utf8'));
}

describe('durable executions on Lambda', () => {
  const mock = mockClient(LambdaClient);
  const durable = lambdaDurable(() => new LambdaClient({ region: 'eu-west-1' }));
  beforeEach(() => mock.reset());

  test('start invokes the alias asynchronously under the execution name', async () => {
    mock.on(InvokeCommand).resolves({ StatusCode: 202 });
    await durable.start(`${ARN}:durable`, 'exec-1', PAYLOAD);
    const input = mock.commandCalls(InvokeCommand)[0]?.args[0].input;
    expect(input).toMatchObject({
      FunctionName: ARN,
      Qualifier: 'durable',
      InvocationType: 'Event',
      DurableExecutionName: 'exec-1',
    });
    expect(jsonOf(input?.Payload)).toEqual(PAYLOAD);
  });

  test('an execution that exists already counts as started; any other failure does not', async () => {
    mock.on(InvokeCommand).rejectsOnce(named('DurableExecutionAlreadyStartedException', 409));
    await expect(durable.start(ARN, 'exec-1', PAYLOAD)).resolves.toBeUndefined();
    mock.on(InvokeCommand).rejects(named('TooManyRequestsException', 429));
    await expect(durable.start(ARN, 'exec-1', PAYLOAD)).rejects.toMatchObject({ kind: 'throttled' });
    mock.on(InvokeCommand).rejects(named('ResourceConflictException', 409));
    await expect(durable.start(ARN, 'exec-1', PAYLOAD)).rejects.toMatchObject({ kind: 'conflict' });
  });

  test('wake completes the callback with the reason as JSON', async () => {
    mock.on(SendDurableExecutionCallbackSuccessCommand).resolves({});
    expect(await durable.wake('cb/+=', 'new "signal"')).toBe('woken');
    const input = mock.commandCalls(SendDurableExecutionCallbackSuccessCommand)[0]?.args[0].input;
    expect(input?.CallbackId).toBe('cb/+=');
    expect(jsonOf(input?.Result)).toBe('new "signal"');
  });

  const gone = ['CallbackTimeoutException', 'ResourceNotFoundException'];
  test.each(gone)('%s means the callback is gone', async (name) => {
    mock.on(SendDurableExecutionCallbackSuccessCommand).rejects(named(name));
    expect(await durable.wake('cb', 'x')).toBe('gone');
  });

  test('a throttled or forbidden wake is not taken for gone', async () => {
    mock.on(SendDurableExecutionCallbackSuccessCommand).rejectsOnce(named('TooManyRequestsException', 429));
    await expect(durable.wake('cb', 'x')).rejects.toMatchObject({ kind: 'throttled' });
    mock.on(SendDurableExecutionCallbackSuccessCommand).rejects(named('AccessDeniedException', 403));
    await expect(durable.wake('cb', 'x')).rejects.toMatchObject({
      message: 'missing permission lambda:SendDurableExecutionCallbackSuccess',
    });
  });

  test('status is that of the newest execution of exactly this name, over every version and page', async () => {
    mock
      .on(ListDurableExecutionsByFunctionCommand)
      .resolvesOnce({ DurableExecutions: [execution('exec-1', 'FAILED', 1000)], NextMarker: 'two' })
      .resolvesOnce({
        DurableExecutions: [execution('exec-1', 'TIMED_OUT', 2000), execution('exec-10', 'RUNNING', 3000)],
      });
    expect(await durable.status(`${ARN}:durable`, 'exec-1')).toBe('timed-out');
    const inputs = mock.commandCalls(ListDurableExecutionsByFunctionCommand).map(({ args }) => args[0].input);
    expect(inputs[0]).toMatchObject({ FunctionName: ARN, DurableExecutionName: 'exec-1' });
    expect(inputs[0]?.Qualifier).toBeUndefined();
    expect(inputs[1]?.Marker).toBe('two');
  });

  test('no execution of the name is not-found; a missing function is a failure', async () => {
    mock.on(ListDurableExecutionsByFunctionCommand).resolvesOnce({});
    expect(await durable.status(ARN, 'exec-1')).toBe('not-found');
    mock.on(ListDurableExecutionsByFunctionCommand).rejects(named('ResourceNotFoundException', 404));
    await expect(durable.status(ARN, 'exec-1')).rejects.toMatchObject({ kind: 'not-found' });
  });

  const names: [string, string, string | undefined][] = [
    [ARN, ARN, undefined],
    [`${ARN}:live`, ARN, 'live'],
    [`${ARN}:$LATEST`, ARN, '$LATEST'],
    ['remediate', 'remediate', undefined],
    ['remediate:live', 'remediate', 'live'],
    ['123456789012:function:remediate', '123456789012:function:remediate', undefined],
    ['123456789012:function:remediate:live', '123456789012:function:remediate', 'live'],
  ];
  test.each(names)('%s is split into %s and %s', (functionName, name, qualifier) => {
    expect(splitQualifier(functionName)).toEqual({ name, qualifier });
  });
});
