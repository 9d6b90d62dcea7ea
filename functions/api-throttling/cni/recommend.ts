import type { Advice, Change, Considered, Env, GroupEffect } from './advice.ts';
import { type Bottleneck, bottleneckOf } from './apis.ts';
import { candidateOf, candidatesFor, envText } from './candidates.ts';
import { endpointAdvice } from './endpoint.ts';
import { burstOf, type Judged, judged, modelled, pairs, whyNot } from './judge.ts';
import { type ClusterNumbers, numberProblems } from './numbers.ts';
import { prefixAdvice } from './prefix.ts';
import { changeReasons, keepReasons, warningsOf, whyNothingToTune } from './reasons.ts';

/** A change restarts aws-node everywhere: not for less than a tenth fewer calls. */
const LEAST_GAIN = 0.1;
const MAX_REJECTIONS = 12;

/**
 * Total, pure, stable: advice that was followed gives `keep`. A change of targets never asks a subnet for more
 * addresses than it has free and the cluster holds, never more of EC2 per launch or churn on any kind of node
 * than the settings it replaces, and never more ENIs or addresses than an instance type holds.
 *
 * `earlier` is what was advised before: the numbers of a living cluster move, and people are not asked about another
 * value each time. It is advised again for as long as it is possible and nothing is a tenth better.
 */
export function recommend(numbers: ClusterNumbers, earlier?: Env): Advice {
  const nothing = whyNothingToTune(numbers);
  if (nothing !== undefined) return { kind: 'nothing-to-tune', reasons: [nothing] };
  const problems = numberProblems(numbers);
  if (problems.length > 0) return { kind: 'unknown', reasons: problems };

  const before = modelled(numbers.settings, numbers.groups);
  const present = judged({ settings: numbers.settings, env: {} }, numbers, before);
  const options = candidatesFor(numbers)
    .filter(({ env }) => Object.keys(env).length > 0)
    .map((option) => judged(option, numbers, before));
  const possible = options.filter((option) => whyNot(option, present, numbers) === undefined);
  const best = choose(present, possible);
  const again = earlier === undefined ? undefined : candidateOf(numbers.settings, earlier);
  const kept = again === undefined ? undefined : judged(again, numbers, before);
  const chosen = kept !== undefined && isStillGood(kept, { present, best, numbers }) ? kept : best;
  return advice(numbers, { present, chosen, options });
}

function isStillGood(
  kept: Judged,
  { present, best, numbers }: { present: Judged; best: Judged; numbers: ClusterNumbers },
): boolean {
  const isPossible = whyNot(kept, present, numbers) === undefined;
  return isPossible && isWorthwhile(kept, present) && !isWorthwhile(best, kept);
}

interface Choice {
  present: Judged;
  chosen: Judged;
  options: readonly Judged[];
}

function advice(numbers: ClusterNumbers, choice: Choice): Advice {
  const { present, chosen } = choice;
  const endpoint = endpointAdvice(numbers);
  const prefix = prefixAdvice(numbers, chosen);
  const env: Env = { ...chosen.env, ...endpoint.env };
  const considered: Considered = {
    effects: effectsOf(numbers, present, chosen),
    burst: { before: bottleneck(numbers, present), after: bottleneck(numbers, chosen) },
    subnets: chosen.costs,
    reasons: [
      ...(chosen === present ? keepReasons(present) : changeReasons(chosen, present)),
      ...endpoint.reasons,
      ...ownerReasons(numbers),
    ],
    warnings: warningsOf(numbers, present),
    rejected: [...rejections(numbers, choice), ...prefix.rejected].slice(-MAX_REJECTIONS),
    proposals: prefix.proposals,
  };
  if (Object.keys(env).length === 0) return { kind: 'keep', ...considered };
  const settings = { ...chosen.settings, ...endpoint.settings };
  return { kind: 'change', change: { env, settings, through: throughOf(numbers) }, ...considered };
}

function bottleneck({ groups }: ClusterNumbers, { calls }: Judged): Bottleneck | null {
  return bottleneckOf(burstOf(groups, calls));
}

function throughOf({ owner }: ClusterNumbers): Change['through'] {
  if (owner.kind === 'declared') return 'proposal';
  return owner.kind === 'eks-addon' ? 'addon' : 'daemonset';
}

function ownerReasons({ owner }: ClusterNumbers): string[] {
  if (owner.kind !== 'declared') return [];
  return [`aws-node is declared by ${owner.by} (${owner.evidence}): proposed only, to be changed there`];
}

function effectsOf({ groups }: ClusterNumbers, present: Judged, chosen: Judged): GroupEffect[] {
  return pairs(groups, chosen.calls).map(([{ name, limits }, after]) => ({
    group: name,
    type: limits.type,
    before: present.calls.get(name) ?? after,
    after,
  }));
}

/** Addresses that are reused sooner are a risk of their own: only where that is clearly better than not. */
function choose(present: Judged, possible: readonly Judged[]): Judged {
  const calm = bestOf(
    present,
    possible.filter(({ env }) => env['IP_COOLDOWN_PERIOD'] === undefined),
  );
  const any = bestOf(present, possible);
  const best = isWorthwhile(any, calm) ? any : calm;
  return isWorthwhile(best, present) ? best : present;
}

function bestOf(present: Judged, possible: readonly Judged[]): Judged {
  return [present, ...possible].toSorted(byWorth)[0] ?? present;
}

/** Fewest calls, then fewest that pods wait for, then fewest addresses, then what is there already. */
function byWorth(left: Judged, right: Judged): number {
  return (
    left.load - right.load ||
    left.late - right.late ||
    left.addresses - right.addresses ||
    Object.keys(left.env).length - Object.keys(right.env).length ||
    envText(left.env).localeCompare(envText(right.env))
  );
}

function isWorthwhile(best: Judged, present: Judged): boolean {
  const isFewer = (after: number, before: number) => after <= before * (1 - LEAST_GAIN) && before > 0;
  if (isFewer(best.load, present.load)) return true;
  return best.load <= present.load && isFewer(best.late, present.late);
}

function rejections(numbers: ClusterNumbers, { present, chosen, options }: Choice) {
  return options
    .filter((option) => option !== chosen)
    .map((option) => ({
      option: envText(option.env),
      why: whyNot(option, present, numbers) ?? whyWorse(option, chosen, present),
    }));
}

function whyWorse(option: Judged, chosen: Judged, present: Judged): string {
  if (chosen === present)
    return 'less than a tenth fewer calls: not worth a restart of aws-node on every node';
  if (option.load > chosen.load)
    return `${option.load} changing calls in a burst and its churn, not ${chosen.load}`;
  if (option.late > chosen.late) return `pods wait for ${option.late} calls of a burst, not ${chosen.late}`;
  if (option.addresses > chosen.addresses) return `${option.addresses} addresses, not ${chosen.addresses}`;
  return 'no better, and more is changed';
}
