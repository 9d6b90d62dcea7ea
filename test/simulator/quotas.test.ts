import { RequestStatus } from '@aws-sdk/client-service-quotas';
import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { failureKind, PortError } from '../../shared/errors.ts';
import type { Quotas } from '../../shared/ports/quotas.ts';
import { VirtualClock } from '../../simulator/clock.ts';
import { COURSES, type Course, type SimQuota, SimQuotas } from '../../simulator/quotas.ts';

const ENIS = { service: 'vpc', code: 'L-DF5E4CA3' };

function account(course?: Course, quota: Partial<SimQuota> = {}) {
  const clock = new VirtualClock();
  const one: SimQuota = {
    ...ENIS,
    quota: { QuotaName: 'Network interfaces per Region', Value: 5_000, Adjustable: true },
    ...quota,
    ...(course === undefined ? {} : { course }),
  };
  return { clock, quotas: new SimQuotas(clock, [one]).port() };
}

async function code(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    return error instanceof PortError ? `${error.kind} ${error.code}` : failureKind(error);
  }
}

async function value(quotas: Quotas): Promise<number> {
  return (await quotas.getQuota(ENIS)).value;
}

describe('a request in simulated Service Quotas', () => {
  test('that a person at AWS looks at is approved in a day, and shows a day later', async () => {
    const { clock, quotas } = account(COURSES.byCase);
    const asked = await quotas.requestIncrease({ ...ENIS, desired: 7_500 });
    const seen: [string, number][] = [];
    for (const wait of [0, 11 * MINUTE_MS, 20 * HOUR_MS, DAY_MS - MINUTE_MS * 2, 2 * MINUTE_MS]) {
      await clock.advance(wait);
      seen.push([(await quotas.getRequest(asked.id)).status, await value(quotas)]);
    }
    expect(seen).toEqual([
      ['PENDING', 5_000],
      ['CASE_OPENED', 5_000],
      ['APPROVED', 5_000],
      ['APPROVED', 5_000],
      ['APPROVED', 7_500],
    ]);
  });

  test('is open until its status says otherwise, and one more is refused meanwhile', async () => {
    const { clock, quotas } = account(COURSES.denied);
    const ask = () => quotas.requestIncrease({ ...ENIS, desired: 7_500 });
    await ask();
    expect(await quotas.listOpenRequests(ENIS)).toHaveLength(1);
    expect(await code(ask())).toBe('conflict ResourceAlreadyExistsException');
    await clock.advance(HOUR_MS);
    expect(await quotas.listOpenRequests(ENIS)).toEqual([]);
    expect(await code(ask())).toBe('ok');
    expect(await value(quotas)).toBe(5_000);
  });

  test.each([
    ['automatic', 'APPROVED', 7_500],
    ['never', 'PENDING', 5_000],
    ['caseForever', 'CASE_OPENED', 5_000],
    ['denied', 'DENIED', 5_000],
    ['closed', 'CASE_CLOSED', 5_000],
  ] as const)('of the course %s stands at %s after a week', async (name, status, applied) => {
    const { clock, quotas } = account(COURSES[name]);
    const { id } = await quotas.requestIncrease({ ...ENIS, desired: 7_500 });
    await clock.advance(7 * DAY_MS);
    expect((await quotas.getRequest(id)).status).toBe(status);
    expect(await value(quotas)).toBe(applied);
  });

  test('may be granted in part, and end in a status of a later day', async () => {
    const { clock, quotas } = account([{ afterMs: HOUR_MS, status: 'PARTLY_APPROVED', grants: 6_000 }]);
    const { id } = await quotas.requestIncrease({ ...ENIS, desired: 7_500 });
    await clock.advance(HOUR_MS);
    expect((await quotas.getRequest(id)).status).toBe('PARTLY_APPROVED');
    expect(await value(quotas)).toBe(6_000);
  });

  test('is refused for what AWS refuses', async () => {
    const { quotas } = account();
    expect(await code(quotas.requestIncrease({ ...ENIS, desired: 5_000 }))).toBe(
      'invalid IllegalArgumentException',
    );
    expect(await code(quotas.requestIncrease({ ...ENIS, code: 'L-00000000', desired: 1 }))).toBe(
      'not-found NoSuchResourceException',
    );
    expect(await code(quotas.getRequest('nobody'))).toBe('not-found NoSuchResourceException');
    const fixed = account(undefined, { quota: { Value: 5, Adjustable: false } }).quotas;
    expect(await code(fixed.requestIncrease({ ...ENIS, desired: 8 }))).toBe(
      'invalid IllegalArgumentException',
    );
  });

  test('is one too many when twenty are open in the account', async () => {
    const ids = Array.from({ length: 21 }, (_, index) => ({ service: 'vpc', code: `L-${index}` }));
    const quota = { Value: 5, Adjustable: true };
    const many = ids.map((id) => ({ ...id, quota, course: COURSES.never }));
    const quotas = new SimQuotas(new VirtualClock(), many).port();
    const answers = await Promise.all(ids.map((id) => code(quotas.requestIncrease({ ...id, desired: 6 }))));
    expect(answers.filter((answer) => answer === 'ok')).toHaveLength(20);
    expect(answers.at(-1)).toBe('invalid QuotaExceededException');
  });

  test('has a value applied only once one was granted', async () => {
    const { clock, quotas } = account(COURSES.automatic);
    expect((await quotas.getQuota(ENIS)).applied).toBe(false);
    await quotas.requestIncrease({ ...ENIS, desired: 7_500 });
    await clock.advance(5 * MINUTE_MS);
    expect((await quotas.getQuota(ENIS)).applied).toBe(true);
    expect((await account(undefined, { applied: 6_000 }).quotas.getQuota(ENIS)).value).toBe(6_000);
  });

  test('goes its course by the time that passed, even if somebody sets the clock', async () => {
    const { clock, quotas } = account(COURSES.denied);
    const { id } = await quotas.requestIncrease({ ...ENIS, desired: 7_500 });
    clock.jump(2 * HOUR_MS);
    expect((await quotas.getRequest(id)).status).toBe('PENDING');
  });

  test('ends in no status but those of the SDK, and shows within 24 h', () => {
    const statuses = Object.values(COURSES).flatMap((course) => course.map(({ status }) => status));
    expect(Object.values(RequestStatus)).toEqual(expect.arrayContaining(statuses));
    const late = [{ afterMs: 0, status: 'APPROVED', showsAfterMs: DAY_MS + 1 }];
    expect(() => account(late)).toThrow('within 24 h');
  });
});
