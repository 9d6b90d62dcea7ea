import { describe, expect, test } from 'vitest';
import { awsCall, classifyAws, guardCalls } from '../../shared/aws/classify.ts';
import { describeFailure, type FailureKind, PortError } from '../../shared/errors.ts';

const OPERATION = 'ec2:DescribeInstances';

interface SdkFields {
  code?: string;
  Code?: string;
  $metadata?: { httpStatusCode?: number };
  $response?: { headers: Record<string, string> };
  cause?: unknown;
}

function sdkError(name: string, fields: SdkFields = {}): Error {
  return Object.assign(new Error('text from AWS'), { name }, fields);
}

const byName: [FailureKind, string[]][] = [
  [
    'throttled',
    [
      'ThrottlingException',
      'Throttling',
      'ThrottledException',
      'RequestLimitExceeded',
      'Client.RequestLimitExceeded',
      'TooManyRequestsException',
      'ProvisionedThroughputExceededException',
      'SlowDown',
      'RequestThrottled',
      'KMSThrottlingException',
      'KmsThrottled',
      'EC2ThrottledException',
      'com.amazonaws.dynamodb#ThrottlingException',
    ],
  ],
  [
    'unauthorised',
    [
      'AccessDenied',
      'AccessDeniedException',
      'UnauthorizedOperation',
      'Client.UnauthorizedOperation',
      'AuthorizationErrorException',
      'KMSAccessDeniedException',
      'ExpiredTokenException',
      'UnrecognizedClientException',
      'InvalidClientTokenId',
      'SignatureDoesNotMatch',
      'CredentialsProviderError',
    ],
  ],
  [
    'not-found',
    [
      'ResourceNotFoundException',
      'NotFoundException',
      'InvalidInstanceID.NotFound',
      'InvalidVolume.NotFound',
      'QueueDoesNotExist',
    ],
  ],
  [
    'conflict',
    [
      'ScalingActivityInProgress',
      'ScalingActivityInProgressFault',
      'ResourceContention',
      'ResourceContentionFault',
      'ConflictException',
      'ResourceInUseException',
      'ConditionalCheckFailedException',
      'IncorrectInstanceState',
    ],
  ],
  ['unsupported', ['UnsupportedOperation', 'OperationNotPermitted', 'UnknownOperationException']],
  ['invalid', ['ValidationError', 'ValidationException']],
  ['transient', ['InternalError', 'InternalServerError', 'ServiceUnavailable', 'ServerException']],
  ['unreachable', ['TimeoutError', 'AbortError']],
];

describe('AWS failures are classified by code', () => {
  const cases = byName.flatMap(([kind, names]) => names.map((name): [string, FailureKind] => [name, kind]));

  test.each(cases)('%s is %s, whatever the HTTP status says', (name, kind) => {
    for (const httpStatusCode of [400, 500]) {
      const failure = classifyAws(OPERATION, sdkError(name, { $metadata: { httpStatusCode } }));
      expect(failure).toMatchObject({ kind, operation: OPERATION });
    }
  });

  const sockets = [
    'ECONNREFUSED',
    'ECONNRESET',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ETIMEDOUT',
    'EPIPE',
    'EHOSTUNREACH',
  ];
  test.each(sockets)('socket code %s is unreachable, direct or as the cause', (code) => {
    expect(classifyAws(OPERATION, sdkError('Error', { code }))?.kind).toBe('unreachable');
    const wrapped = sdkError('Error', { cause: Object.assign(new Error('inner'), { code }) });
    expect(classifyAws(OPERATION, wrapped)).toMatchObject({ kind: 'unreachable', code });
  });

  const statuses: [number, FailureKind][] = [
    [400, 'invalid'],
    [401, 'unauthorised'],
    [403, 'unauthorised'],
    [404, 'not-found'],
    [409, 'conflict'],
    [412, 'conflict'],
    [429, 'throttled'],
    [500, 'transient'],
    [501, 'unsupported'],
    [503, 'transient'],
  ];
  test.each(statuses)('an unknown code with HTTP %i is %s and keeps its name', (httpStatusCode, kind) => {
    const failure = classifyAws(OPERATION, sdkError('SomethingNew', { $metadata: { httpStatusCode } }));
    expect(failure).toMatchObject({ kind, code: 'SomethingNew' });
  });

  test('the text of a failure never decides', () => {
    const misleading = Object.assign(new Error('Throttling: AccessDenied, Rate exceeded'), {
      name: 'ValidationError',
      $metadata: { httpStatusCode: 400 },
    });
    expect(classifyAws(OPERATION, misleading)?.kind).toBe('invalid');
  });

  test('the query protocol’s own code counts as well as the shape name', () => {
    const failure = classifyAws(OPERATION, sdkError('Unknown', { Code: 'Throttling' }));
    expect(failure).toMatchObject({ kind: 'throttled', code: 'Throttling' });
  });

  test('a denial names the missing permission', () => {
    const failure = classifyAws(OPERATION, sdkError('UnauthorizedOperation'));
    expect(failure?.message).toBe('missing permission ec2:DescribeInstances');
  });

  test('refused credentials are not reported as a missing permission', () => {
    const failure = classifyAws(OPERATION, sdkError('ExpiredTokenException'));
    expect(failure?.message).toContain('credentials');
    expect(failure?.message).not.toContain('missing permission');
  });

  test('Retry-After becomes milliseconds', () => {
    const failure = classifyAws(
      OPERATION,
      sdkError('Throttling', { $response: { headers: { 'retry-after': '7' } } }),
    );
    expect(failure?.retryAfterMs).toBe(7_000);
  });

  test('headers of the SDK’s error are left behind', () => {
    const error = sdkError('Throttling', { $response: { headers: { authorization: 'SECRET' } } });
    const failure = classifyAws(OPERATION, error);
    expect(failure?.cause).toBeUndefined();
    expect(describeFailure(failure) + JSON.stringify(failure)).not.toContain('SECRET');
  });

  test('a bug of ours is not turned into a failure of AWS', async () => {
    const bug = new TypeError('x is undefined');
    expect(classifyAws(OPERATION, bug)).toBeUndefined();
    await expect(awsCall(OPERATION, () => Promise.reject(bug))).rejects.toBe(bug);
  });

  test('a failure that is classified already stays as it is', () => {
    const failure = new PortError('conflict', 'x', { operation: 'other:Thing' });
    expect(classifyAws(OPERATION, failure)).toBe(failure);
  });
});

describe('the guard of the process', () => {
  test('hears failures as they were classified, by operation, and nothing is sent without it', async () => {
    const seen: unknown[] = [];
    guardCalls({
      call: async (operation, send) => {
        seen.push(operation);
        return await send().catch((error: unknown) => {
          seen.push(error);
          throw error;
        });
      },
    });
    const send = async () => {
      throw sdkError('RequestLimitExceeded');
    };
    await expect(awsCall(OPERATION, send)).rejects.toMatchObject({ kind: 'throttled' });
    expect(seen).toEqual([OPERATION, expect.objectContaining({ kind: 'throttled', operation: OPERATION })]);
    const bug = new TypeError('ours');
    await expect(awsCall(OPERATION, () => Promise.reject(bug))).rejects.toBe(bug);
    guardCalls({ call: (_operation, again) => again() });
  });
});
