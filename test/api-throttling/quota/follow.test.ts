import { RequestStatus } from '@aws-sdk/client-service-quotas';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Followed, followUp } from '../../../functions/api-throttling/quota/follow.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../shared/clock.ts';
import { readFact } from '../../../shared/fact.ts';
import { VirtualClock } from '../../../simulator/clock.ts';
import { COURSES, type Course, SimQuotas } from '../../../simulator/quotas.ts';
import { ENIS, NOW, quota, read, unread } from './input.ts';

const asked = { id: 'r-1', desired: 7_500, before: 5_000, at: NOW };
const ANSWER_WITHIN = 14 * DAY_MS;

function followed(status: string, over: Partial<Followed> = {}): Followed {
  const request = read({ ...ENIS, id: 'r-1', status, desired: 7_500, updatedAt: NOW });
  return { asked, request, quota: read(quota), answerWithin: ANSWER_WITHIN, now: NOW + HOUR_MS, ...over };
}

describe('a request that was made', () => {
  test.each([
    ['PENDING', 'wait'],
    ['CASE_OPENED', 'wait'],
    ['APPROVED', 'wait'],
    ['CASE_CLOSED', 'wait'],
    ['DENIED', 'escalate'],
    ['NOT_APPROVED', 'escalate'],
    ['INVALID_REQUEST', 'escalate'],
    ['SOMETHING_NEW', 'wait'],
  ])('that is %s while the value is the old one: %s', (status, expected) => {
    expect(followUp(followed(status))).toMatchObject({ do: expected });
  });

  test('has every status of the SDK in the table above', () => {
    const tested = ['PENDING', 'CASE_OPENED', 'APPROVED', 'CASE_CLOSED', 'DENIED', 'NOT_APPROVED'];
    expect(new Set(Object.values(RequestStatus))).toEqual(new Set([...tested, 'INVALID_REQUEST']));
  });

  test.each(['APPROVED', 'PENDING', 'CASE_CLOSED', 'DENIED', 'SOMETHING_NEW'])(
    'is fixed once the value is applied, whatever %s says',
    (status) => {
      const raised = read({ ...quota, value: 7_500 });
      expect(followUp(followed(status, { quota: raised }))).toMatchObject({ do: 'fixed', value: 7_500 });
      expect(followUp(followed(status, { quota: raised, request: unread })).do).toBe('fixed');
    },
  );

  test('that is approved is not fixed while the value cannot be read', () => {
    const said = followUp(followed('APPROVED', { quota: unread }));
    expect(said.do).toBe('wait');
    expect(said.why).toContain('the applied value is unknown');
  });

  test('that is approved has 24 h to show, then a person hears of it', () => {
    const at = (age: number) => followUp(followed('APPROVED', { now: NOW + age }));
    expect(at(DAY_MS - 1)).toMatchObject({ do: 'wait', until: NOW + DAY_MS });
    expect(at(DAY_MS)).toMatchObject({ do: 'escalate' });
  });

  test('that was granted in part says how much', () => {
    const part = read({ ...quota, value: 6_000 });
    const said = followUp(followed('CASE_CLOSED', { quota: part, now: NOW + 2 * DAY_MS }));
    expect(said.do).toBe('escalate');
    expect(said.why).toContain('the applied value is 6000, more than 5000 but not 7500');
  });

  test('of which AWS knows nothing ends with a person; one that cannot be read does not yet', () => {
    expect(followUp(followed('', { request: read(null) })).do).toBe('escalate');
    expect(followUp(followed('', { request: unread })).do).toBe('wait');
  });

  test('that says what nobody knows is told with its words made harmless', () => {
    const said = followUp(followed('<!here>\nAPPROVED|1'));
    expect(said.why).toContain('AWS says ??here? APPROVED?1');
    expect(said.why).toContain('new to Paramedic');
  });

  test('is followed for two weeks and a day at most, whatever is read, and waits only for the future', async () => {
    const statuses = fc.oneof(fc.constantFrom(...Object.values(RequestStatus)), fc.string());
    const now = fc.integer({ min: NOW - DAY_MS, max: NOW + 20 * DAY_MS });
    const updated = fc.option(fc.integer({ min: 0, max: NOW + 400 * DAY_MS }), { nil: undefined });
    await fc.assert(
      fc.property(statuses, now, updated, fc.boolean(), (status, at, updatedAt, isRead) => {
        const base = { ...ENIS, id: 'r-1', status, desired: 7_500 };
        const request = isRead ? read({ ...base, ...(updatedAt !== undefined && { updatedAt }) }) : unread;
        const said = followUp(followed(status, { request, now: at }));
        if (at >= NOW + ANSWER_WITHIN + DAY_MS) expect(said.do).toBe('escalate');
        if (said.do === 'wait') expect(said.until).toBeGreaterThan(at);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** Asks simulated Service Quotas and looks again as often as `followUp` says. */
async function runCourse(course: Course) {
  const clock = new VirtualClock();
  const sim = new SimQuotas(clock, [{ ...ENIS, quota: { Value: 5_000, Adjustable: true }, course }]);
  const quotas = sim.port();
  const begun = clock.now();
  const { id } = await quotas.requestIncrease({ ...ENIS, desired: 7_500 });
  for (let looks = 1; looks < 1_000; looks++) {
    const now = clock.now();
    const said = followUp({
      asked: { ...asked, id, at: begun },
      request: await readFact('request', now, () => quotas.getRequest(id)),
      quota: await readFact('quota', now, () => quotas.getQuota(ENIS)),
      answerWithin: ANSWER_WITHIN,
      now,
    });
    if (said.do !== 'wait') return { said, minutes: (now - begun) / MINUTE_MS, looks };
    await clock.advance(said.until - now);
  }
  throw new Error('followed for ever');
}

describe('over the life of a request in simulated Service Quotas', () => {
  test.each([
    ['automatic', 'fixed', 60],
    ['byCase', 'fixed', 2_650],
    ['denied', 'escalate', 60],
    ['closed', 'escalate', 1_500],
    ['never', 'escalate', 20_160],
    ['caseForever', 'escalate', 20_160],
  ] as const)('the course %s ends as %s after %d minutes', async (name, end, minutes) => {
    const { said, minutes: took, looks } = await runCourse(COURSES[name]);
    expect([said.do, took]).toEqual([end, minutes]);
    expect(looks).toBeLessThan(400);
  });
});
