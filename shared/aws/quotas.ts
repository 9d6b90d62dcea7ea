import type {
  ErrorReason,
  MetricInfo,
  QuotaPeriod,
  RequestedServiceQuotaChange,
  ServiceQuota,
} from '@aws-sdk/client-service-quotas';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../clock.ts';
import { type FailureKind, isFailure, PortError } from '../errors.ts';
import { ENDED_STATUSES, type Quota, type QuotaId, type QuotaRequest, type Quotas } from '../ports/quotas.ts';
import { allPages } from './paging.ts';
import { quotaCall } from './quotas-failures.ts';
import type { QuotaKey, QuotaOperations } from './quotas-ops.ts';

const PAGE_SIZE = 100;

export function quotasAdapter(load: () => Promise<QuotaOperations>): Quotas {
  return {
    getQuota: async (id) => await appliedOrDefault(await load(), id),
    listOpenRequests: async (id) => await openRequests(await load(), id),
    requestIncrease: async ({ desired, ...id }) => {
      const calls = await load();
      const operation = 'servicequotas:RequestServiceQuotaIncrease';
      const request = { ...keyOf(id), DesiredValue: desired };
      const answer = await quotaCall(operation, () => calls.requestIncrease(request));
      return toRequest(operation, answer.RequestedQuota, { ...id, desired });
    },
    getRequest: async (id) => {
      const calls = await load();
      const operation = 'servicequotas:GetRequestedServiceQuotaChange';
      const answer = await quotaCall(operation, () => calls.getRequest(id));
      return toRequest(operation, answer.RequestedQuota);
    },
  };
}

async function appliedOrDefault(calls: QuotaOperations, id: QuotaId): Promise<Quota> {
  const operation = 'servicequotas:GetServiceQuota';
  try {
    const answer = await quotaCall(operation, () => calls.getServiceQuota(keyOf(id)));
    return toQuota(operation, id, answer.Quota, true);
  } catch (error) {
    if (!isFailure(error, 'not-found')) throw error;
    return await defaultQuota(calls, id);
  }
}

async function openRequests(calls: QuotaOperations, id: QuotaId): Promise<QuotaRequest[]> {
  const operation = 'servicequotas:ListRequestedServiceQuotaChangeHistoryByQuota';
  const all = await allPages<RequestedServiceQuotaChange, string>(async (NextToken) => {
    const page = { ...keyOf(id), MaxResults: PAGE_SIZE, ...(NextToken === undefined ? {} : { NextToken }) };
    const answer = await quotaCall(operation, () => calls.listHistory(page));
    return { items: answer.RequestedQuotas ?? [], next: answer.NextToken };
  });
  // A status that is newer than this code counts as open: one request too few is the smaller mistake.
  return all.map((each) => toRequest(operation, each)).filter(({ status }) => !ENDED_STATUSES.has(status));
}

async function defaultQuota(calls: QuotaOperations, id: QuotaId): Promise<Quota> {
  const operation = 'servicequotas:GetAWSDefaultServiceQuota';
  const answer = await quotaCall(operation, () => calls.getDefaultQuota(keyOf(id)));
  return toQuota(operation, id, answer.Quota, false);
}

function keyOf({ service, code }: QuotaId): QuotaKey {
  return { ServiceCode: service, QuotaCode: code };
}

const REASONS: Readonly<Record<string, FailureKind>> = {
  DEPENDENCY_ACCESS_DENIED_ERROR: 'unauthorised',
  DEPENDENCY_THROTTLING_ERROR: 'throttled',
  DEPENDENCY_SERVICE_ERROR: 'transient',
  SERVICE_QUOTA_NOT_AVAILABLE_ERROR: 'unsupported',
};

/** Service Quotas answers without a value, and says why, where the service behind the quota did not answer it. */
function toQuota(operation: string, id: QuotaId, from: ServiceQuota | undefined, applied: boolean): Quota {
  const { service, code } = id;
  const value = from?.Value;
  if (from?.ErrorReason !== undefined || value === undefined) {
    throw noValue(operation, id, from?.ErrorReason);
  }
  const quota: Quota = {
    service,
    code,
    name: from?.QuotaName ?? '',
    value,
    applied,
    adjustable: from?.Adjustable ?? false,
    unit: from?.Unit ?? 'None',
  };
  const periodMs = periodOf(from?.Period);
  if (periodMs !== undefined) quota.periodMs = periodMs;
  const metric = metricOf(from?.UsageMetric);
  if (metric !== undefined) quota.usageMetric = metric;
  return quota;
}

function noValue(operation: string, { service, code }: QuotaId, reason: ErrorReason | undefined): PortError {
  const known = reason?.ErrorCode;
  const kind = (known === undefined ? undefined : REASONS[known]) ?? 'transient';
  const details = known === undefined ? { operation } : { operation, code: known };
  return new PortError(kind, `Service Quotas gives no value for ${service} ${code}`, details);
}

const UNIT_MS: Readonly<Record<string, number>> = {
  MILLISECOND: 1,
  SECOND: SECOND_MS,
  MINUTE: MINUTE_MS,
  HOUR: HOUR_MS,
  DAY: DAY_MS,
  WEEK: 7 * DAY_MS,
};

function periodOf(period: QuotaPeriod | undefined): number | undefined {
  const unit = period?.PeriodUnit === undefined ? undefined : UNIT_MS[period.PeriodUnit];
  return unit === undefined || period?.PeriodValue === undefined ? undefined : unit * period.PeriodValue;
}

function metricOf(metric: MetricInfo | undefined): Quota['usageMetric'] {
  const { MetricNamespace: namespace, MetricName: name, MetricDimensions: dimensions = {} } = metric ?? {};
  if (!namespace || !name) return undefined;
  const statistic = metric?.MetricStatisticRecommendation === 'Sum' ? 'Sum' : 'Maximum';
  return { namespace, name, dimensions: { ...dimensions }, statistic };
}

function toRequest(
  operation: string,
  from: RequestedServiceQuotaChange | undefined,
  asked?: QuotaId & { desired: number },
): QuotaRequest {
  if (from?.Id === undefined) throw new PortError('transient', 'no request in the answer', { operation });
  const request: QuotaRequest = {
    id: from.Id,
    service: from.ServiceCode ?? asked?.service ?? '',
    code: from.QuotaCode ?? asked?.code ?? '',
    desired: from.DesiredValue ?? asked?.desired ?? Number.NaN,
    status: from.Status ?? 'UNKNOWN',
  };
  if (from.CaseId) request.caseId = from.CaseId;
  if (from.Created !== undefined) request.createdAt = from.Created.getTime();
  if (from.LastUpdated !== undefined) request.updatedAt = from.LastUpdated.getTime();
  return request;
}
