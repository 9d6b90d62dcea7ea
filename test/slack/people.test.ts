import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { failureKind } from '../../shared/errors.ts';
import { peoplePorts } from '../../shared/slack/people.ts';
import { ARN, MESSAGE } from './setup.ts';

test('nothing is read or connected before the first call, which needs a region', async () => {
  const ports = peoplePorts({});
  const slack = ports.slack(ARN);
  const webhook = ports.webhook(ARN);
  await expect(slack.groupMembers('S0ONCALL')).rejects.toThrow('AWS_REGION is not set');
  await expect(webhook.post(MESSAGE)).rejects.toThrow('AWS_REGION is not set');
});

test('one cache of secrets serves all: what one has read the other does not ask for', async () => {
  const mock = mockClient(SecretsManagerClient);
  mock.on(GetSecretValueCommand).resolves({ SecretString: 'no url', CreatedDate: new Date(0) });
  const ports = peoplePorts({ AWS_REGION: 'eu-west-1' });
  expect(await ports.secrets.read(ARN)).toEqual({ current: 'no url' });
  expect(await ports.webhook(ARN).post(MESSAGE).catch(failureKind)).toBe('invalid');
  expect(mock.commandCalls(GetSecretValueCommand)).toHaveLength(1);
});
