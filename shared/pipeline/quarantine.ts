import type { TroublePolicy } from '../config/policy.ts';
import { quarantineGuard } from '../guard/quarantine.ts';
import type { Incident, StepVerdict } from '../incident/incident.ts';
import type { Plan, Severity } from '../incident/plan.ts';
import { claimPage } from '../incident/quarantine.ts';
import type { Run } from './run.ts';

/** A quarantined subject: one incident tells a person, the others stay quiet until the window is over. */
export type Quarantine = NonNullable<Incident['quarantine']>;

/** Undefined: nothing of the plan is held back by the quarantine alone. */
export async function quarantineOf(
  run: Run,
  { id, generation }: Incident,
  verdicts: readonly StepVerdict[],
  { quarantine: { withinMs } }: TroublePolicy,
): Promise<Quarantine | undefined> {
  const held = verdicts.find(isHeldByIt);
  if (held === undefined) return undefined;
  const { clock, table } = run.environment.ports;
  const isFirst = await claimPage(table, id, { generation, withinMs, now: clock.now() });
  return { is: isFirst ? 'told' : 'quiet', why: held.reason };
}

/** Without it the step would be done or asked for, now or later: a mode that forbids it anyway pages nobody. */
function isHeldByIt({ guards }: StepVerdict): boolean {
  const refusals = guards.filter(({ verdict }) => verdict === 'refuse');
  const isOnIt = refusals.some(
    ({ guard, isUnknown }) => guard === quarantineGuard.name && isUnknown !== true,
  );
  return (
    isOnIt && refusals.every(({ guard, isUnknown }) => guard === quarantineGuard.name || isUnknown === true)
  );
}

const HIGHER: Readonly<Record<Severity, Severity>> = {
  info: 'high',
  warning: 'high',
  high: 'critical',
  critical: 'critical',
};

/** What does not help is worse than it looks. */
export function raised(plan: Plan, quarantine: Quarantine | undefined): Plan {
  if (quarantine?.is !== 'told') return plan;
  const { quiet: _, ...loud } = plan;
  return { ...loud, severity: HIGHER[plan.severity] };
}
