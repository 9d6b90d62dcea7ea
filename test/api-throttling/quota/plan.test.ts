import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { QuotaDecision } from '../../../functions/api-throttling/quota/decide.ts';
import { type QuotaPlanInput, quotaPlan } from '../../../functions/api-throttling/quota/plan.ts';
import type { LimitAdvice } from '../../../functions/api-throttling/told/limit-advice.ts';
import { DAY_MS, HOUR_MS } from '../../../shared/clock.ts';
import type { Question, StepRecord, StepState } from '../../../shared/incident/incident.ts';
import type { Plan, Step } from '../../../shared/incident/plan.ts';
import { stepKey } from '../../../shared/incident/step-key.ts';
import { ENIS, NOW, policy, quota, read, unread } from './input.ts';

const WANTED: QuotaDecision = {
  decision: 'request',
  increase: { service: ENIS.service, code: ENIS.code, desired: 7_500 },
  current: 5_000,
  reasons: ['first', '4800 of 5000 in use: ask for 7500'],
};
const PERSON: QuotaDecision = { decision: 'ask-person', reasons: ['only 10 of 5000 in use'] };
const MEMORY = { requestId: 'r-1', desired: 7_500, before: 5_000, at: NOW - HOUR_MS, isOurs: true };

function adviceOf(decision: QuotaDecision): LimitAdvice {
  const facts = { service: 'ec2', api: 'CreateNetworkInterface', lookup: { is: 'one', quota: ENIS } };
  return { facts, decision, shares: undefined } as unknown as LimitAdvice;
}

function planned(over: Partial<QuotaPlanInput> = {}, ...decisions: QuotaDecision[]) {
  const incident = { records: [], questions: [] };
  return quotaPlan(
    { incident, policy: { quotas: policy }, requests: [], now: NOW, ...over },
    decisions.map(adviceOf),
  );
}

const [step] = planned({}, WANTED).steps as [Step];

function recorded(state: StepState, memory?: StepRecord['memory']): StepRecord {
  const about = { key: stepKey(step), step, state, decision: 'approved by ana', startedAt: NOW };
  return memory === undefined ? about : { ...about, memory };
}

function askedAbout(answer?: Question['answer'], over: Partial<Step> = {}): Question {
  const { notes: _, ...shown } = { ...step, ...over };
  const question = { key: stepKey(shown), step: shown, askedAt: NOW, expiresAt: NOW + DAY_MS };
  return answer === undefined ? question : { ...question, answer };
}

function followed(status: string, value: number, isRead = true) {
  const request = isRead ? read({ ...ENIS, id: 'r-1', status, desired: 7_500, updatedAt: NOW }) : unread;
  return [{ id: 'r-1', request, quota: read({ ...quota, value }) }];
}

describe('what is asked for', () => {
  test('is one step on the quota with its value, that nobody waits for', () => {
    expect(step).toEqual({
      action: 'request-quota',
      targets: [{ kind: 'quota', id: 'vpc/L-DF5E4CA3', name: 'Network interfaces per Region' }],
      goal: { desired: 7_500 },
      reason:
        'Network interfaces per Region (L-DF5E4CA3) is 5000; asking may open a support case; 4800 of 5000 in use: ask for 7500',
      notes: { before: 5_000, every: 7 * DAY_MS },
      independent: true,
      answerBy: NOW + DAY_MS,
    });
  });

  test('is asked once where two APIs have the same quota', () => {
    expect(planned({}, WANTED, WANTED).steps).toHaveLength(1);
  });

  test('is nothing for any other decision', () => {
    expect(planned({}, PERSON, { decision: 'support-case', reasons: [] }).steps).toEqual([]);
  });

  test.each(['done', 'failed', 'denied', 'expired', 'refused', 'observed'] as const)(
    'is not asked for again in an incident where it was %s, for whatever value',
    (state) => {
      const more = { ...WANTED, increase: { ...WANTED.increase, desired: 9_000 } };
      const incident = { records: [recorded(state)], questions: [] };
      expect(planned({ incident }, more).steps).toEqual([]);
    },
  );

  test.each(['running', 'superseded'] as const)(
    'goes on while it is %s, though its own request makes the advice another one',
    (state) => {
      const incident = { records: [recorded(state)], questions: [] };
      const own: QuotaDecision = { decision: 'follow', requestId: 'r-1', desired: 7_500, reasons: [] };
      expect(planned({ incident }, own).steps).toEqual([step]);
      expect(planned({ incident }).steps).toEqual([step]);
    },
  );
});

