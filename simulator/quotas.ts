import type {
  RequestedServiceQuotaChange,
  RequestServiceQuotaIncreaseRequest,
  RequestStatus,
  ServiceQuota,
  ServiceQuotasServiceException,
} from '@aws-sdk/client-service-quotas';
import { quotasAdapter } from '../shared/aws/quotas.ts';
import type { HistoryRequest, QuotaKey, QuotaOperations } from '../shared/aws/quotas-ops.ts';
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '../shared/clock.ts';
import { ENDED_STATUSES, type QuotaId, type Quotas } from '../shared/ports/quotas.ts';
import type { VirtualClock } from './clock.ts';
import { uuid } from './ids.ts';

/** What becomes of a request: each step so long after the one before it. Without steps it stays `PENDING`. */
export type Course = readonly CourseStep[];

export interface CourseStep {
  afterMs: number;
  /** `(string & {})`: also one that the SDK does not know yet. */
  status: RequestStatus | (string & {});
  /** The value AWS gives; absent: none. */
  grants?: 'all' | number;
  /** When the value shows after that, at most 24 h. */
  showsAfterMs?: number;
}

export const COURSES = {
  automatic: [{ afterMs: 5 * MINUTE_MS, status: 'APPROVED', grants: 'all' }],
  byCase: [
    { afterMs: 10 * MINUTE_MS, status: 'CASE_OPENED' },
    { afterMs: 20 * HOUR_MS, status: 'APPROVED', grants: 'all', showsAfterMs: DAY_MS },
  ],
  never: [],
  caseForever: [{ afterMs: MINUTE_MS, status: 'CASE_OPENED' }],
  denied: [{ afterMs: HOUR_MS, status: 'DENIED' }],
  closed: [{ afterMs: HOUR_MS, status: 'CASE_CLOSED' }],
} as const satisfies Record<string, Course>;

/** A quota of the simulated account; `course` is how AWS treats requests for it. */
export interface SimQuota extends QuotaId {
  /** As the SDK types it; `Value` is AWS's default. */
  quota: ServiceQuota & { Value: number };
  /** The value applied to the account, if one ever was. */
  applied?: number;
  course?: Course;
}

interface Asked {
  request: RequestedServiceQuotaChange & { Id: string };
  quota: SimQuota;
  desired: number;
  course: Course;
  createdAt: EpochMs;
  /** On the clock that cannot be set. */
  begun: number;
}

/** Requests of one account that may be open at a time, over all quotas. */
const MOST_OPEN = 20;

/** Service Quotas of one account and Region, in the SDK's own types. */
export class SimQuotas implements QuotaOperations {
  readonly #clock: VirtualClock;
  readonly #quotas: readonly SimQuota[];
  readonly #asked: Asked[] = [];

  constructor(clock: VirtualClock, quotas: readonly SimQuota[]) {
    for (const { course = [] } of quotas) {
      if (course.some((step: CourseStep) => (step.showsAfterMs ?? 0) > DAY_MS)) {
        throw new Error('AWS shows an approved value within 24 h');
      }
    }
    this.#clock = clock;
    this.#quotas = quotas;
  }

  /** The account's port: the real adapter, on this instead of the network. */
  port(): Quotas {
    return quotasAdapter(async () => this);
  }

  getServiceQuota = async (key: QuotaKey) => {
    const found = this.#find(key);
    const value = this.#applied(found);
    if (value === undefined) throw refusal('NoSuchResourceException', 404);
    return { Quota: { ...shown(found), Value: value } };
  };

  getDefaultQuota = async (key: QuotaKey) => ({ Quota: shown(this.#find(key)) });

  listHistory = async ({ ServiceCode, QuotaCode, NextToken, MaxResults = 100 }: HistoryRequest) => {
    const all = this.#asked
      .filter(({ quota }) => quota.service === ServiceCode && quota.code === QuotaCode)
      .map((each) => this.#view(each));
    const start = Number(NextToken ?? 0);
    const next = start + MaxResults < all.length ? { NextToken: String(start + MaxResults) } : {};
    return { RequestedQuotas: all.slice(start, start + MaxResults), ...next };
  };

  requestIncrease = async ({ DesiredValue, ...key }: RequestServiceQuotaIncreaseRequest) => {
    const quota = this.#find(key);
    const open = this.#asked.filter((each) => !ENDED_STATUSES.has(this.#view(each).Status ?? ''));
    if (open.some((each) => each.quota === quota)) throw refusal('ResourceAlreadyExistsException', 409);
    if (open.length >= MOST_OPEN) throw refusal('QuotaExceededException', 400);
    const desired = DesiredValue ?? Number.NaN;
    const current = this.#applied(quota) ?? quota.quota.Value;
    if (quota.quota.Adjustable !== true || !(desired > current))
      throw refusal('IllegalArgumentException', 400);
    return { RequestedQuota: this.#view(this.#begin(quota, desired)) };
  };

  getRequest = async (id: string) => {
    const asked = this.#asked.find(({ request }) => request.Id === id);
    if (asked === undefined) throw refusal('NoSuchResourceException', 404);
    return { RequestedQuota: this.#view(asked) };
  };

  #begin(quota: SimQuota, desired: number): Asked {
    const Id = uuid(0, 'quota-request', this.#asked.length).replaceAll('-', '');
    const request = { Id, ServiceCode: quota.service, QuotaCode: quota.code, DesiredValue: desired };
    const times = { createdAt: this.#clock.now(), begun: this.#clock.elapsed() };
    const asked = { request, quota, desired, course: quota.course ?? COURSES.automatic, ...times };
    this.#asked.push(asked);
    return asked;
  }

  #find({ ServiceCode, QuotaCode }: Pick<RequestServiceQuotaIncreaseRequest, keyof QuotaKey>): SimQuota {
    const found = this.#quotas.find(({ service, code }) => service === ServiceCode && code === QuotaCode);
    if (found === undefined) throw refusal('NoSuchResourceException', 404);
    return found;
  }

  #view({ request, course, createdAt, begun }: Asked): RequestedServiceQuotaChange {
    const passed = this.#clock.elapsed() - begun;
    const last = timed(course).findLast(({ at }) => at <= passed);
    const Status = (last?.step.status ?? 'PENDING') as RequestStatus;
    const dates = { Created: new Date(createdAt), LastUpdated: new Date(createdAt + (last?.at ?? 0)) };
    return { ...request, Status, ...dates };
  }

  /** What GetServiceQuota gives now: the newest granted value that already shows. */
  #applied(quota: SimQuota): number | undefined {
    const granted = this.#asked
      .filter((each) => each.quota === quota)
      .flatMap(({ course, desired, begun }) => {
        const passed = this.#clock.elapsed() - begun;
        return timed(course)
          .filter(({ at, step }) => step.grants !== undefined && at + (step.showsAfterMs ?? 0) <= passed)
          .map(({ step }) => (typeof step.grants === 'number' ? step.grants : desired));
      });
    return granted.at(-1) ?? quota.applied;
  }
}

/** Each step with the time since the request. */
function timed(course: Course): { at: number; step: CourseStep }[] {
  let at = 0;
  return course.map((step) => {
    at += step.afterMs;
    return { at, step };
  });
}

function shown({ service, code, quota }: SimQuota): ServiceQuota {
  return { ServiceCode: service, QuotaCode: code, ...quota };
}

type Refusal = Error & Pick<ServiceQuotasServiceException, 'name' | '$metadata'>;

function refusal(name: string, httpStatusCode: number): Refusal {
  return Object.assign(new Error('refused by Service Quotas'), { name, $metadata: { httpStatusCode } });
}
