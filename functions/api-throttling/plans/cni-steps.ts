import { DAY_MS } from '../../../shared/clock.ts';
import type { StepRecord } from '../../../shared/incident/incident.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import type { Input } from '../input.ts';
import type { Situation } from '../situation.ts';
import type { CniAdvice } from '../told/cni-advice.ts';
import { whyUnread } from './cni-unread.ts';
import { halfWay } from './half-way.ts';

const ACTIONS: ReadonlySet<string> = new Set(['update-addon', 'patch-daemonset']);

/** When it is done is part of what people say yes to. */
const DURING = 'now, while calls are throttled';
export const AFTERWARDS = 'after the throttling';

/** After these nothing more is done about it in this incident. */
const ENDS: ReadonlySet<StepRecord['state']> = new Set(['done', 'failed', 'denied']);

/** As long as the question stands. */
const ANSWER_WITHIN_MS = DAY_MS;

/** What was done, or answered, about the settings of the VPC CNI in this incident. */
export function cniRecords({ incident }: Pick<Input, 'incident'>): StepRecord[] {
  return incident.records.filter(({ step }) => ACTIONS.has(step.action));
}

/**
 * The one step that gives the VPC CNI its advised settings, or none. What is under way goes on as it was begun. While
 * calls are throttled it is proposed as `DURING`, which only a person can allow; once it is quiet as `AFTERWARDS`. A no,
 * and a change that was made or failed, end it for this incident. Pure.
 */
export function cniSteps(input: Input, situation: Situation, { change }: CniAdvice): Step[] {
  const { isOver, quietSince } = situation;
  const records = cniRecords(input);
  const running = records.find(({ state }) => state === 'running');
  if (running !== undefined) return [running.step];
  const when = isOver ? AFTERWARDS : DURING;
  if (records.some((record) => isClosedFor(when, record))) return [];
  if (change === undefined) return whyUnread(input.facts.cni) === undefined ? [] : askedSteps(input, when);
  const { action, target, env, gain, nodes } = change;
  return [
    {
      action,
      targets: [target],
      goal: { env: { ...env }, when },
      // What it does to the nodes comes first: chat shows the beginning.
      reason: `${when}: restarts aws-node on ${nodes} nodes, a few at a time, each start reads from EC2; sets ${namesAndValues(env)}: ${gain}`,
      answerBy: (isOver ? quietSince + input.policy.rate.quietFor : input.now) + ANSWER_WITHIN_MS,
    },
  ];
}

/** It ended for the incident, or was answered for this time. */
export function isClosedFor(when: string, record: StepRecord): boolean {
  const { state, step } = record;
  if (ENDS.has(state) || halfWay(record) !== undefined) return true;
  return state !== 'superseded' && step.goal['when'] === when;
}

/** What people are being asked stands while it cannot be computed anew: nobody's yes is lost to a failed read. */
function askedSteps({ incident }: Pick<Input, 'incident'>, when: string): Step[] {
  return incident.questions
    .filter(
      ({ step, answer }) => ACTIONS.has(step.action) && step.goal['when'] === when && answer === undefined,
    )
    .map(({ step }) => step);
}

export function namesAndValues(env: Readonly<Record<string, unknown>>): string {
  return Object.entries(env)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');
}