describe('a question that is open', () => {
  const questions = [askedAbout()];
  const plan = { steps: [step] } as unknown as Plan;

  test.each([
    ['nothing is throttled any more', []],
    ['little of it is in use by now', [PERSON]],
    ['it is advised still', [WANTED]],
  ] as const)('keeps its step, notes included, when %s', (_, decisions) => {
    const incident = { records: [], questions, plan };
    const [kept] = planned({ incident, now: NOW + 5 * HOUR_MS }, ...decisions).steps;
    expect(kept === undefined ? undefined : stepKey(kept)).toBe(stepKey(step));
    expect(kept?.notes).toEqual({ before: 5_000, every: 7 * DAY_MS });
  });

  test.each([
    { decision: 'follow', requestId: 'r-9', desired: 6_000, reasons: [] },
    { decision: 'too-soon', until: NOW + DAY_MS, reasons: [] },
    { decision: 'fix-caller', caller: 'x', share: 0.9, reasons: [] },
    { decision: 'wait', until: NOW + DAY_MS, reasons: [] },
    { decision: 'support-case', reasons: [] },
  ] as const)('lets it go when what was read speaks against it: $decision', (decision) => {
    const incident = { records: [], questions, plan };
    expect(planned({ incident }, { ...decision, reasons: [] }).steps).toEqual([]);
  });

  test('lets it go when it is above the ceiling that the config has now', () => {
    const incident = { records: [], questions, plan };
    const quotas = { ...policy, ceilings: { 'vpc/L-DF5E4CA3': 7_000 } };
    expect(planned({ incident, policy: { quotas } }, PERSON).steps).toEqual([]);
  });

  test.each([
    ['approved', 1],
    ['denied', 0],
    ['expired', 0],
  ] as const)('that was %s keeps %d step', (decision, count) => {
    const answered = [askedAbout({ decision, by: 'ana', at: NOW })];
    const incident = { records: [], questions: answered, plan };
    expect(planned({ incident }, PERSON).steps).toHaveLength(count);
  });

  test('about something else is none of ours', () => {
    const other = [askedAbout(undefined, { action: 'update-addon' })];
    expect(planned({ incident: { records: [], questions: other } }).steps).toEqual([]);
  });
});

describe('a request that AWS has', () => {
  const incident = { records: [recorded('done', MEMORY)], questions: [] };

  test('keeps the incident open, for an hour at a time', () => {
    const { waits, ended, steps } = planned({ incident, requests: followed('PENDING', 5_000) });
    expect(waits).toEqual([{ at: NOW + HOUR_MS, why: 'AWS’s answer to request r-1' }]);
    expect([...ended, ...steps]).toEqual([]);
  });

  test('ends as fixed with the value, or escalated with what AWS said', () => {
    const fixed = planned({ incident, requests: followed('APPROVED', 7_500) });
    expect(fixed.waits).toEqual([]);
    expect(fixed.ended).toMatchObject([
      { kind: 'fixed', summary: 'AWS raised Network interfaces per Region from 5000 to 7500.' },
    ]);
    const denied = planned({ incident, requests: followed('DENIED', 5_000) });
    expect(denied.ended).toMatchObject([{ kind: 'escalated', details: [expect.stringContaining('DENIED')] }]);
  });

  test('is followed also where its step failed, and a step without one says so itself', () => {
    const failed = { records: [recorded('failed', MEMORY)], questions: [] };
    expect(planned({ incident: failed, requests: followed('PENDING', 5_000) }).waits).toHaveLength(1);
    const none = { records: [{ ...recorded('failed'), summary: 'given up: x' }], questions: [] };
    expect(planned({ incident: none }).ended).toMatchObject([
      { kind: 'escalated', details: ['given up: x'] },
    ]);
  });

  test('has a state that changes with AWS’s word and the value, and not with a read that failed', () => {
    const state = (requests: QuotaPlanInput['requests'], before?: string) => {
      const keep = before === undefined ? {} : { quotaRequests: { 'r-1': before } };
      const plan = { steps: [], keep } as unknown as Plan;
      return planned({ incident: { ...incident, plan }, requests }).keep['r-1'];
    };
    expect(state(followed('PENDING', 5_000))).toBe('PENDING, value 5000');
    expect(state(followed('CASE_OPENED', 5_000))).toBe('CASE_OPENED, value 5000');
    expect(state(followed('APPROVED', 6_000))).toBe('APPROVED, value 6000');
    expect(state(followed('', 0, false), 'CASE_OPENED, value 5000')).toBe('CASE_OPENED, value 5000');
    expect(state([], undefined)).toBe('made');
  });

  test('is told with who asked, when, and what AWS says', () => {
    const theirs = { records: [recorded('done', { ...MEMORY, isOurs: false })], questions: [] };
    const [finding] = planned({ incident: theirs, requests: followed('PENDING', 5_000) }).findings;
    expect(finding?.evidence[0]).toMatch(/^asked by somebody else at \S+ for 7500, the value was 5000$/);
    expect(finding?.evidence[1]).toContain('AWS says PENDING');
  });

  test('is waited for or ended, never both and never neither, whatever is remembered', async () => {
    const text = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.boolean());
    const memory = fc.record({ requestId: fc.string(), desired: text, before: text, at: text, isOurs: text });
    await fc.assert(
      fc.property(memory, fc.string(), fc.double(), fc.boolean(), (kept, status, value, isRead) => {
        const records = [recorded('done', kept)];
        const requests = followed(status, value, isRead).map((each) => ({ ...each, id: kept.requestId }));
        const { waits, ended } = planned({ incident: { records, questions: [] }, requests });
        expect(waits.length + ended.length).toBe(1);
      }),
    );
  });
});
