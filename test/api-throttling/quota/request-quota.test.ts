import { describe, expect, test } from 'vitest';
import { requestQuota } from '../../../functions/api-throttling/actions/request-quota.ts';
import { CERTAIN_MS, claimAsk, readAsked } from '../../../functions/api-throttling/quota/asked.ts';
import type { ActionContext, ActionResult } from '../../../shared/actions/action.ts';
import { DAY_MS, HOUR_MS } from '../../../shared/clock.ts';
import type { Incident } from '../../../shared/incident/incident.ts';
import type { Step } from '../../../shared/incident/plan.ts';
import { simulatedPorts } from '../../../simulator/ports.ts';
import { COURSES } from '../../../simulator/quotas.ts';
import { type Account, account, RUNS } from './account.ts';

const PLACE = { account: '210987654321', region: 'eu-west-1' };
const EVERY = 7 * DAY_MS;
const step: Step = {
  action: 'request-quota',
  targets: [{ kind: 'quota', id: 'ec2/L-A2D70E6C', name: 'refill' }],
  goal: { desired: 3 },
  notes: { before: 2, every: EVERY },
  reason: 'test',
  answerBy: Number.MAX_SAFE_INTEGER,
};

function contextOf({ world, simulation }: Account, memory: ActionContext['memory'] = {}): ActionContext {
  const ports = simulatedPorts(world, { durable: simulation.workflows, allowed: requestQuota.permissions });
  const cluster = { name: 'prod', ...PLACE };
  return {
    ports,
    incident: { id: 'inc-a', generation: 1, cluster } as Incident,
    memory,
    roundMs: 240_000,
    checkStop: async () => undefined,
    hasNews: async () => false,
  };
}

function applied(run: Account, memory?: ActionContext['memory']): Promise<ActionResult> {
  return run.world.clock.run(requestQuota.apply(contextOf(run, memory), step));
}

function callsMade({ world }: Account): number {
  return world.calls.calls.filter(({ method }) => method === 'requestIncrease').length;
}

/** What a crash leaves between the row and its answer; the call was made or not. */
async function crashed(run: Account, wasMade: boolean): Promise<void> {
  const { table, clock } = run.world;
  const claim = { incidentId: 'inc-a', generation: 1, desired: 3, every: EVERY, now: clock.now() };
  await claimAsk(table, { place: PLACE, quota: RUNS }, claim);
  if (wasMade) await run.world.quotas.port().requestIncrease({ ...RUNS, desired: 3 });
}

describe('asking for a quota', () => {
  test('remembers the request before it says that it is done, and reads it back by its id', async () => {
    const run = account();
    const first = await applied(run);
    expect(first).toMatchObject({ status: 'again', memory: { desired: 3, before: 2, isOurs: true } });
    const second = await applied(run, first.memory);
    expect(second.status).toBe('done');
    const verified = await run.world.clock.run(requestQuota.verify(contextOf(run, first.memory), step));
    expect(verified).toMatchObject({ holds: true, evidence: expect.stringContaining('is PENDING') });
    expect(callsMade(run)).toBe(1);
  });

  test('does not hold when AWS refused at once', async () => {
    const run = account({ course: [{ afterMs: 0, status: 'INVALID_REQUEST' }] });
    const { memory } = await applied(run);
    const verified = await run.world.clock.run(requestQuota.verify(contextOf(run, memory), step));
    expect(verified).toMatchObject({ holds: false, evidence: expect.stringContaining('INVALID_REQUEST') });
  });

  test('does not happen once the stop switch is engaged', async () => {
    const run = account();
    const context = {
      ...contextOf(run),
      checkStop: async () => {
        throw new Error('stopped');
      },
    };
    await expect(run.world.clock.run(requestQuota.apply(context, step))).rejects.toThrow('stopped');
    expect(callsMade(run)).toBe(0);
    expect(await readAsked(run.world.table, PLACE, RUNS)).toBeUndefined();
  });

  test('follows a person’s open request, and says that it is theirs', async () => {
    const run = account();
    const theirs = await run.world.quotas.port().requestIncrease({ ...RUNS, desired: 5 });
    const found = await applied(run);
    expect(found.memory).toMatchObject({ requestId: theirs.id, desired: 5, isOurs: false });
    expect((await applied(run, found.memory)).summary).toContain('somebody had asked already');
    expect(callsMade(run)).toBe(0);
  });

  test('that AWS does not take is not tried again within the period', async () => {
    const run = account();
    const context = contextOf(run);
    const { quotas } = context.ports;
    const ports = {
      ...context.ports,
      quotas: { ...quotas, requestIncrease: () => quotas.requestIncrease({ ...RUNS, desired: 1 }) },
    };
    const asked = run.world.clock.run(requestQuota.apply({ ...context, ports }, step));
    await expect(asked).rejects.toMatchObject({ kind: 'invalid' });
    expect(await readAsked(run.world.table, PLACE, RUNS)).toMatchObject({ state: 'refused' });
    const again = await applied(run);
    expect(again).toMatchObject({ status: 'failed', summary: expect.stringContaining('again after') });
  });
});

describe('after a crash between the row and its answer', () => {
  test.each([true, false])('at once (made: %s): there is one request', async (wasMade) => {
    const run = account();
    await crashed(run, wasMade);
    await run.world.clock.advance(CERTAIN_MS - 1_000);
    expect(await applied(run)).toMatchObject({ status: 'again', memory: { isOurs: true } });
    const port = run.world.quotas.port();
    expect(await port.listOpenRequests(RUNS)).toHaveLength(1);
    expect(callsMade(run)).toBe(wasMade ? 0 : 1);
  });

  test.each([true, false])(
    'later (made and denied: %s): it is not asked again before the period is over, and then it is',
    async (wasMade) => {
      const run = account({ course: COURSES.denied });
      await crashed(run, wasMade);
      await run.world.clock.advance(2 * HOUR_MS);
      const late = await applied(run);
      expect(late.status).toBe('failed');
      expect(late.summary).toContain('may have asked for 3');
      expect(late.summary).toContain('request history in Service Quotas');
      expect(callsMade(run)).toBe(0);
      await run.world.clock.advance(EVERY);
      expect((await applied(run)).status).toBe('again');
      expect(callsMade(run)).toBe(1);
    },
  );

  test('later, while the request is open: it is found', async () => {
    const run = account({ course: COURSES.never });
    await crashed(run, true);
    await run.world.clock.advance(DAY_MS);
    expect(await applied(run)).toMatchObject({ status: 'again', memory: { isOurs: true } });
    expect(callsMade(run)).toBe(0);
  });

  test('later, when it was granted: nothing is asked', async () => {
    const run = account({ course: COURSES.automatic });
    await crashed(run, true);
    await run.world.clock.advance(DAY_MS);
    expect(await applied(run)).toMatchObject({ status: 'done', summary: expect.stringContaining('is 3') });
    expect(callsMade(run)).toBe(0);
  });
});
