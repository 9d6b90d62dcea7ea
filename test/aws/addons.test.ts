import {
  type Addon,
  DescribeAddonCommand,
  DescribeAddonConfigurationCommand,
  DescribeUpdateCommand,
  EKSClient,
  UpdateAddonCommand,
  UpdateStatus,
} from '@aws-sdk/client-eks';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { eksAdapter } from '../../shared/aws/eks.ts';

const CNI = { clusterName: 'shop', addonName: 'vpc-cni' };
const CHANGE = { cluster: 'shop', name: 'vpc-cni', configurationValues: '{"env":{}}', token: 'there-1' };
const ROLE = 'arn:aws:iam::210987654321:role/shop-vpc-cni';
const mock = mockClient(EKSClient);
const eks = eksAdapter(() => new EKSClient({ region: 'eu-west-1' }));

function named(name: string, httpStatusCode = 400): Error {
  return Object.assign(new Error('text from EKS'), { name, $metadata: { httpStatusCode } });
}

function holds(addon: Addon): void {
  mock.on(DescribeAddonCommand, CNI).resolves({ addon });
}

beforeEach(() => mock.reset());

describe('reading an add-on', () => {
  test('gives its state, the configuration byte for byte, and what ails it', async () => {
    const issue = { code: 'InsufficientNumberOfReplicas' as const, message: 'too few', resourceIds: ['ds'] };
    holds({
      addonName: 'vpc-cni',
      addonVersion: 'v1.19.4-eksbuild.1',
      status: 'DEGRADED',
      configurationValues: ' {"env": {}}\n',
      health: { issues: [issue, {}] },
    });
    expect(await eks.describeAddon('shop', 'vpc-cni')).toEqual({
      name: 'vpc-cni',
      version: 'v1.19.4-eksbuild.1',
      status: 'DEGRADED',
      configurationValues: ' {"env": {}}\n',
      issues: [
        { code: 'InsufficientNumberOfReplicas', message: 'too few' },
        { code: '', message: '' },
      ],
    });
  });

  test('one without health or configuration has no issues and none configured', async () => {
    holds({ addonName: 'vpc-cni', status: 'ACTIVE' });
    expect(await eks.describeAddon('shop', 'vpc-cni')).toMatchObject({ configurationValues: '', issues: [] });
  });

  test('one that EKS does not manage is not-found, also when the answer is empty', async () => {
    mock.on(DescribeAddonCommand).rejectsOnce(named('ResourceNotFoundException', 404)).resolves({});
    const gone = { kind: 'not-found', operation: 'eks:DescribeAddon' };
    await expect(eks.describeAddon('shop', 'vpc-cni')).rejects.toMatchObject(gone);
    await expect(eks.describeAddon('shop', 'vpc-cni')).rejects.toMatchObject(gone);
  });

  test('the schema is that of the version', async () => {
    mock
      .on(DescribeAddonConfigurationCommand, { addonName: 'vpc-cni', addonVersion: 'v1' })
      .resolves({ configurationSchema: '{}' })
      .on(DescribeAddonConfigurationCommand, { addonVersion: 'v0' })
      .resolves({});
    expect(await eks.describeAddonSchema('vpc-cni', 'v1')).toBe('{}');
    await expect(eks.describeAddonSchema('vpc-cni', 'v0')).rejects.toMatchObject({ kind: 'not-found' });
  });
});

