import type { Finding } from '../../../shared/incident/plan.ts';
import type { Shares } from '../attribution/index.ts';
import type { Env } from '../cni/index.ts';
import type { Input } from '../input.ts';
import { isOfAccount, type Situation } from '../situation.ts';
import { burstAdvice } from './burst.ts';
import { caseFinding, earlierCase } from './case-finding.ts';
import { type CniAdvice, cniAdvice } from './cni-advice.ts';
import { type LimitAdvice, limitAdvice, limitFinding } from './limit-advice.ts';

/** What the plan says beyond who calls: computed settings, limits, and the text of a support case last. */
export interface Told {
  findings: Finding[];
  /** What would help, computed; empty where nothing could be. */
  helps: string[];
  /** About bursts and limits. */
  reasons: string[];
  cni: CniAdvice;
  limits: LimitAdvice[];
}

const TUNED = 'VPC CNI: computed for this cluster, nothing possible makes a tenth fewer calls';

/** Pure. */
export function told(input: Input, situation: Situation, shares: Shares): Told {
  const { facts, policy, now, incident } = input;
  const look = {
    policy,
    isOver: situation.isOver,
    cluster: incident.cluster.name,
    earlier: earlierOf(input),
  };
  const cni = cniAdvice(facts.cni, look);
  const burst = burstAdvice(facts.burst, { situation, policy });
  if (!facts.limits.known) {
    const why = `whether a quota would help is unknown: ${facts.limits.why}`;
    const findings = [...burst.findings, ...cni.findings, ...earlierCase(incident)];
    return { findings, helps: cni.reasons, reasons: [...burst.helps, why], cni, limits: [] };
  }
  const tunedCni = cni.isTuned ? incident.cluster.name : undefined;
  const limits = limitAdvice(facts.limits.value, { shares, tunedCni, quotas: policy.quotas, now });
  const text = caseFinding(limits, {
    incident,
    group: situation.group,
    useCase: useCaseOf(input, situation, cni),
    tuned: cni.isTuned ? [TUNED] : [],
    quotas: policy.quotas,
    now,
  });
  return {
    findings: [
      ...burst.findings,
      ...cni.findings,
      ...limits.map(limitFinding),
      ...(text === undefined ? [] : [text]),
    ],
    helps: cni.reasons,
    reasons: [...burst.helps, ...reasonsOf(limits, text !== undefined, incident.id)],
    cni,
    limits,
  };
}

/** What the last look advised, so that people are not asked about another value each time. */
function earlierOf({ incident }: Input): Env | undefined {
  const env = incident.plan?.keep?.['cniEnv'];
  return env === undefined ? undefined : (env as Env);
}

function useCaseOf({ incident }: Input, situation: Situation, { size }: CniAdvice): string[] {
  if (isOfAccount(situation.group)) return [];
  return [`EKS cluster ${incident.cluster.name}: ${size ?? 'its nodes were not counted'}`];
}

function reasonsOf(limits: readonly LimitAdvice[], hasText: boolean, id: string): string[] {
  return [
    ...limits.map((each) => limitFinding(each).cause),
    ...(hasText ? [`the text for AWS Support, to copy: paramedic why ${id}`] : []),
  ];
}
