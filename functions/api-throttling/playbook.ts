import { humanDuration, isoTime, MINUTE_MS } from '../../shared/clock.ts';
import { placeName } from '../../shared/cluster/account.ts';
import type { Plan, PlanEnd, Severity } from '../../shared/incident/plan.ts';
import { advice } from './advice.ts';
import { callerName, findingsOf } from './findings.ts';
import type { Input } from './input.ts';
import { isOfAccount, type Situation, situationOf } from './situation.ts';

const RETRY_MS = MINUTE_MS;
/** A look is a read of the ledger: often enough to tell the end in time. */
const LOOK_EVERY_MS = 5 * MINUTE_MS;
const EXPIRY_MS = 10 * MINUTE_MS;

/** Without these a cluster neither grows nor heals. */
const VITAL: ReadonlySet<string> = new Set(['vpc-cni', 'karpenter', 'cluster-autoscaler', 'ebs-csi']);

/** Facts + policy + now → plan. Total: it has no steps yet, and says what would help and what would not. */
export function playbook(input: Input): Plan {
  const { facts, incident, now } = input;
  const place = placeName(incident.cluster);
  if (!facts.rows.known) {
    const why = `the counts cannot be read: ${facts.rows.why}`;
    const headline = `AWS throttles API calls of ${incident.subject.id} in ${place}`;
    const next: PlanEnd = { do: 'wait', at: now + RETRY_MS, why };
    const { keep } = incident.plan ?? {};
    return {
      ...(keep !== undefined && { keep }),
      headline,
      severity: 'warning',
      findings: [],
      steps: [],
      reasons: [why],
      next,
      expiresAt: now + EXPIRY_MS,
    };
  }
  const situation = situationOf(input, facts.rows.value);
  const { group } = situation;
  const where = isOfAccount(group) ? place : `cluster ${place}`;
  return {
    headline: `AWS throttles API calls of ${callerName(group.rows, incident.subject.id)} in ${where}`,
    severity: severityOf(situation),
    findings: findingsOf(input, situation, facts.rows.value),
    steps: [],
    reasons: advice(situation),
    next: nextOf(input, situation),
    expiresAt: now + EXPIRY_MS,
    keep: { most: mostOf(input, situation) },
  };
}

/** Of the whole incident: rows are read back for an hour only. */
function mostOf({ incident }: Input, { peak }: Situation): number {
  return Math.max(peak.count, Number(incident.plan?.keep?.['most'] ?? 0));
}

function severityOf({ group }: Situation): Severity {
  return VITAL.has(group.cause) ? 'high' : 'warning';
}

/** Ends by itself once the rate stayed below the exit; until then it looks again, at the latest when that may be so. */
function nextOf(input: Input, situation: Situation): PlanEnd {
  const { policy, now, incident } = input;
  const { quietSince, isOver, isAtLeast } = situation;
  const { quietFor, window } = policy.rate;
  if (!isOver) {
    const at = Math.max(now + RETRY_MS, Math.min(now + LOOK_EVERY_MS, quietSince + quietFor));
    return { do: 'wait', at, why: `the rate must stay below the exit for ${humanDuration(quietFor)}` };
  }
  const count = mostOf(input, situation);
  const most = isAtLeast ? `at least ${count}` : `${count}`;
  const summary = `Throttling ended by itself: quiet since ${isoTime(quietSince)}, at most ${most} throttled calls within ${humanDuration(window)}, opened at ${isoTime(incident.openedAt)}. Nothing was changed.`;
  return { do: 'close', outcome: { kind: 'ignored', summary, details: [] } };
}
