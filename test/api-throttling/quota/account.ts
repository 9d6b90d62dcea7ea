import * as v from 'valibot';
import { requestQuota } from '../../../functions/api-throttling/actions/request-quota.ts';
import type { Group } from '../../../functions/api-throttling/groups.ts';
import { type ApiThrottlingPolicy, apiThrottlingSection } from '../../../functions/api-throttling/policy.ts';
import { quotaPlan } from '../../../functions/api-throttling/quota/plan.ts';
import {
  type LimitFacts,
  type RequestFacts,
  readLimitFacts,
  readRequestFacts,
} from '../../../functions/api-throttling/reading/limit-facts.ts';
import { limitAdvice } from '../../../functions/api-throttling/told/limit-advice.ts';
import { isoTime, MINUTE_MS } from '../../../shared/clock.ts';
import type { Mode } from '../../../shared/config/policy.ts';
import { type Fact, readFact } from '../../../shared/fact.ts';
import { answerQuestions } from '../../../shared/incident/answers.ts';
import type { Incident } from '../../../shared/incident/incident.ts';
import type { Plan } from '../../../shared/incident/plan.ts';
import type { Signal } from '../../../shared/incident/signal.ts';
import type { PlaybookInput, Trouble } from '../../../shared/pipeline/trouble.ts';
import type { FaultPlan } from '../../../simulator/faults.ts';
import type { Course } from '../../../simulator/quotas.ts';
import { Simulation } from '../../../simulator/simulation.ts';
import { type World, worldOf } from '../../../simulator/world.ts';
import { defaultRules } from '../../support/policy.ts';

export const RUNS = { service: 'ec2', code: 'L-A2D70E6C' };
const PLACE = { account: '210987654321', region: 'eu-west-1' };
const METRIC = { namespace: 'AWS/Usage', name: 'CallCount', dimensions: { Resource: 'RunInstances' } };

type Policy = ApiThrottlingPolicy;
const defaults: Policy = v.parse(apiThrottlingSection, {});

interface Facts {
  limits: Fact<LimitFacts[]>;
  requests: RequestFacts[];
}

/** RunInstances is throttled in the account, and nobody more than others is to blame. */
const THROTTLED = {
  rows: [{ call: { service: 'ec2', api: 'RunInstances', ...PLACE }, counts: { prod: 60 } }],
} as unknown as Group;

/** Nothing but quotas, so that what becomes of a request is all that there is to see. */
const quotas: Trouble<Facts, Policy> = {
  name: 'quotas',
  title: 'a limit of the account',
  events: [{ source: 'test', detailType: 'Limit' }],
  toSignals: ({ id: eventId, time: occurredAt, detail }) => {
    const [first, ...rest] = (detail as { ids: string[] }).ids.map((id): Signal => {
      const subject = { kind: 'instance', id } as const;
      return { kind: 'limit', subject, occurredAt, eventId, ...PLACE, meaning: 'limit', data: {} };
    });
    return first === undefined
      ? { kind: 'ignored', reason: 'no ids' }
      : { kind: 'signals', signals: [first, ...rest] };
  },
  gather: async ({ ports, incident }) => {
    const reading = { ...ports, at: ports.clock.now() };
    return {
      limits: await readFact('the limits', reading.at, () => readLimitFacts(reading, THROTTLED)),
      requests: await readRequestFacts(reading, incident),
    };
  },
  playbook,
  guardFacts: ({ now }) => ({
    owned: { is: 'yes', why: 'the account’s own' },
    standDown: { is: 'no', why: 'test' },
    taken: false,
    gentleRunsInApproveMode: false,
    freshUntil: now + MINUTE_MS,
  }),
  actions: [requestQuota],
  reads: {
    aws: [
      'cloudwatch:GetMetricData',
      'cloudwatch:ListMetrics',
      'ec2:DescribeInstances',
      'eks:DescribeCluster',
      'servicequotas:GetServiceQuota',
      'servicequotas:ListRequestedServiceQuotaChangeHistoryByQuota',
    ],
    kubernetes: ['list /nodes'],
  },
  section: apiThrottlingSection,
  policyOf: (policy) => policy.section as unknown as Policy,
};

