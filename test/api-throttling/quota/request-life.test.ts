import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../shared/clock.ts';
import { assertAllDeclared, assertNoMutations, watchAuthorisation } from '../../../simulator/invariants.ts';
import { COURSES } from '../../../simulator/quotas.ts';
import { account, answered, RUNS, requestsOf, states } from './account.ts';

/** Hit, asked, and answered with yes after ten minutes. */
async function approved(options: Parameters<typeof account>[0]) {
  const run = account(options);
  const watch = watchAuthorisation(run.world);
  await run.world.clock.advance(MINUTE_MS);
  run.hit('e1', ...(options?.clusters ?? ['prod']));
  await run.world.clock.advance(10 * MINUTE_MS);
  expect(await answered(run)).toBe(options?.clusters?.length ?? 1);
  return { ...run, watch };
}

describe('a quota request, over its whole life', () => {
  test.each([
    ['automatic', 'done fixed', 60],
    ['byCase', 'done fixed', 2_650],
    ['denied', 'done escalated', 60],
    ['closed', 'done escalated', 1_500],
    ['never', 'done escalated', 20_160],
    ['caseForever', 'done escalated', 20_160],
  ] as const)('the course %s ends as %s after %d minutes, and not before', async (name, end, minutes) => {
    const run = await approved({ course: COURSES[name] });
    await run.world.clock.advance((minutes - 2) * MINUTE_MS);
    expect(states(await run.simulation.incidents())).toEqual(['done open']);
    await run.world.clock.advance(8 * MINUTE_MS);
    expect(states(await run.simulation.incidents())).toEqual([end]);
    expect(await requestsOf(run)).toBe(1);
    run.watch.assert();
    assertAllDeclared(run.world);
  });

  test('is read at most once an hour while AWS takes its time', async () => {
    const run = await approved({ course: COURSES.never });
    await run.world.clock.advance(3 * DAY_MS);
    const reads = run.world.calls.calls.filter(({ method }) => method === 'getRequest').length;
    expect(reads).toBeGreaterThan(60);
    expect(reads).toBeLessThan(80);
  });

  test('is shown with its status and value, and remembered as last read', async () => {
    const run = await approved({ course: COURSES.byCase });
    await run.world.clock.advance(2 * HOUR_MS);
    const [incident] = await run.simulation.incidents();
    const { findings, keep } = incident?.plan ?? {};
    expect(findings?.[0]?.cause).toMatch(/^quota request \w+ for RunInstances .*: CASE_OPENED, value 2$/);
    expect(findings?.[0]?.evidence[0]).toContain('asked by Paramedic at');
    expect(Object.values(keep?.['quotaRequests'] ?? {})).toEqual(['CASE_OPENED, value 2']);
  });

  test('what ended is said with the numbers', async () => {
    const run = await approved({ course: COURSES.automatic });
    await run.world.clock.advance(2 * HOUR_MS);
    const [incident] = await run.simulation.incidents();
    expect(incident?.outcome?.summary).toBe(
      'AWS raised RunInstances request bucket refill rate from 2 to 3.',
    );
  });
});

describe('asking people', () => {
  test.each(['auto', 'approve'] as const)(
    'in mode %s nothing is asked of AWS without a yes',
    async (mode) => {
      const run = account({ mode });
      run.hit('e1', 'prod');
      await run.world.clock.advance(HOUR_MS);
      const [incident] = await run.simulation.incidents();
      const [question] = incident?.questions ?? [];
      expect(question?.guards).toContain('consent');
      expect(question?.step).toMatchObject({
        action: 'request-quota',
        targets: [{ kind: 'quota', id: 'ec2/L-A2D70E6C', name: 'RunInstances request bucket refill rate' }],
        goal: { desired: 3 },
      });
      expect(question?.step.reason).toMatch(
        /L-A2D70E6C\) is 2; asking may open a support case; 2 of 2 in use .*: ask for 3/,
      );
      assertNoMutations(run.world);
    },
  );

  test('a no ends it, and it is not asked again', async () => {
    const run = account();
    run.hit('e1', 'prod');
    await run.world.clock.advance(MINUTE_MS);
    await answered(run, 'denied');
    await run.world.clock.advance(HOUR_MS);
    expect(states(await run.simulation.incidents())).toEqual(['denied ignored']);
    assertNoMutations(run.world);
  });

  test('a yes counts hours after the storm, when little of the quota is in use', async () => {
    const run = account({ course: COURSES.automatic });
    run.hit('e1', 'prod');
    await run.world.clock.advance(9 * HOUR_MS);
    expect(await answered(run)).toBe(1);
    await run.world.clock.advance(2 * HOUR_MS);
    expect(states(await run.simulation.incidents())).toEqual(['done fixed']);
  });

  test('no answer within a day is a no', async () => {
    const run = account();
    run.hit('e1', 'prod');
    await run.world.clock.advance(25 * HOUR_MS);
    expect(states(await run.simulation.incidents())).toEqual(['expired ignored']);
    assertNoMutations(run.world);
  });

  test('a yes after a person raised the quota by hand asks for nothing', async () => {
    const run = account({ course: COURSES.automatic });
    run.hit('e1', 'prod');
    await run.world.clock.advance(MINUTE_MS);
    await run.world.quotas.port().requestIncrease({ ...RUNS, desired: 4 });
    await run.world.clock.advance(10 * MINUTE_MS);
    await answered(run);
    await run.world.clock.advance(HOUR_MS);
    const [incident] = await run.simulation.incidents();
    expect(incident?.records[0]).toMatchObject({
      state: 'done',
      summary: 'nothing to ask for: the value is 4',
    });
    expect(await requestsOf(run)).toBe(1);
  });
});
