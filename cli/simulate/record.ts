import type { StepVerdict } from '../../shared/incident/incident.ts';
import type { Plan } from '../../shared/incident/plan.ts';
import type { Below, Trouble } from '../../shared/pipeline/trouble.ts';
import type { World } from '../../simulator/world.ts';

/** What the first decision saw and said: the one that answers "what would happen". */
export interface FirstDecision {
  facts?: unknown;
  plan?: Plan;
  guards?: StepVerdict[];
  /** What was counted last and opened nothing. */
  below?: readonly Below[];
  /** Why the trigger opened nothing. */
  why?: string;
}

/** The same trouble, noting its first facts and plan and its last count as they pass by. */
export function recorded(trouble: Trouble, first: FirstDecision): Trouble {
  const { aggregate, trigger } = trouble;
  return {
    ...trouble,
    ...(aggregate !== undefined && {
      aggregate: async (input) => {
        const aggregated = await aggregate(input);
        first.below = aggregated.below;
        return aggregated;
      },
    }),
    ...(trigger !== undefined && {
      trigger: (input) => {
        const decision = trigger(input);
        if (decision.do === 'nothing') first.why = decision.why;
        return decision;
      },
    }),
    gather: async (input) => {
      const facts = await trouble.gather(input);
      first.facts ??= structuredClone(facts);
      return facts;
    },
    playbook: (input) => {
      const plan = trouble.playbook(input);
      first.plan ??= structuredClone(plan);
      return plan;
    },
  };
}

/** Verdicts reach the ledger with the plan: the first write that carries some is the first decision's. */
export function watchVerdicts(world: World, first: FirstDecision): void {
  world.calls.onCall((call) => {
    if (call.port !== 'table' || call.method !== 'update' || first.guards !== undefined) return;
    const [, change] = call.args as [unknown, { set?: { incident?: { verdicts?: StepVerdict[] } } }];
    const verdicts = change.set?.incident?.verdicts;
    if (verdicts !== undefined) first.guards = structuredClone(verdicts);
  });
}
