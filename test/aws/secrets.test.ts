import { inspect } from 'node:util';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { secretsManager } from '../../shared/aws/secrets.ts';
import { DAY_MS, MINUTE_MS } from '../../shared/clock.ts';
import { describeFailure, failureKind } from '../../shared/errors.ts';

const ARN = 'arn:aws:secretsmanager:eu-west-1:210987654321:secret:paramedic/slack-AbCdEf';
const START = Date.parse('2026-11-03T14:00:00Z');
const CANARY = 'canary-value-2718281828';

const mock = mockClient(SecretsManagerClient);
beforeEach(() => mock.reset());

function setUp() {
  const at = { now: START };
  const client = new SecretsManagerClient({ region: 'eu-west-1' });
  const clock = { now: () => at.now, sleep: async () => undefined };
  return { at, secrets: secretsManager(() => client, clock) };
}

function holds(stage: 'AWSCURRENT' | 'AWSPREVIOUS', text: string, createdAt = START - 10 * DAY_MS): void {
  mock
    .on(GetSecretValueCommand, { SecretId: ARN, VersionStage: stage })
    .resolves({ SecretString: text, CreatedDate: new Date(createdAt) });
}

const named = (name: string, message = 'text') => Object.assign(new Error(message), { name });
const reads = () => mock.commandCalls(GetSecretValueCommand).length;

describe('values', () => {
  test('a placeholder that was rotated away does not hide the value after it', async () => {
    holds('AWSCURRENT', 'the-value', START - MINUTE_MS);
    holds('AWSPREVIOUS', '{}');
    expect(await setUp().secrets.read(ARN)).toEqual({ current: 'the-value' });
  });

  const stored: [string, string][] = [
    ['plain text', 'the-value'],
    ['a line break at its end', 'the-value\n'],
    ['JSON with a token', '{"token":"the-value"}'],
    ['JSON with other fields before', '{"app":"A1","value":" the-value "}'],
  ];
  test.each(stored)('%s gives the value', async (_name, text) => {
    holds('AWSCURRENT', text);
    expect(await setUp().secrets.read(ARN)).toEqual({ current: 'the-value' });
  });

  test.each(['', ' ', '{"other":"x"}', '{"token":""}', '{"token":1}', `{"token":"${CANARY}`])(
    'nothing usable in %j is told without the value',
    async (text) => {
      holds('AWSCURRENT', text);
      const failure = await setUp()
        .secrets.read(ARN)
        .catch((error: unknown) => error);
      expect(failure).toMatchObject({ kind: 'invalid', message: expect.stringContaining('paramedic/slack') });
      expect(inspect(failure)).not.toContain(CANARY);
    },
  );
});

describe('rotation', () => {
  test('the value before counts until the newest is a day old, not a moment longer', async () => {
    holds('AWSCURRENT', 'new', START - DAY_MS + 2 * MINUTE_MS);
    holds('AWSPREVIOUS', 'old');
    const { at, secrets } = setUp();
    expect(await secrets.read(ARN)).toEqual({ current: 'new', previous: 'old' });
    at.now += 2 * MINUTE_MS - 1;
    expect(await secrets.read(ARN)).toEqual({ current: 'new', previous: 'old' });
    at.now += 1;
    expect(await secrets.read(ARN)).toEqual({ current: 'new' });
  });

  test('a young secret that has no value before is fine', async () => {
    holds('AWSCURRENT', 'new', START);
    mock
      .on(GetSecretValueCommand, { VersionStage: 'AWSPREVIOUS' })
      .rejects(named('ResourceNotFoundException'));
    expect(await setUp().secrets.read(ARN)).toEqual({ current: 'new' });
  });

  test('a value before that cannot be read is a failure, not taken for absent', async () => {
    holds('AWSCURRENT', 'new', START);
    mock.on(GetSecretValueCommand, { VersionStage: 'AWSPREVIOUS' }).rejects(named('ThrottlingException'));
    expect(await setUp().secrets.read(ARN).catch(failureKind)).toBe('throttled');
  });
});

describe('cache', () => {
  test('keeps a value for five minutes, each secret by itself', async () => {
    holds('AWSCURRENT', 'first');
    const { at, secrets } = setUp();
    await secrets.read(ARN);
    holds('AWSCURRENT', 'second');
    at.now += 5 * MINUTE_MS - 1;
    expect(await secrets.read(ARN)).toEqual({ current: 'first' });
    expect(reads()).toBe(1);
    at.now += 1;
    expect(await secrets.read(ARN)).toEqual({ current: 'second' });
  });

  test('does not keep a failure', async () => {
    mock.on(GetSecretValueCommand).rejectsOnce(named('InternalServiceError'));
    const { secrets } = setUp();
    expect(await secrets.read(ARN).catch(failureKind)).toBe('transient');
    holds('AWSCURRENT', 'value');
    expect(await secrets.read(ARN)).toEqual({ current: 'value' });
  });
});

describe('failures', () => {
  test.each([
    ['AccessDeniedException', 'unauthorised'],
    ['ResourceNotFoundException', 'not-found'],
    ['DecryptionFailure', 'invalid'],
  ])('%s is %s and names the secret, without account, region or what AWS wrote', async (name, kind) => {
    const error = Object.assign(named(name, `${ARN} ${CANARY}`), { $metadata: { httpStatusCode: 400 } });
    mock.on(GetSecretValueCommand).rejects(error);
    const failure = await setUp()
      .secrets.read(ARN)
      .catch((reason: unknown) => reason);
    expect(failureKind(failure)).toBe(kind);
    expect(describeFailure(failure)).toContain('secret paramedic/slack:');
    expect(inspect(failure, { depth: 10, showHidden: true })).not.toMatch(/canary-value|210987654321/);
  });

  test('a value put where the ARN belongs is not asked for, nor repeated', async () => {
    const failure = await setUp()
      .secrets.read(`xoxb-${CANARY}`)
      .catch((error: unknown) => error);
    expect(failureKind(failure)).toBe('invalid');
    expect(inspect(failure)).not.toContain(CANARY);
    expect(reads()).toBe(0);
  });
});
