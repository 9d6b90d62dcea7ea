import { DAY_MS } from '../../../shared/clock.ts';
import type { StepRecord } from '../../../shared/incident/incident.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import type { Input } from '../input.ts';
import type { Situation } from '../situation.ts';
import type { CniAdvice } from '../told/cni-advice.ts';

const ACTIONS: ReadonlySet<string> = new Set(['update-addon', 'patch-daemonset']);

/** When it is done is part of what people say yes to. */
const DURING = 'now, while calls are throttled';
const AFTERWARDS = 'after the throttling';

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
  if (change === undefined) return [];
  const isClosed = records.some(({ state }) => state === 'done' || state === 'failed' || state === 'denied');
  const when = isOver ? AFTERWARDS : DURING;
  const isSettled = records.some(({ state, step }) => state !== 'superseded' && step.goal['when'] === when);
  if (isClosed || isSettled) return [];
  const { action, target, env, gain, nodes } = change;
  return [
    {
      action,
      targets: [target],
      goal: { env: { ...env }, when },
      reason: `${namesAndValues(env)} ${when}: ${gain}; aws-node restarts on ${nodes} nodes, a tenth of them at a time, and reads from EC2 as it starts`,
      answerBy: (isOver ? quietSince + input.policy.rate.quietFor : input.now) + ANSWER_WITHIN_MS,
    },
  ];
}

export function namesAndValues(env: Readonly<Record<string, unknown>>): string {
  return Object.entries(env)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');
}
