import type { Action } from '../actions/action.ts';
import type { TroublePolicy } from '../config/policy.ts';
import { type Fact, known, readFact } from '../fact.ts';
import type { Remembered } from '../guard/guard.ts';
import { isSpared, isVoluntary, takesOnPurpose } from '../guard/voluntary.ts';
import { type Cooldown, readCooldown } from '../incident/cooldowns.ts';
import type { Incident } from '../incident/incident.ts';
import type { Step } from '../incident/plan.ts';
import { readTreated } from '../incident/quarantine.ts';
import { stepKey } from '../incident/step-key.ts';
import { readWentBad } from '../incident/went-bad.ts';
import type { Run } from './run.ts';
import type { GuardFacts } from './trouble.ts';

export interface About {
  current: Incident;
  policy: TroublePolicy;
  guardFacts: GuardFacts;
}

/** A step and what would do it. */
export interface Proposed {
  step: Step;
  action: Action;
}

const NOT_READ = 'not read: nothing depends on it';

/**
 * What the guards need of earlier times, all read at once. Nothing is read that no step depends on: a node AWS is
 * taking costs no read.
 */
export async function readGuardState(
  run: Run,
  proposed: readonly Proposed[],
  about: About,
): Promise<Remembered> {
  const { clock, table } = run.environment.ports;
  const { current, policy, guardFacts } = about;
  const now = clock.now();
  const none = known([], NOT_READ, now);
  const isTreating = proposed.some(({ action }) => isVoluntary(action, guardFacts));
  const isTaking = proposed.some(({ action }) => takesOnPurpose(action, guardFacts));
  const { withinMs } = policy.brake;
  const wentBadSince = () => readWentBad(table, current.cluster, { withinMs, now });
  const [cooldowns, treated, wentBad] = await Promise.all([
    readCooldowns(run, proposed, about),
    isTreating ? readFact('quarantine', now, () => readTreated(table, current.id)) : none,
    isTaking ? readFact('went bad', now, wentBadSince) : none,
  ]);
  return { cooldowns, treated, wentBad };
}

async function readCooldowns(
  { environment }: Run,
  proposed: readonly Proposed[],
  { current, guardFacts }: About,
): Promise<Map<string, Fact<Cooldown | null>>> {
  const { clock, table } = environment.ports;
  const limited = proposed.filter(({ action }) => action.cooldownMs > 0 && !isSpared(action, guardFacts));
  const facts = await Promise.all(
    limited.map(async ({ step }) => {
      const read = async () => (await readCooldown(table, current.cluster, step)) ?? null;
      return [stepKey(step), await readFact('cool-down', clock.now(), read)] as const;
    }),
  );
  return new Map(facts);
}
