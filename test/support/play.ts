import { MINUTE_MS } from '../../shared/clock.ts';
import { answerQuestions } from '../../shared/incident/answers.ts';
import type { World } from '../../simulator/world.ts';
import { onlyIncident, type Simulated, type SimulateOptions, simulate } from './simulate.ts';
import { statefulWorld } from './worlds.ts';

/** Something happens after a minute of rest; the answer is the run so much later, settled or not. */
export async function play(
  happen: (world: World) => void,
  options: SimulateOptions,
  forMs: number,
): Promise<Simulated> {
  const run = simulate({ world: statefulWorld(), ...options });
  await run.world.clock.advance(MINUTE_MS);
  happen(run.world);
  await run.world.clock.advance(forMs);
  return run;
}

/** Names of the calls that changed, or tried to change, infrastructure, in order. */
export function methods({ world }: Simulated): string[] {
  return world.calls.mutations().map(({ method }) => method);
}

/** A person answers one question, and wakes the run. */
export async function answer(run: Simulated, action: string, decision: 'approved' | 'denied'): Promise<void> {
  const incident = await onlyIncident(run.simulation);
  const question = incident.questions.find(({ step }) => step.action === action);
  if (question === undefined) throw new Error(`nobody asked about ${action}`);
  const given = { decision, by: 'ana', stepKey: question.key } as const;
  const result = await answerQuestions(run.simulation.ledger, run.world.clock, incident.id, given);
  if (result.result === 'recorded' && result.callbackId !== undefined) {
    await run.simulation.workflows.wake(result.callbackId, 'answer');
  }
}
