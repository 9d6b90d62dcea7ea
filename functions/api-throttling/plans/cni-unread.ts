import type { Fact } from '../../../shared/fact.ts';
import type { CniFacts } from '../reading/cni-facts.ts';

/** Why new settings cannot be computed now, though they may be at the next look. */
export function whyUnread(cni: Fact<CniFacts> | null): string | undefined {
  if (cni === null) return undefined;
  if (!cni.known) return cni.why;
  const missing = Object.values<Fact<unknown>>({ ...cni.value }).find((fact) => !fact.known);
  return missing === undefined || missing.known ? undefined : `${missing.source}: ${missing.why}`;
}
