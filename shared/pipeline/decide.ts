import type { Incident } from '../incident/incident.ts';
import { Superseded } from '../incident/ledger.ts';
import type { Plan } from '../incident/plan.ts';
import { noteQuestions } from '../incident/question-history.ts';
import { planHash, stepKey } from '../incident/step-key.ts';
import { readStop } from '../incident/stop-switch.ts';
import { applyVerdicts, type Judged, withoutReturning } from './apply-verdicts.ts';
import { judgePlan } from './judge.ts';
import { type Move, nextMove } from './next-move.ts';
import { quarantineOf, raised } from './quarantine.ts';
import type { Run } from './run.ts';
import { recordClosing } from './settle.ts';
import type { Trouble } from './trouble.ts';

/** What a round does next, and whether people must hear of it first; plain JSON, it crosses a checkpoint. */
export type Decision = { announce: boolean } & Move;

/** A playbook that keeps proposing what is settled would spin; it gets this many looks at its own records. */
const MAX_PASSES = 6;

/** Gather → playbook → guards → record. Reads the world afresh each time; changes only the ledger. */
export async function decide<F, P>(trouble: Trouble<F, P>, run: Run, round: number): Promise<Decision> {
  const incident = await run.ledger.readIncident(run.ref.incidentId);
  if (incident === undefined) throw new Superseded(`no incident ${run.ref.incidentId}`);
  if (isOwnEnding(run, incident)) return await repeatEnding(run, incident);
  const policy = await run.environment.policyFor(incident.cluster, trouble.name);
  const section = trouble.policyOf(policy);
  const riskOf = (name: string) => trouble.actions.find((action) => action.name === name)?.risk ?? 'high';
  const started = await run.ledger.change(run.ref, ({ waiting: _, ...current }) => ({
    ...current,
    rounds: round,
  }));
  let current = started;
  const facts = await trouble.gather({ ports: run.environment.ports, incident: started, policy: section });
  const stop = await readStop(run.environment.ports.table);
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const now = run.environment.ports.clock.now();
    const input = { facts, incident: current, policy: section, standDownFor: policy.standDownFor, now };
    const proposed = trouble.playbook(input);
    const guardFacts = trouble.guardFacts(input);
    const { judged, claimed } = await judgePlan(trouble, run, proposed, {
      current,
      policy,
      guardFacts,
      stop,
      now,
    });
    const before = current;
    const verdicts = judged.map(({ verdict }) => verdict);
    const quarantine = current.quarantine ?? (await quarantineOf(run, current, verdicts, policy));
    const plan = raised(proposed, quarantine);
    const { taken } = guardFacts;
    await noteReturning(run, current, judged);
    current = await run.ledger.change(run.ref, (latest) =>
      applyVerdicts(latest, plan, judged, { policy, taken, now, claimed, riskOf, quarantine }),
    );
    await recordPlan(run, before, current, plan);
    await noteQuestions(run.ledger, current);
    const next = await nextMove(run, { before, incident: current }, plan, judged, started.revision);
    if (next !== undefined)
      return { ...next, announce: current.announced < current.announce || next.do === 'end' };
  }
  throw new Error(`${trouble.name}: the playbook does not accept its own settled steps`);
}

/** Closed by this very run, whose crash or lost answer hid that it had succeeded. */
function isOwnEnding({ ref }: Run, incident: Incident): boolean {
  const { generation, attempt, status } = incident;
  return status === 'closed' && generation === ref.generation && attempt === ref.attempt;
}

async function repeatEnding(run: Run, incident: Incident): Promise<Decision> {
  await recordClosing(run, incident);
  return { do: 'end', why: incident.outcome?.kind ?? 'closed', announce: true };
}

/** A question that is asked anew leaves the incident: what was said to it stands in the history before. */
async function noteReturning({ ledger }: Run, incident: Incident, judged: readonly Judged[]): Promise<void> {
  const { questions } = incident;
  if (withoutReturning(questions, judged).length < questions.length) await noteQuestions(ledger, incident);
}

async function recordPlan(run: Run, before: Incident, after: Incident, plan: Plan): Promise<void> {
  if (before.plan !== undefined && planHash(before.plan) === planHash(plan)) return;
  if (plan.steps.length === 0 && before.plan !== undefined) return;
  const keys = new Set(plan.steps.map(stepKey));
  const verdicts = (after.verdicts ?? []).filter(({ key }) => keys.has(key));
  const steps = verdicts.map(({ action, verdict }) => `${action}=${verdict}`).join(' ');
  await run.ledger.append(after.id, `g${after.generation}.plan.${planHash(plan)}`, {
    kind: 'plan',
    text: `${plan.headline} [${planHash(plan)}] ${steps}`,
  });
}
