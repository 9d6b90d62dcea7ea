import { isoTime } from '../../../shared/clock.ts';
import type { Finding, Outcome, Plan, PlanEnd } from '../../../shared/incident/plan.ts';
import type { Input } from '../input.ts';

/** A plan whose settled steps are still in it. */
export type Draft = Plan;

/** What a plan says of itself before its steps. */
export type About = Pick<Plan, 'headline' | 'findings' | 'quiet'>;

const NOTHING_EXPIRY_MS = 60_000;

/** For people: what, where, when. */
export function headlineOf(input: Input, happens: string, at?: number): string {
  const when = at === undefined ? '' : ` at ${isoTime(at)}`;
  return `${happens} node ${nameOf(input)} in ${input.incident.cluster.name}${when}`;
}

/** The Node's name, or the instance id where there is none. */
export function nameOf({ facts, incident }: Input): string {
  const node = facts.node.known ? facts.node.value : null;
  return node?.name ?? incident.subject.id;
}

/** Nothing is done, and why. */
export function nothing(
  input: Input,
  about: { headline: string; findings?: Finding[]; quiet?: true },
  why: string,
): Draft {
  const outcome: Outcome = { kind: 'ignored', summary: `Nothing done: ${why}.`, details: [] };
  return idle(input, about, why, { do: 'close', outcome });
}

/** Nothing is done yet. */
export function idle(
  { now }: Input,
  { headline, findings = [], quiet }: { headline: string; findings?: Finding[]; quiet?: true },
  why: string,
  next: PlanEnd,
): Draft {
  return {
    headline,
    severity: 'info',
    findings,
    steps: [],
    reasons: [why],
    next,
    expiresAt: now + NOTHING_EXPIRY_MS,
    ...(quiet && { quiet }),
  };
}
