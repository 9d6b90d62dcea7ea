import { describe, expect, test } from 'vitest';
import { type AddonMemory, tokenOf } from '../../functions/api-throttling/actions/addon.ts';
import { rolloutOf } from '../../functions/api-throttling/actions/aws-node.ts';
import type { Input } from '../../functions/api-throttling/input.ts';
import { cniSteps } from '../../functions/api-throttling/plans/cni-steps.ts';
import { halfWay } from '../../functions/api-throttling/plans/half-way.ts';
import { playbook } from '../../functions/api-throttling/playbook.ts';
import type { Situation } from '../../functions/api-throttling/situation.ts';
import type { ActionContext } from '../../shared/actions/action.ts';
import { HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { unknown } from '../../shared/fact.ts';
import type { Incident, Question, StepRecord } from '../../shared/incident/incident.ts';
import type { Step } from '../../shared/incident/plan.ts';
import { stepKey } from '../../shared/incident/step-key.ts';
import { renderIncidentMessage } from '../../shared/notify/slack/incident.ts';
import { applyVerdicts } from '../../shared/pipeline/apply-verdicts.ts';
import type { DaemonSet } from '../../shared/ports/kubernetes.ts';
import { defaultRules } from '../support/policy.ts';
import { cniRun, storm, theIncident } from './cni-world.ts';
import { defaults } from './support.ts';

const NOW = 10 * HOUR_MS;
const DURING = 'now, while calls are throttled';
const STEP: Step = {
  action: 'update-addon',
  targets: [{ kind: 'addon', id: 'prod/vpc-cni', name: 'vpc-cni' }],
  goal: { env: { WARM_IP_TARGET: '2' }, when: DURING },
  reason: 'test',
  answerBy: NOW + HOUR_MS,
};
const ASKED: Question = { key: stepKey(STEP), step: STEP, askedAt: NOW, expiresAt: NOW + HOUR_MS };
const UNREAD = unknown('throttled', 'EKS', NOW);
const STORMY = { isOver: false, quietSince: NOW } as Situation;

function input(over: Partial<Incident>, facts: Partial<Input['facts']> = {}): Input {
  const cluster = { name: 'prod', account: '210987654321', region: 'eu-west-1' };
  const subject = { kind: 'principal', id: 'vpc-cni' };
  const incident = { id: 'i', cluster, subject, signals: [], records: [], questions: [], ...over };
  return {
    facts: { rows: UNREAD, cni: UNREAD, limits: UNREAD, burst: null, requests: [], ...facts },
    incident,
    policy: defaults,
    now: NOW,
  } as unknown as Input;
}

function steps(question: Question): Step[] {
  const none = { findings: [], reasons: [], isTuned: false };
  return cniSteps(input({ questions: [question] }), STORMY, none);
}

describe('what people are being asked about the VPC CNI', () => {
  test('stands while the cluster cannot be read: the first of two yeses is not lost', () => {
    expect(steps({ ...ASKED, approvals: [{ by: 'ana', at: NOW }] })).toEqual([STEP]);
  });

  test('is not done on facts that nobody has, once all have said yes', () => {
    expect(steps({ ...ASKED, answer: { decision: 'approved', by: 'ana', at: NOW } })).toEqual([]);
  });

  test('says in chat that every node restarts aws-node, before anything that may be cut off', async () => {
    const run = cniRun({ mode: 'approve' });
    await storm(run);
    const incident = await theIncident(run);
    const view = {
      timezone: 'UTC',
      consoleUrl: '',
      mode: 'approve',
      modeRule: 'r',
      configHash: 'h',
    } as const;
    const about = { ...view, now: run.world.clock.now(), approvals: {}, risks: {}, seen: 1 };
    const text = JSON.stringify(renderIncidentMessage(incident, about));
    expect(text).toContain('now, while calls are throttled: restarts aws-node on 20 nodes');
  });
});

describe('a change that ended', () => {
  const before = { env: { WARM_IP_TARGET: null } };
  const record: StepRecord = {
    key: 'k',
    step: STEP,
    state: 'failed',
    decision: 'mode auto',
    startedAt: NOW,
    memory: { before, sent: { at: NOW } },
  };

  test('by a failure after it was sent is half way; one that says how it ended is not', () => {
    expect(halfWay(record)).toContain('had been sent');
    const told: Partial<AddonMemory> = { isTold: true };
    expect(halfWay({ ...record, memory: { ...record.memory, ...told } })).toBeUndefined();
    expect(halfWay({ ...record, memory: { before } })).toBeUndefined();
    expect(halfWay({ ...record, state: 'running' })).toBeUndefined();
  });
});

describe('a token', () => {
  const context = (id: string, generation: number) =>
    ({ incident: { id, generation } }) as unknown as ActionContext;

  test('is the same when a step is repeated, and another for another incident with the very same step', () => {
    const own = tokenOf(context('a', 1), STEP, 'there');
    expect(tokenOf(context('a', 1), STEP, 'there')).toBe(own);
    const others = [tokenOf(context('b', 1), STEP, 'there'), tokenOf(context('a', 2), STEP, 'there')];
    expect(new Set([own, ...others, tokenOf(context('a', 1), STEP, 'back-0')]).size).toBe(4);
    expect(own.length).toBeLessThanOrEqual(64);
  });
});

describe('a roll-out', () => {
  const of = (updatedNumberScheduled: number, numberUnavailable: number) =>
    ({
      metadata: { generation: 2 },
      status: {
        observedGeneration: 2,
        desiredNumberScheduled: 20,
        updatedNumberScheduled,
        numberUnavailable,
      },
    }) as unknown as DaemonSet;

  test('is done without the node that was dead before, whose old pod stays for ever', () => {
    expect(rolloutOf(of(19, 1), 1).isDone).toBe(true);
  });

  test('is not done while a node that works has the old template, or one more does not work', () => {
    expect(rolloutOf(of(19, 0), 1).isDone).toBe(false);
    expect(rolloutOf(of(19, 2), 1).isDone).toBe(false);
    expect(rolloutOf(of(19, 1), 0).isDone).toBe(false);
  });
});

test('a look that could not read the counts forgets no news: what changed meanwhile is told afterwards', () => {
  const plan = { ...playbook(input({})), news: '{"r-1":"PENDING, value 2"}' };
  expect(playbook(input({ plan })).news).toBe(plan.news);
});

test('two quotas at once: asking for one does not put the other aside', () => {
  const ask = (code: string): Step => ({
    ...STEP,
    action: 'request-quota',
    targets: [{ kind: 'quota', id: `ec2/${code}`, name: code }],
    goal: { desired: 3 },
  });
  const judged = [ask('L-1'), ask('L-2')].map((step) => ({
    step,
    verdict: {
      key: stepKey(step),
      action: step.action,
      verdict: 'allow' as const,
      reason: 'yes',
      guards: [],
    },
  }));
  const records = judged.map(
    ({ step, verdict: { key } }): StepRecord => ({
      key,
      step,
      state: 'running',
      decision: 'yes',
      startedAt: NOW,
    }),
  );
  const { incident } = input({ records });
  const plan = { ...playbook(input({})), steps: judged.map(({ step }) => step), expiresAt: NOW + MINUTE_MS };
  const rules = {
    mode: 'auto',
    modeRule: 'r',
    configHash: 'h',
    ...defaultRules,
    standDownFor: [],
    section: {},
  };
  const after = applyVerdicts(incident, plan, judged, {
    policy: rules as unknown as Parameters<typeof applyVerdicts>[3]['policy'],
    taken: false,
    now: NOW,
    claimed: false,
    riskOf: () => 'medium',
  });
  expect(after.records.map(({ state }) => state)).toEqual(['running', 'running']);
});