describe('updating an add-on', () => {
  const sent = () => mock.commandCalls(UpdateAddonCommand).map(({ args }) => args[0].input);

  test('sends the whole configuration and the token, and preserves what others set', async () => {
    holds({ status: 'ACTIVE' });
    mock.on(UpdateAddonCommand).resolves({ update: { id: 'u-1', status: 'InProgress' } });
    expect(await eks.updateAddon(CHANGE)).toBe('u-1');
    expect(sent()).toEqual([
      {
        ...CNI,
        configurationValues: '{"env":{}}',
        resolveConflicts: 'PRESERVE',
        clientRequestToken: 'there-1',
      },
    ]);
  });

  test('names the role of the service account again: EKS would take it away', async () => {
    holds({ status: 'ACTIVE', serviceAccountRoleArn: ROLE });
    mock.on(UpdateAddonCommand).resolves({ update: { id: 'u-1' } });
    await eks.updateAddon(CHANGE);
    expect(sent()).toMatchObject([{ serviceAccountRoleArn: ROLE }]);
  });

  test('is not sent when the role cannot be read', async () => {
    mock.on(DescribeAddonCommand).rejects(named('ThrottlingException', 429));
    await expect(eks.updateAddon(CHANGE)).rejects.toMatchObject({ kind: 'throttled' });
    expect(sent()).toEqual([]);
  });

  test.each([
    ['ResourceInUseException', 409, 'conflict'],
    ['InvalidParameterException', 400, 'invalid'],
    ['InvalidRequestException', 400, 'invalid'],
    ['ResourceNotFoundException', 404, 'not-found'],
    ['AccessDeniedException', 403, 'unauthorised'],
    ['ServerException', 500, 'transient'],
  ])('%s is told apart by its code', async (code, status, kind) => {
    holds({ status: 'ACTIVE' });
    for (const httpStatus of [status, 418]) {
      mock.on(UpdateAddonCommand).rejects(named(code, httpStatus));
      const refused = { kind, code, operation: 'eks:UpdateAddon' };
      await expect(eks.updateAddon(CHANGE)).rejects.toMatchObject(refused);
    }
  });

  test('an answer without an id may be an update all the same', async () => {
    holds({ status: 'ACTIVE' });
    mock.on(UpdateAddonCommand).resolves({});
    await expect(eks.updateAddon(CHANGE)).rejects.toMatchObject({ kind: 'transient', mayHaveHappened: true });
  });
});

describe('following an update', () => {
  const KEY = { name: 'shop', addonName: 'vpc-cni', updateId: 'u-1' };
  const describeUpdate = () => eks.describeAddonUpdate('shop', 'vpc-cni', 'u-1');

  const known = Object.values(UpdateStatus).map((status): [string, string] => [status, status]);
  test.each<[string, string]>([...known, ['Paused', 'unknown'], ['toString', 'unknown']])(
    'the status %s is %s',
    async (status, expected) => {
      mock.on(DescribeUpdateCommand, KEY).resolves({ update: { status: status as UpdateStatus } });
      expect(await describeUpdate()).toEqual({ status: expected, errors: [] });
    },
  );

  test('gives the errors in the words of EKS', async () => {
    const errors = [{ errorCode: 'ConfigurationConflict' as const, errorMessage: 'Conflicts found' }];
    mock.on(DescribeUpdateCommand, KEY).resolves({ update: { status: 'Failed', errors } });
    expect(await describeUpdate()).toEqual({
      status: 'Failed',
      errors: [{ code: 'ConfigurationConflict', message: 'Conflicts found' }],
    });
  });

  test('one that is not there is not-found, also when the answer is empty', async () => {
    mock.on(DescribeUpdateCommand).rejectsOnce(named('ResourceNotFoundException', 404)).resolves({});
    const gone = { kind: 'not-found', operation: 'eks:DescribeUpdate' };
    await expect(describeUpdate()).rejects.toMatchObject(gone);
    await expect(describeUpdate()).rejects.toMatchObject(gone);
  });
});

test('a refused update of an add-on with a role says which two permissions it may be, one without names one', async () => {
  mock.on(UpdateAddonCommand).rejects(named('AccessDeniedException', 403));
  holds({ addonName: 'vpc-cni', serviceAccountRoleArn: ROLE });
  await expect(eks.updateAddon(CHANGE)).rejects.toMatchObject({
    kind: 'unauthorised',
    operation: 'eks:UpdateAddon',
    message: `missing permission eks:UpdateAddon, or iam:PassRole for ${ROLE}`,
  });
  holds({ addonName: 'vpc-cni' });
  await expect(eks.updateAddon(CHANGE)).rejects.toMatchObject({
    message: 'missing permission eks:UpdateAddon',
  });
});
