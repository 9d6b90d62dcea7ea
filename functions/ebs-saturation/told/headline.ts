import type { OutcomeKind, Plan, PlanEnd } from '../../../shared/incident/plan.ts';
import type { Decision } from '../decide/decision.ts';
import type { Diagnosis } from '../diagnose/types.ts';
import type { Input } from '../input.ts';
import { changeRecords, type Proposed } from '../plans/change-step.ts';
import { standingIn } from '../standing.ts';
import { isDoubtful } from './volumes.ts';
import { whoseVolume } from './where.ts';

/** The first line of a plan, and whether a person has to read it. */
export type Headline = Pick<Plan, 'headline' | 'needsPerson'>;

export const PERSON = 'a person is needed';
/** What came of it, once it is over; the other ends leave it as it was. */
const ENDED: Readonly<Partial<Record<OutcomeKind, string>>> = {
  fixed: 'it was changed, and that helped',
  mitigated: 'it was changed; whether that helped cannot be told',
  escalated: PERSON,
};

/** What is the matter, whose volume it is and where, and whether anybody is needed. Without figures: they move. Pure. */
export function headlineOf(input: Input, cause: string, about: About): Headline {
  const whose = whoseVolume(input.facts);
  const where = `${whose === undefined ? '' : `${whose}, `}cluster ${input.incident.cluster.name}`;
  const need = needOf(input, about);
  return { headline: `${cause}: ${where}; ${need}`, ...(need === PERSON && { needsPerson: true }) };
}

interface About {
  diagnosis: Diagnosis;
  decision: Decision | undefined;
  proposed: Proposed;
  next: PlanEnd;
}

function needOf(input: Input, { diagnosis, decision, proposed, next }: About): string {
  const ended = next.do === 'close' ? ENDED[next.outcome.kind] : undefined;
  if (ended !== undefined) return ended;
  const states = changeRecords(input).map(({ state }) => state);
  if (states.includes('done')) return 'it was changed, and whether that helped is watched';
  if (states.includes('running') && proposed.steps.length > 0) return 'it is being changed';
  if (proposed.steps.length > 0) return 'one change is planned';
  if (standingIn(input).firing.length === 0) return 'no alarm is in ALARM now';
  const [{ name }] = diagnosis.causes;
  if (name === 'nothing-wrong' && !isDoubtful(input)) return 'nobody is needed';
  if (states.includes('observed')) return 'a change is proposed and not made';
  return decision?.decision === 'wait' ? 'a change has to wait' : PERSON;
}
