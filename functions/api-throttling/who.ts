import type { EpochMs } from '../../shared/clock.ts';
import { workloadName } from './attribution/index.ts';
import { causeOf, type Group, SEVERAL_CALLERS } from './groups.ts';
import { countAt } from './rate.ts';
import { perMinute, type RateRow } from './window.ts';

const MAX_WHO = 8;

/** By whom each cause was told; of several, how much of the strongest window is theirs, the most first. */
export function whoLines({ rows, cause, scope }: Group, at: EpochMs, windowMs: number): string[] {
  const causes = cause === SEVERAL_CALLERS ? [rows] : [...byCause(rows).values()];
  const told = causes.flatMap((own) => {
    const { controller, by } = newestOf(own)?.attribution ?? {};
    const count = countAt(perMinute(own, scope), windowMs, at);
    return controller === undefined ? [] : [{ count, who: `who: ${controller.name} (${by})` }];
  });
  const shown = told.toSorted((left, right) => right.count - left.count).slice(0, MAX_WHO);
  const more = told.length > shown.length ? [`and ${told.length - shown.length} more`] : [];
  return [...shown.map(({ who, count }) => (told.length > 1 ? `${who}: ${count} of them` : who)), ...more];
}

export function newestOf(rows: readonly RateRow[]): RateRow | undefined {
  return rows.toSorted((left, right) => right.minute - left.minute)[0];
}

/** Of an incident's rows, e.g. `VPC CNI`, or `VPC CNI and 2 others` where several causes are one incident. */
export function callerName(rows: readonly RateRow[], cause: string): string {
  if (cause === SEVERAL_CALLERS) return 'several callers';
  const causes = byCause(rows);
  const name = nameOf(causes.get(cause) ?? [], cause);
  const others = [...causes.keys()].filter((each) => each !== cause).length;
  return others === 0 ? name : `${name} and ${others} ${others === 1 ? 'other' : 'others'}`;
}

function byCause(rows: readonly RateRow[]): Map<string, RateRow[]> {
  return Map.groupBy(rows, ({ attribution, call }) => causeOf(attribution.controller, call));
}

/** The name people know, e.g. `VPC CNI` or `Terraform 1.9.8 (deploy)`: a tool's own word never stands alone. */
function nameOf(rows: readonly RateRow[], cause: string): string {
  const [kind = cause, label] = cause.split(/:(.*)/);
  const names = new Set(rows.map(({ attribution }) => attribution.controller.name));
  const [only, ...others] = names;
  if (only === undefined || others.length > 0) return label ?? workloadName(kind);
  return kind === 'other-tool' ? `${only} (${label})` : only;
}
