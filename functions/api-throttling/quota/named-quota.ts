import type { QuotaId } from '../../../shared/ports/quotas.ts';

/** A quota with its name in Service Quotas, for people. */
export interface NamedQuota extends QuotaId {
  name: string;
}
