import {
  GetAWSDefaultServiceQuotaCommand,
  GetRequestedServiceQuotaChangeCommand,
  GetServiceQuotaCommand,
  ListRequestedServiceQuotaChangeHistoryByQuotaCommand,
  RequestServiceQuotaIncreaseCommand,
  RequestStatus,
  type ServiceQuota,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { quotasAdapter } from '../../shared/aws/quotas.ts';
import { quotaOperations } from '../../shared/aws/quotas-ops.ts';
import { ENDED_STATUSES } from '../../shared/ports/quotas.ts';

const AT = 1_795_000_000_000;
const VCPU = { service: 'ec2', code: 'L-1216C47A' };
const KEY = { ServiceCode: 'ec2', QuotaCode: 'L-1216C47A' };
const mock = mockClient(ServiceQuotasClient);
const quotas = quotasAdapter(async () => quotaOperations({ region: 'eu-west-1' }));

const FULL: ServiceQuota = {
  ...KEY,
  QuotaName: 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances',
  Value: 640,
  Unit: 'None',
  Adjustable: true,
  GlobalQuota: false,
  UsageMetric: {
    MetricNamespace: 'AWS/Usage',
    MetricName: 'ResourceCount',
    MetricDimensions: { Class: 'Standard/OnDemand', Resource: 'vCPU', Service: 'EC2', Type: 'Resource' },
    MetricStatisticRecommendation: 'Maximum',
  },
};

function named(name: string, httpStatusCode = 400): Error {
  return Object.assign(new Error('text from AWS'), { name, $metadata: { httpStatusCode } });
}

beforeEach(() => mock.reset());

describe('reading a quota', () => {
  test('gives the applied value with its usage metric', async () => {
    mock.on(GetServiceQuotaCommand, KEY).resolves({ Quota: FULL });
    expect(await quotas.getQuota(VCPU)).toEqual({
      ...VCPU,
      name: FULL.QuotaName,
      value: 640,
      applied: true,
      adjustable: true,
      unit: 'None',
      usageMetric: {
        namespace: 'AWS/Usage',
        name: 'ResourceCount',
        dimensions: FULL.UsageMetric?.MetricDimensions,
        statistic: 'Maximum',
      },
    });
    expect(mock.commandCalls(GetAWSDefaultServiceQuotaCommand)).toHaveLength(0);
  });

  test('falls back to the default of AWS where nothing was ever applied, and says so', async () => {
    mock
      .on(GetServiceQuotaCommand)
      .rejects(named('NoSuchResourceException', 404))
      .on(GetAWSDefaultServiceQuotaCommand, KEY)
      .resolves({ Quota: { ...KEY, Value: 5, Period: { PeriodValue: 2, PeriodUnit: 'MINUTE' } } });
    expect(await quotas.getQuota(VCPU)).toEqual({
      ...VCPU,
      name: '',
      value: 5,
      applied: false,
      adjustable: false,
      unit: 'None',
      periodMs: 120_000,
    });
  });

  test('a quota that has no default either does not exist', async () => {
    mock.rejects(named('NoSuchResourceException', 404));
    await expect(quotas.getQuota(VCPU)).rejects.toMatchObject({
      kind: 'not-found',
      operation: 'servicequotas:GetAWSDefaultServiceQuota',
    });
  });

  test('any other failure is not answered with the default', async () => {
    mock.on(GetServiceQuotaCommand).rejects(named('TooManyRequestsException', 429));
    await expect(quotas.getQuota(VCPU)).rejects.toMatchObject({ kind: 'throttled' });
    expect(mock.commandCalls(GetAWSDefaultServiceQuotaCommand)).toHaveLength(0);
  });

  test.each([
    ['DEPENDENCY_ACCESS_DENIED_ERROR', 'unauthorised'],
    ['DEPENDENCY_THROTTLING_ERROR', 'throttled'],
    ['DEPENDENCY_SERVICE_ERROR', 'transient'],
    ['SERVICE_QUOTA_NOT_AVAILABLE_ERROR', 'unsupported'],
  ] as const)('an answer without a value because of %s is %s, never zero', async (ErrorCode, kind) => {
    mock.on(GetServiceQuotaCommand).resolves({ Quota: { ...KEY, ErrorReason: { ErrorCode } } });
    await expect(quotas.getQuota(VCPU)).rejects.toMatchObject({ kind, code: ErrorCode });
  });

  test('an empty answer is a failure, never zero', async () => {
    mock.on(GetServiceQuotaCommand).resolves({});
    await expect(quotas.getQuota(VCPU)).rejects.toMatchObject({ kind: 'transient' });
  });
});

describe('requests', () => {
  test('open ones are those of every page that have not ended, a status nobody knows included', async () => {
    const statuses = [...Object.values(RequestStatus), 'ON_HOLD' as RequestStatus];
    const all = statuses.map((Status) => ({ Id: Status, ...KEY, Status, DesiredValue: 960 }));
    mock
      .on(ListRequestedServiceQuotaChangeHistoryByQuotaCommand)
      .resolvesOnce({ RequestedQuotas: all.slice(0, 4), NextToken: 'two' })
      .resolvesOnce({ RequestedQuotas: all.slice(4) });
    const open = await quotas.listOpenRequests(VCPU);
    expect(open).toHaveLength(3);
    expect(new Set(open.map(({ status }) => status))).toEqual(new Set(['CASE_OPENED', 'ON_HOLD', 'PENDING']));
    const inputs = mock.commandCalls(ListRequestedServiceQuotaChangeHistoryByQuotaCommand);
    expect(inputs.map(({ args }) => args[0].input)).toEqual([
      { ...KEY, MaxResults: 100 },
      { ...KEY, MaxResults: 100, NextToken: 'two' },
    ]);
  });

  test('every status that ends a request is one of the SDK', () => {
    expect(Object.values(RequestStatus)).toEqual(expect.arrayContaining([...ENDED_STATUSES]));
  });

  test('asking sends one absolute value and gives what to follow', async () => {
    mock.on(RequestServiceQuotaIncreaseCommand).resolves({
      RequestedQuota: { Id: 'r-1', Status: 'CASE_OPENED', CaseId: 'case-1', Created: new Date(AT) },
    });
    expect(await quotas.requestIncrease({ ...VCPU, desired: 960 })).toEqual({
      ...VCPU,
      id: 'r-1',
      status: 'CASE_OPENED',
      desired: 960,
      caseId: 'case-1',
      createdAt: AT,
    });
    const [call] = mock.commandCalls(RequestServiceQuotaIncreaseCommand);
    expect(call?.args[0].input).toEqual({ ...KEY, DesiredValue: 960 });
  });

  test('one request is read by its id', async () => {
    const LastUpdated = new Date(AT + 1);
    mock.on(GetRequestedServiceQuotaChangeCommand, { RequestId: 'r-1' }).resolves({
      RequestedQuota: { Id: 'r-1', ...KEY, Status: 'APPROVED', DesiredValue: 960, LastUpdated },
    });
    expect(await quotas.getRequest('r-1')).toEqual({
      ...VCPU,
      id: 'r-1',
      status: 'APPROVED',
      desired: 960,
      updatedAt: AT + 1,
    });
  });

  test('an answer without a request cannot be followed', async () => {
    mock.on(RequestServiceQuotaIncreaseCommand).resolves({});
    await expect(quotas.requestIncrease({ ...VCPU, desired: 960 })).rejects.toMatchObject({
      kind: 'transient',
      operation: 'servicequotas:RequestServiceQuotaIncrease',
    });
  });
});

describe('a refusal is classified by its code, whatever the HTTP status says', () => {
  test.each([
    ['ResourceAlreadyExistsException', 'conflict'],
    ['InvalidResourceStateException', 'conflict'],
    ['NoSuchResourceException', 'not-found'],
    ['IllegalArgumentException', 'invalid'],
    ['QuotaExceededException', 'invalid'],
    ['TooManyRequestsException', 'throttled'],
    ['ServiceException', 'transient'],
    ['AccessDeniedException', 'unauthorised'],
    ['DependencyAccessDeniedException', 'unauthorised'],
  ])('%s is %s', async (code, kind) => {
    for (const status of [400, 403, 405, 500]) {
      mock.on(RequestServiceQuotaIncreaseCommand).rejects(named(code, status));
      await expect(quotas.requestIncrease({ ...VCPU, desired: 6 })).rejects.toMatchObject({ kind, code });
    }
  });

  test('a code of a later day is classified by its status, prototype names included', async () => {
    for (const code of ['SomethingNew', 'constructor', '__proto__']) {
      mock.on(RequestServiceQuotaIncreaseCommand).rejects(named(code, 409));
      await expect(quotas.requestIncrease({ ...VCPU, desired: 6 })).rejects.toMatchObject({
        kind: 'conflict',
      });
    }
  });

  test('our own missing permission is told apart from one of Service Quotas', async () => {
    mock.on(RequestServiceQuotaIncreaseCommand).rejects(named('AccessDeniedException', 403));
    const ask = () => quotas.requestIncrease({ ...VCPU, desired: 6 });
    await expect(ask()).rejects.toThrow('missing permission servicequotas:RequestServiceQuotaIncrease');
    mock.on(RequestServiceQuotaIncreaseCommand).rejects(named('DependencyAccessDeniedException', 403));
    await expect(ask()).rejects.toThrow('may not read the service behind the quota');
  });
});
