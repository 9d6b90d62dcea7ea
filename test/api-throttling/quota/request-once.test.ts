import { describe, expect, test } from 'vitest';
import { readAsked } from '../../../functions/api-throttling/quota/asked.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../shared/clock.ts';
import { FaultPlan } from '../../../simulator/faults.ts';
import { assertAllDeclared, watchAuthorisation } from '../../../simulator/invariants.ts';
import { COURSES } from '../../../simulator/quotas.ts';
import { type Account, type AccountOptions, account, answered, RUNS, requestsOf, states } from './account.ts';

const PLACE = { account: '210987654321', region: 'eu-west-1' };

/** Hit, and answered with yes as soon as somebody is asked; the sweep runs before and after the hours of waiting. */
async function played(options: AccountOptions = {}, hours = 1.2): Promise<Account> {
  const run = account({ course: COURSES.automatic, ...options });
  const watch = watchAuthorisation(run.world);
  await run.world.clock.advance(MINUTE_MS);
  run.hit('e1', ...(options.clusters ?? ['prod']));
  for (const wait of [5, 5, 5, 5, hours * 60, 5]) {
    await run.world.clock.advance(wait * MINUTE_MS);
    await answered(run);
    await run.simulation.sweep();
  }
  watch.assert();
  assertAllDeclared(run.world);
  return run;
}

async function endOf(run: Account) {
  const [incident] = await run.simulation.incidents();
  return {
    states: states(await run.simulation.incidents()),
    requests: await requestsOf(run),
    value: (await run.world.quotas.port().getQuota(RUNS)).value,
    announced: incident?.announced === incident?.announce,
  };
}

const clean = await played();
const cleanEnd = await endOf(clean);
const calls = clean.world.calls.calls.length;

describe('a crash at any port call', () => {
  test('has a clean run to be held against, with enough calls', () => {
    expect(cleanEnd).toMatchObject({ states: ['done fixed'], requests: 1, value: 3, announced: true });
    expect(calls).toBeGreaterThan(80);
  });

  test.each(Array.from({ length: calls }, (_, index) => index + 1))(
    'before and after call %i: one request, and the same end',
    async (call) => {
      for (const kind of ['crash-before', 'crash-after'] as const) {
        const run = await played({ faults: new FaultPlan([{ call, fault: { kind } }]) });
        expect({ kind, ...(await endOf(run)) }).toEqual({ kind, ...cleanEnd });
      }
    },
  );
});

describe('an answer of AWS that is lost', () => {
  test.each(['lost-reply', 'transient', 'throttle', 'unreachable'] as const)(
    '(%s) makes no second request, and the one there is is followed',
    async (kind) => {
      const faults = new FaultPlan([{ method: 'requestIncrease', until: 1, fault: { kind } }]);
      const run = await played({ faults, course: COURSES.byCase }, 46);
      expect(await endOf(run)).toMatchObject({ states: ['done fixed'], requests: 1 });
    },
  );

  test('that never comes is given up within the hour, and a person hears of it', async () => {
    const faults = new FaultPlan([{ method: 'listOpenRequests', from: 2, fault: { kind: 'transient' } }]);
    const run = await played({ faults }, 2);
    const [incident] = await run.simulation.incidents();
    expect(states(await run.simulation.incidents())).toEqual(['failed escalated']);
    expect(incident?.outcome?.details.join()).toContain('given up: servicequotas:List');
    expect(await requestsOf(run)).toBe(0);
  });

  test('because the role may not ask, names the permission and leaves the quota free', async () => {
    const faults = new FaultPlan([{ method: 'requestIncrease', fault: { kind: 'unauthorised' } }]);
    const run = await played({ faults }, 1);
    const [incident] = await run.simulation.incidents();
    expect(states(await run.simulation.incidents())).toEqual(['failed escalated']);
    expect(incident?.outcome?.details.join()).toContain('servicequotas:RequestServiceQuotaIncrease');
    expect(await readAsked(run.world.table, PLACE, RUNS)).toMatchObject({ state: 'withdrawn' });
  });
});

describe('a quota of the account', () => {
  test('that two clusters want at the same moment is asked for once, and both follow the one request', async () => {
    const clusters = ['prod', 'stage'];
    const run = account({ clusters, course: COURSES.automatic });
    run.hit('e1', ...clusters);
    await run.world.clock.advance(MINUTE_MS);
    expect(await answered(run)).toBe(2);
    await run.world.clock.advance(3 * HOUR_MS);
    expect(await requestsOf(run)).toBe(1);
    expect(states(await run.simulation.incidents())).toEqual(['done fixed', 'done fixed']);
    const memories = (await run.simulation.incidents()).map(({ records }) => records[0]?.memory);
    expect(new Set(memories.map((memory) => memory?.['requestId'])).size).toBe(1);
    expect(memories.map((memory) => memory?.['isOurs'])).toEqual([true, true]);
  });

  test('that was asked for within the period is not asked about again, in no cluster', async () => {
    const clusters = ['prod', 'stage'];
    const run = account({ clusters, course: COURSES.denied });
    run.hit('e1', 'prod');
    await run.world.clock.advance(MINUTE_MS);
    await answered(run);
    await run.world.clock.advance(DAY_MS);
    run.world.usage.put(
      { namespace: 'AWS/Usage', name: 'CallCount', dimensions: { Resource: 'RunInstances' } },
      120,
    );
    run.hit('e2', 'stage');
    await run.world.clock.advance(5 * MINUTE_MS);
    const stage = (await run.simulation.incidents()).find(({ cluster }) => cluster.name === 'stage');
    expect(stage?.questions).toEqual([]);
    expect(stage?.plan?.reasons).toContain('too-soon');
    expect(await requestsOf(run)).toBe(1);
  });

  test('for which a person’s request is open is followed in their name and not asked for', async () => {
    const run = account({ course: COURSES.automatic });
    run.hit('e1', 'prod');
    await run.world.clock.advance(MINUTE_MS);
    // Asked after the plan was made, and before the run wakes.
    const theirs = await run.world.quotas.port().requestIncrease({ ...RUNS, desired: 5 });
    await answered(run);
    await run.world.clock.advance(SECOND_MS);
    const [incident] = await run.simulation.incidents();
    expect(await requestsOf(run)).toBe(1);
    expect(incident?.records).toEqual([]);
    expect(incident?.plan?.reasons.join()).toContain(`request ${theirs.id} for 5 is open already`);
  });
});
