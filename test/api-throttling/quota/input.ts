import * as v from 'valibot';
import type { QuotaInput } from '../../../functions/api-throttling/quota/decide.ts';
import { quotaSection } from '../../../functions/api-throttling/quota/policy.ts';
import { type Fact, known, unknown } from '../../../shared/fact.ts';
import type { Quota } from '../../../shared/ports/quotas.ts';

export const NOW = 1_795_000_000_000;
export const ENIS = { service: 'vpc', code: 'L-DF5E4CA3', name: 'Network interfaces per Region' };
export const policy = v.parse(quotaSection, {});

export const quota: Quota = { ...ENIS, value: 5_000, applied: true, adjustable: true, unit: 'None' };

export function read<T>(value: T): Fact<T> {
  return known(value, 'test', NOW);
}

export const unread = unknown('servicequotas:GetServiceQuota: throttled', 'test', NOW);

/** An account that would be helped by more of an adjustable quota, and nothing in the way. */
export function quotaInput(over: Partial<QuotaInput> = {}): QuotaInput {
  return {
    lookup: { is: 'one', quota: ENIS },
    awsTriggered: read(0),
    callers: read([
      { name: 'payments-node-role', share: 0.5 },
      { name: 'inventory', share: 0.3 },
    ]),
    quota: read(quota),
    openRequests: read([]),
    usage: read(4_800),
    lastAsked: read(null),
    policy,
    now: NOW,
    ...over,
  };
}
