import type { Resource } from '../measure/used.ts';
import type { InstanceCeiling } from '../volume.ts';
import { limitOf } from './limit.ts';
import { shown } from './lines.ts';
import { type Look, UNIT, unknowns } from './verdict.ts';

export function ceilingOf({ ceiling }: Look, resource: Resource): { baseline?: number; most?: number } {
  if (!ceiling.known) return {};
  const { baselineIops, baselineThroughputMib, maximumIops, maximumThroughputMib }: InstanceCeiling =
    ceiling.value;
  const [baseline, maximum] =
    resource === 'iops' ? [baselineIops, maximumIops] : [baselineThroughputMib, maximumThroughputMib];
  const most = maximum ?? baseline;
  return { ...(baseline !== undefined && { baseline }), ...(most !== undefined && { most }) };
}

/** Of all volumes of the instance, bursts included. */
export function provisioned({ performance, others }: Look, resource: Resource): number | undefined {
  if (!performance.known || !others.known) return undefined;
  const limits = [performance.value, ...others.value].map((each) => limitOf(each, resource)?.withCredits);
  return limits.reduce<number | undefined>(
    (sum, limit) => (sum === undefined || limit === undefined ? undefined : sum + limit),
    0,
  );
}

export function ceilingLines(look: Look, resource: Resource): string[] {
  const { baseline, most } = ceilingOf(look, resource);
  if (!look.ceiling.known || baseline === undefined) return unknowns(look.ceiling);
  const burstText = most !== undefined && most > baseline ? `, ${shown(most)} in bursts` : '';
  const sum = provisioned(look, resource);
  const sumText = sum === undefined ? '' : `; its volumes are provisioned for ${shown(sum)}`;
  const { source, value } = look.ceiling;
  return [
    `${source}: ${value.instanceType} carries ${shown(baseline)} ${UNIT[resource]} always${burstText}${sumText}`,
  ];
}