function playbook({ facts, incident, policy, now }: PlaybookInput<Facts, Policy>): Plan {
  const shares = { throttled: 0, atLeast: false, buckets: [] };
  const look = { shares, quotas: policy.quotas, now };
  const advice = facts.limits.known ? limitAdvice(facts.limits.value, look) : [];
  const planned = quotaPlan({ incident, policy, requests: facts.requests, now }, advice);
  const [wait] = planned.waits;
  const outcome = planned.ended[0] ?? { kind: 'ignored', summary: 'nothing to follow', details: [] };
  return {
    headline: 'a limit of the account',
    severity: 'warning',
    findings: planned.findings,
    steps: planned.steps,
    reasons: advice.flatMap(({ decision }) => [decision.decision, ...decision.reasons]),
    next: wait === undefined ? { do: 'close', outcome } : { do: 'wait', ...wait },
    expiresAt: now + 10 * MINUTE_MS,
    keep: { quotaRequests: planned.keep },
    staysOpen: true,
  };
}

export interface AccountOptions {
  course?: Course;
  mode?: Mode;
  faults?: FaultPlan;
  clusters?: readonly string[];
  policy?: Policy;
}

export interface Account {
  world: World;
  simulation: Simulation;
  /** The limit is hit in these clusters. */
  hit(eventId: string, ...clusters: string[]): void;
}

/** An account whose RunInstances refill of 2 a second is used up: 3 a second would be asked for. */
export function account({
  course = [],
  mode = 'auto',
  faults,
  clusters = ['prod'],
  policy = defaults,
}: AccountOptions = {}): Account {
  const UsageMetric = {
    MetricNamespace: METRIC.namespace,
    MetricName: METRIC.name,
    MetricDimensions: METRIC.dimensions,
    MetricStatisticRecommendation: 'Sum',
  };
  const quota = { QuotaName: 'RunInstances request bucket refill rate', Value: 2, Adjustable: true };
  const period = { PeriodValue: 1, PeriodUnit: 'SECOND' } as const;
  const groups = [{ name: 'spot', kind: 'self-managed' as const, count: 1 }];
  const world = worldOf(
    {
      clusters: clusters.map((name) => ({
        name,
        groups: groups.map((each) => ({ ...each, name: `${name}-spot` })),
      })),
    },
    { quotas: [{ ...RUNS, quota: { ...quota, UsageMetric, Period: period }, course }] },
  );
  world.usage.put(METRIC, 120);
  const simulation = new Simulation({
    world,
    troubles: [quotas as unknown as Trouble],
    policyFor: () => ({ mode, modeRule: 'test', configHash: 't', ...defaultRules, section: { ...policy } }),
    ...(faults === undefined ? {} : { faults }),
  });
  return {
    world,
    simulation,
    hit: (id, ...names) => {
      const ids = names.map((name) => world.instance(`${name}-spot/0`).id);
      const time = isoTime(world.clock.now());
      const event = { id, source: 'test', 'detail-type': 'Limit', ...PLACE, time, detail: { ids } };
      simulation.send('quotas', JSON.stringify(event));
    },
  };
}

/** People answer what was asked, incident by incident; how many questions that were. */
export async function answered(
  { simulation, world }: Account,
  decision: 'approved' | 'denied' = 'approved',
): Promise<number> {
  const open = (await simulation.incidents()).filter(({ questions }) =>
    questions.some(({ answer }) => answer === undefined),
  );
  for (const { id } of open) {
    const given = await answerQuestions(simulation.ledger, world.clock, id, { decision, by: 'ana' });
    if (given.result === 'recorded' && given.callbackId !== undefined)
      await simulation.workflows.wake(given.callbackId, 'answer');
  }
  return open.length;
}

/** Requests for the quota that AWS has, or ever had, whoever made them. */
export async function requestsOf({ world }: Account): Promise<number> {
  const { RequestedQuotas } = await world.quotas.listHistory({
    ServiceCode: RUNS.service,
    QuotaCode: RUNS.code,
  });
  return RequestedQuotas.length;
}

export function states(incidents: readonly Incident[]): string[] {
  return incidents.map(({ records, outcome, status }) =>
    [...records.map(({ state }) => state), outcome?.kind ?? status].join(' '),
  );
}
