import { MINUTE_MS } from '../../shared/clock.ts';
import { placeName } from '../../shared/cluster/account.ts';
import type { Plan } from '../../shared/incident/plan.ts';
import { advice } from './advice.ts';
import { callerName, findingsOf, sharesAtPeak } from './findings.ts';
import { VITAL } from './groups.ts';
import type { Input } from './input.ts';
import { cniRecords, cniSteps } from './plans/cni-steps.ts';
import { cniWait } from './plans/cni-wait.ts';
import { mostOf, nextOf, RETRY_MS } from './plans/ending.ts';
import { type QuotaPlan, quotaPlan } from './quota/plan.ts';
import { causesOf, isOfAccount, situationOf } from './situation.ts';
import { told } from './told/index.ts';
import type { LimitAdvice } from './told/limit-advice.ts';

const EXPIRY_MS = 10 * MINUTE_MS;

/** Facts + policy + now → plan. Total. */
export function playbook(input: Input): Plan {
  const { facts, incident, now } = input;
  if (!facts.rows.known) return unread(input, facts.rows.why);
  const place = placeName(incident.cluster);
  const situation = situationOf(input, facts.rows.value);
  const { group } = situation;
  const shares = sharesAtPeak(input, situation, facts.rows.value);
  const { findings, helps, reasons, cni, limits } = told(input, situation, shares);
  const quota = quotaPlanOf(input, limits);
  const waiting = cniWait(input, situation);
  const others = {
    waits: [...quota.waits, ...waiting.waits],
    ended: [...quota.ended, ...waiting.ended],
  };
  const steps = [...cniSteps(input, situation, cni), ...quota.steps];
  const where = isOfAccount(group) ? place : `cluster ${place}`;
  const cniEnv = cni.change === undefined ? incident.plan?.keep?.['cniEnv'] : { ...cni.change.env };
  return {
    headline: `AWS throttles API calls of ${callerName(group.rows, incident.subject.id)} in ${where}`,
    severity: causesOf(incident).some((cause) => VITAL.has(cause)) ? 'high' : 'warning',
    findings: [...findingsOf(input, situation, shares), ...quota.findings, ...findings],
    steps,
    reasons: [
      ...advice(situation, helps, { causes: causesOf(incident), steps, records: incident.records }),
      ...reasons,
    ],
    next: nextOf(input, situation, others),
    expiresAt: now + EXPIRY_MS,
    keep: {
      most: mostOf(input, situation),
      quotaRequests: quota.keep,
      ...(cniEnv !== undefined && { cniEnv }),
      ...(waiting.since !== undefined && { cniUnreadSince: waiting.since }),
    },
    // An incident that stays open for an answer must not hide that calls are throttled again.
    news: JSON.stringify([situation.isOver ? 'quiet' : 'throttled', quota.keep]),
    staysOpen: true,
  };
}

function quotaPlanOf({ facts, incident, policy, now }: Input, limits: readonly LimitAdvice[]): QuotaPlan {
  return quotaPlan({ incident, policy, requests: facts.requests, now }, limits);
}

/** What is under way is not let go because the counts cannot be read. */
function unread(input: Input, problem: string): Plan {
  const { incident, now } = input;
  const why = `the counts cannot be read: ${problem}`;
  const { keep, news } = incident.plan ?? {};
  const quota = quotaPlanOf(input, []);
  const running = cniRecords(input).filter(({ state }) => state === 'running');
  return {
    ...(keep !== undefined && { keep }),
    // What was told last: a change of it is told when the counts are read again.
    ...(news !== undefined && { news }),
    headline: `AWS throttles API calls of ${incident.subject.id} in ${placeName(incident.cluster)}`,
    severity: 'warning',
    findings: quota.findings,
    steps: [...running.map(({ step }) => step), ...quota.steps],
    reasons: [why],
    next: { do: 'wait', at: now + RETRY_MS, why },
    expiresAt: now + EXPIRY_MS,
    staysOpen: true,
  };
}
