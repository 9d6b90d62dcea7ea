import { type EpochMs, isoTime } from '../../../shared/clock.ts';
import type { Fact } from '../../../shared/fact.ts';
import type { Finding } from '../../../shared/incident/plan.ts';
import type { ApiThrottlingPolicy } from '../policy.ts';
import { loudSince, minuteOf } from '../rate.ts';
import type { BurstFacts } from '../reading/burst-facts.ts';
import type { Situation } from '../situation.ts';
import { type Arrivals, agreeing, arrivalsOf, arrivalText, isBurst } from './arrivals.ts';
import { contributions, ruledOut, unknownParts } from './burst-parts.ts';
import { slowerSteps } from './burst-steps.ts';

export interface BurstAdvice {
  findings: Finding[];
  /** What would make the next one smaller; empty where no burst is known to have begun it. */
  helps: string[];
}

export interface BurstLook {
  situation: Situation;
  policy: ApiThrottlingPolicy;
}

/** What the nodes have to do with it; `unknown`: nothing that tells of them could be read. */
type Verdict = 'began-it' | 'came-after' | 'no-burst' | 'unknown';

/**
 * Whether a burst of nodes began the throttling, with what else went wrong in the same minutes, what did not, and what
 * is not known. What came after the throttling had begun is not called its cause. Pure.
 */
export function burstAdvice(burst: Fact<BurstFacts> | null, { situation, policy }: BurstLook): BurstAdvice {
  if (burst === null) return { findings: [], helps: [] };
  if (!burst.known) return { findings: [unread(burst.why)], helps: [] };
  const facts = burst.value;
  const began = loudSince(situation.group.calls, policy.rate, situation.peak.at);
  const arrivals = arrivalsOf(facts);
  const verdict = verdictOf(arrivals, facts, began);
  const finding: Finding = {
    cause: causeText(verdict, arrivals),
    confidence: confidenceOf(verdict, arrivals, facts, began),
    evidence: [
      `throttling began at ${isoTime(began)}; looked at from ${isoTime(facts.window.from)} to ${isoTime(facts.window.to)}`,
      ...arrivals.map(({ text }) => text),
      ...contributions(facts, situation, began),
      ...ruledOut(facts),
      ...unknownParts(facts),
    ],
  };
  return { findings: [finding], helps: verdict === 'began-it' ? slowerSteps(facts) : [] };
}

const UNKNOWN = 'whether a burst of nodes began it is unknown';

function unread(why: string): Finding {
  return { cause: UNKNOWN, confidence: 'possible', evidence: [`unknown: ${why}`] };
}

function verdictOf(arrivals: readonly Arrivals[], facts: BurstFacts, began: EpochMs): Verdict {
  const [most] = arrivals;
  if (most === undefined) return 'unknown';
  if (!isBurst(most, facts)) return 'no-burst';
  return minuteOf(startOf(arrivals)) <= began ? 'began-it' : 'came-after';
}

/** Of the burst: a launch is seen before the node that comes of it. */
function startOf(arrivals: readonly Arrivals[]): EpochMs {
  return Math.min(...agreeing(arrivals).map(({ first }) => first));
}

function causeText(verdict: Verdict, [most]: readonly Arrivals[]): string {
  if (most === undefined || verdict === 'unknown') return UNKNOWN;
  if (verdict === 'no-burst') return `no burst of nodes began it: ${most.what} within 5 min at most`;
  const text = arrivalText(most);
  return verdict === 'began-it'
    ? `a burst: ${text}`
    : `${text}, after the throttling had begun: they are not what began it`;
}

/** By how many independent sources say the same, failures of pods that followed included. */
function confidenceOf(
  verdict: Verdict,
  arrivals: readonly Arrivals[],
  { nodes, sandbox }: BurstFacts,
  began: EpochMs,
): Finding['confidence'] {
  if (verdict === 'unknown') return 'possible';
  if (verdict === 'no-burst') return nodes.known ? 'likely' : 'possible';
  const followed = sandbox.known && sandbox.value.first !== undefined && sandbox.value.first >= began;
  const sources = agreeing(arrivals).length + Number(followed);
  if (sources < 2) return 'possible';
  // Minutes are the finest that is counted: within one minute nobody knows what came first.
  const isOrdered = minuteOf(startOf(arrivals)) < began;
  return sources > 2 && verdict === 'began-it' && isOrdered ? 'certain' : 'likely';
}
