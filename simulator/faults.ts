import * as v from 'valibot';
import type { Call } from './calls.ts';
import { seededRandom } from './random.ts';
import { type Fault, type FaultRule, faultRuleSchema } from './scenario-file.ts';

/** A rule as tests and scenarios write it: durations as text (`for: '30s'`). */
export type FaultRuleInput = v.InferInput<typeof faultRuleSchema>;

interface ActiveRule {
  rule: FaultRule;
  matched: number;
}

/**
 * Says which port calls go wrong, and how. It counts over the whole life of a world: hand the same plan to the
 * process that starts after a crash.
 */
export class FaultPlan {
  readonly #rules: ActiveRule[] = [];
  readonly #random: () => number;

  constructor(rules: readonly FaultRuleInput[] = [], seed = 1) {
    this.#random = seededRandom(seed);
    for (const rule of rules) this.add(rule);
  }

  /** The first rule that applies to a call decides. The answer takes the rule back. */
  add(rule: FaultRuleInput): () => void {
    return this.addParsed(v.parse(faultRuleSchema, rule));
  }

  addParsed(rule: FaultRule): () => void {
    const active = { rule, matched: 0 };
    this.#rules.push(active);
    return () => {
      const index = this.#rules.indexOf(active);
      if (index >= 0) this.#rules.splice(index, 1);
    };
  }

  decide(call: Call): Fault | undefined {
    let decided: Fault | undefined;
    for (const active of this.#rules) {
      // Every rule counts every call it matches, so that rules do not shift each other.
      const applies = this.#applies(active, call);
      if (applies) decided ??= active.rule.fault;
    }
    return decided;
  }

  #applies(active: ActiveRule, call: Call): boolean {
    const { rule } = active;
    if (!matches(rule, call)) return false;
    active.matched += 1;
    const { matched } = active;
    if (rule.nth !== undefined && matched !== rule.nth) return false;
    if (matched < (rule.from ?? 1) || matched > (rule.until ?? matched)) return false;
    return rule.percent === undefined || this.#random() * 100 < rule.percent;
  }
}

function matches(rule: FaultRule, call: Call): boolean {
  return (
    (rule.call ?? call.n) === call.n &&
    (rule.port ?? call.port) === call.port &&
    (rule.method ?? call.method) === call.method &&
    (rule.cluster ?? call.cluster) === call.cluster &&
    (rule.process ?? call.process) === call.process
  );
}
