import type { EpochMs } from '../clock.ts';

/** The Service Quotas calls we use. Adapter: `shared/aws/quotas.ts`; fake: `simulator/quotas.ts`. */
export interface Quotas {
  /**
   * GetServiceQuota: the value applied to this account and Region; where none was ever applied, AWS's default.
   * Throws PortError `not-found` when Service Quotas knows no such quota; a value it could not read from the
   * service behind it is a failure too, never zero.
   */
  getQuota(id: QuotaId): Promise<Quota>;
  /** ListRequestedServiceQuotaChangeHistoryByQuota, all pages, without those that have ended. */
  listOpenRequests(id: QuotaId): Promise<QuotaRequest[]>;
  /**
   * RequestServiceQuotaIncrease; may open a support case in the account's name. Service Quotas has no client token:
   * asking again while a request is open throws PortError `conflict`; a value it does not take, or too many open
   * requests, `invalid`.
   */
  requestIncrease(increase: QuotaIncrease): Promise<QuotaRequest>;
  /** GetRequestedServiceQuotaChange. Throws PortError `not-found` when there is no such request. */
  getRequest(id: string): Promise<QuotaRequest>;
}

/** e.g. service `ec2`, code `L-1216C47A`. */
export interface QuotaId {
  service: string;
  code: string;
}

export interface QuotaIncrease extends QuotaId {
  /** The absolute new value, in the quota's unit. */
  desired: number;
}

export interface Quota extends QuotaId {
  name: string;
  value: number;
  /** False: nothing was ever applied to this account, the value is AWS's default. */
  applied: boolean;
  adjustable: boolean;
  /** `None`, `Count`, `Gibibytes` …; as Service Quotas says it. */
  unit: string;
  /** The value holds per this time, in ms; absent for a plain count. */
  periodMs?: number;
  usageMetric?: UsageMetric;
}

/** Where CloudWatch shows how much of a quota is used. */
export interface UsageMetric {
  namespace: string;
  name: string;
  dimensions: Record<string, string>;
  /** What AWS recommends: `Maximum` for a level, `Sum` for calls. */
  statistic: 'Maximum' | 'Sum';
}

export interface QuotaRequest extends QuotaId {
  id: string;
  /** As AWS says it: `PENDING`, `CASE_OPENED`, `APPROVED` …, perhaps one that is newer than this code. */
  status: string;
  desired: number;
  caseId?: string;
  createdAt?: EpochMs;
  updatedAt?: EpochMs;
}

/** A request with one of these will not go on; whether the value was raised, the quota itself must say. */
export const ENDED_STATUSES: ReadonlySet<string> = new Set([
  'APPROVED',
  'DENIED',
  'CASE_CLOSED',
  'NOT_APPROVED',
  'INVALID_REQUEST',
]);
