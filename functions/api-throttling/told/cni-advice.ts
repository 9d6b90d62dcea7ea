import { humanDuration } from '../../../shared/clock.ts';
import type { Fact } from '../../../shared/fact.ts';
import type { Finding } from '../../../shared/incident/plan.ts';
import {
  type Advice,
  CHURN_MINUTES,
  type Change,
  type Considered,
  type Env,
  type GroupEffect,
  recommend,
} from '../cni/index.ts';
import type { ApiThrottlingPolicy } from '../policy.ts';
import { exitOf } from '../rate.ts';
import type { CniFacts } from '../reading/cni-facts.ts';
import { withAwsNode } from '../reading/nodes.ts';
import { type MakeableChange, showChange } from './cni-change.ts';
import { numbersOf } from './cni-numbers.ts';

/** What is said of the settings of a cluster's VPC CNI. */
export interface CniAdvice {
  findings: Finding[];
  reasons: string[];
  /** Computed, and nothing possible makes fewer calls: the CNI is not at fault. */
  isTuned: boolean;
  /** What Paramedic can do about it by itself. */
  change?: MakeableChange & { gain: string; nodes: number };
  /** For AWS Support, e.g. `412 nodes with aws-node`; undefined when they were not read. */
  size?: string;
}

interface Look {
  cluster: string;
  /** What was advised at an earlier look. */
  earlier?: Env | undefined;
  policy: ApiThrottlingPolicy;
  /** The rate stayed below the exit for as long as it must. */
  isOver: boolean;
}

const MAX_GROUPS = 6;
const MAX_SUBNETS = 6;
const MAX_LINES = 5;
const NOTHING: CniAdvice = { findings: [], reasons: [], isTuned: false };

/** Before and after of the settings, computed from the cluster's own numbers; what is missing for that is said. Pure. */
export function cniAdvice(cni: Fact<CniFacts> | null, look: Look): CniAdvice {
  if (cni === null) return NOTHING;
  if (!cni.known) return unknownAdvice([cni.why]);
  const read = numbersOf(cni.value);
  if (!read.ok) return unknownAdvice(read.why);
  const advice = recommend(read.numbers, look.earlier);
  const size = sizeText(cni.value);
  if (advice.kind === 'unknown') return { ...unknownAdvice(advice.reasons), size };
  if (advice.kind === 'nothing-to-tune') {
    return { ...NOTHING, reasons: [`VPC CNI: nothing to tune: ${advice.reasons.join('; ')}`], size };
  }
  const isTuned = advice.kind === 'keep';
  if (isTuned) return { findings: [findingOf(advice, cni.value, [])], reasons: [KEEP], isTuned, size };
  const { lines, makeable } = showChange(advice.change, cni.value, look.cluster);
  const nodes = withAwsNode(cni.value.nodes).length;
  return {
    findings: [findingOf(advice, cni.value, lines)],
    reasons: reasonsOf(advice.change, look),
    isTuned,
    size,
    ...(makeable && { change: { ...makeable, gain: gainText(advice), nodes } }),
  };
}

const KEEP = 'the VPC CNI’s settings stay: see its finding';

function unknownAdvice(why: readonly string[]): CniAdvice {
  const shown = why.slice(0, MAX_LINES);
  const more = why.length > shown.length ? [`and ${why.length - shown.length} more`] : [];
  const evidence = [...shown, ...more].map((each) => `unknown: ${each}`);
  return {
    ...NOTHING,
    findings: [
      {
        cause: 'no settings of the VPC CNI are proposed: not everything that counts could be read',
        confidence: 'possible',
        evidence,
      },
    ],
  };
}

function sizeText({ nodes, pods }: CniFacts): string {
  const looked = pods.known ? `, pods counted on ${pods.value.length} of them` : '';
  return `${withAwsNode(nodes).length} nodes with aws-node${looked}`;
}

function findingOf(
  advice: Extract<Advice, Considered>,
  facts: CniFacts,
  changeLines: readonly string[],
): Finding {
  const { effects, subnets, warnings, rejected, reasons, proposals } = advice;
  const change = advice.kind === 'change' ? advice.change : undefined;
  return {
    cause:
      change === undefined
        ? 'the VPC CNI’s settings make as few EC2 calls as they can in this cluster'
        : `other settings of the VPC CNI would make fewer EC2 calls: ${envText(change.env)}`,
    confidence: 'likely',
    evidence: [
      `computed from ${sizeText(facts)}`,
      ...effects.slice(0, MAX_GROUPS).map(effectText),
      burstText(advice),
      ...subnets
        .slice(0, MAX_SUBNETS)
        .map(
          ({ subnet, neededBefore, needed, free, held, left }) =>
            `${subnet}: ${neededBefore} → ${needed} addresses with today’s nodes; ${free} free and ${held} held, ${left} to spare`,
        ),
      ...reasons.slice(0, MAX_LINES).map((each) => `why: ${each}`),
      ...changeLines,
      ...warnings.slice(0, MAX_LINES).map((each) => `as it is: ${each}`),
      ...rejected.slice(0, MAX_LINES).map(({ option, why }) => `rejected: ${option}: ${why}`),
      ...proposals
        .slice(0, 1)
        .map(({ env, reasons: [why = ''] }) => `for new node groups only: ${envText(env)}: ${why}`),
    ],
  };
}

function launchText({ type, before, after }: GroupEffect): string {
  return `${type}: ${before.launch.total} → ${after.launch.total} EC2 calls per node launch`;
}

function effectText(effect: GroupEffect): string {
  const { before, after } = effect;
  return [
    launchText(effect),
    `(${before.launch.mutating} → ${after.launch.mutating} of them change something)`,
    `and ${before.churn.total} → ${after.churn.total} in ${CHURN_MINUTES} minutes of churn,`,
    `${before.addresses} → ${after.addresses} addresses per node`,
  ].join(' ');
}

function burstText({ burst: { before, after } }: Pick<Considered, 'burst'>): string {
  const text = (each: typeof before) =>
    each === null ? 'no bucket runs dry' : `${each.api} takes ${Math.ceil(each.seconds)} s to catch up`;
  return `largest burst of nodes: ${text(before)} → ${text(after)}`;
}

function reasonsOf({ env, through }: Change, { policy, isOver }: Look): string[] {
  const { quietFor } = policy.rate;
  const when = isOver
    ? 'now would be the time: the rate has stayed below the exit'
    : `not during throttling, because aws-node then starts anew on every node: after the rate stayed below ${exitOf(policy.rate)} for ${humanDuration(quietFor)}, or when a person says so`;
  return [`would help: ${envText(env)}, ${BY[through]}`, when];
}

const BY: Readonly<Record<Change['through'], string>> = {
  addon: 'through the EKS add-on vpc-cni',
  daemonset: 'in the DaemonSet kube-system/aws-node, which nobody else declares',
  proposal: 'proposed only: somebody’s repository declares the DaemonSet, and it is to be changed there',
};

/** The kind of node that gains most, in a few words for a question. */
function gainText({ effects, burst, reasons }: Considered): string {
  const saved = ({ before, after }: GroupEffect) => before.launch.total - after.launch.total;
  const most = effects.toSorted((left, right) => saved(right) - saved(left))[0];
  const launch = most === undefined || saved(most) <= 0 ? reasons.slice(0, 1) : [launchText(most)];
  return [...launch, ...(burst.before === null ? [] : [burstText({ burst })])].join('; ');
}

function envText(env: Env): string {
  return Object.entries(env)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
