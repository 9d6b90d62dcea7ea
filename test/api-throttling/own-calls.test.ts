import { describe, expect, test } from 'vitest';
import { TROUBLE } from '../../functions/api-throttling/events.ts';
import { ownThrottling, ownThrottlingText } from '../../functions/api-throttling/own-calls.ts';
import { takeRead } from '../../functions/api-throttling/reads.ts';
import { type EpochMs, isoTime, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { calls, delivered, found, type Run, sample, setUp, summary } from './support.ts';

const SAMPLE = sample('throttled-own-role.json');

function ownCall(id: string, at: EpochMs, api = 'DescribeInstances'): string {
  const body = JSON.parse(SAMPLE);
  const eventTime = isoTime(at);
  const detail = { ...body.detail, eventName: api, eventTime, eventID: `own-call-${id}` };
  return JSON.stringify({ ...body, id: `envelope-own-${id}`, time: eventTime, detail });
}

async function started(): Promise<Run> {
  const run = setUp();
  await run.world.clock.advance(20 * MINUTE_MS);
  return run;
}

/** How many calls each of its rows holds. */
function idsIn({ world }: Run): number[] {
  const rows = world.table.items().filter(({ pk }) => pk === 'OWN-CALLS');
  return rows.map(({ ids }) => (Array.isArray(ids) ? ids.length : 0));
}

async function openNow({ world }: Run) {
  return await world.clock.run(ownThrottling(world.table, world.clock.now()));
}

describe('what the ledger knows of our own throttled calls', () => {
  test('three within minutes are told with operation, beginning and end; two are not', async () => {
    const run = await started();
    const at = run.world.clock.now() - MINUTE_MS;
    await delivered(run, [ownCall('1', at), ownCall('2', at)]);
    expect(await openNow(run)).toEqual([]);
    await delivered(run, [ownCall('3', at + 2 * SECOND_MS), ownCall('4', at, 'DescribeSubnets')]);
    const [one, ...others] = await openNow(run);
    expect(others).toEqual([]);
    expect(one).toMatchObject({ operation: 'ec2:DescribeInstances', calls: 3 });
    const since = isoTime(Math.floor(at / MINUTE_MS) * MINUTE_MS);
    expect(one === undefined ? '' : ownThrottlingText(one)).toContain(
      `our own calls of ec2:DescribeInstances since ${since} (3 in the last minutes)`,
    );
  });

  test('copies count once, in one batch and in several, and after a crash behind the write', async () => {
    const faults = new FaultPlan([
      { port: 'table', method: 'addToSet', nth: 1, fault: { kind: 'crash-after' } },
    ]);
    const run = setUp(faults);
    await run.world.clock.advance(20 * MINUTE_MS);
    const at = run.world.clock.now();
    const bodies = [ownCall('1', at), ownCall('2', at)];
    for (let time = 0; time < 3; time++) await delivered(run, [...bodies, ...bodies]);
    await run.world.clock.advance(10 * MINUTE_MS);
    expect(run.simulation.lane(TROUBLE, 'lifecycle').pending).toBe(0);
    expect(idsIn(run)).toEqual([2]);
    expect(await found(run)).toEqual([]);
  });

  test('a row stays small, whatever the storm', async () => {
    const run = await started();
    const at = run.world.clock.now();
    for (const batch of ['a', 'b', 'c'])
      await delivered(
        run,
        Array.from({ length: 400 }, (_, index) => ownCall(`${batch}-${index}`, at)),
      );
    const [ids = 0] = idsIn(run);
    expect(ids).toBeGreaterThanOrEqual(100);
    expect(ids).toBeLessThan(200);
    expect((await openNow(run))[0]?.calls).toBe(ids);
  });

  test('it is over a quarter of an hour after the last one, and its beginning is kept while it lasts', async () => {
    const run = await started();
    const first = run.world.clock.now();
    for (let minute = 0; minute < 10; minute++) {
      const at = run.world.clock.now();
      await delivered(run, [ownCall(`${minute}-a`, at), ownCall(`${minute}-b`, at)], MINUTE_MS);
    }
    const [one] = await openNow(run);
    expect(one?.since).toBe(Math.floor(first / MINUTE_MS) * MINUTE_MS);
    await run.world.clock.advance(10 * MINUTE_MS);
    expect(await openNow(run)).toHaveLength(1);
    await run.world.clock.advance(5 * MINUTE_MS);
    expect(await openNow(run)).toEqual([]);
  });
});

/** Ten minutes of throttled calls of nodes, whose owners and clusters are read; with calls of ours among them. */
async function readsOf(own: boolean): Promise<{ reads: number; incidents: string[] }> {
  const run = await started();
  const before = run.world.calls.calls.length;
  for (let minute = 0; minute < 10; minute++) {
    const at = run.world.clock.now();
    const nodes = Array.from({ length: 6 }, (_, index) =>
      calls(run, 10, { role: 'node', session: `i-0${String(minute * 6 + index).padStart(16, '0')}` }),
    );
    const ours = Array.from({ length: own ? 5 : 0 }, (_, index) => ownCall(`${minute}-${index}`, at));
    await delivered(run, ours, 6 * SECOND_MS);
    for (const bodies of nodes) await delivered(run, bodies.map(withOwnIds(minute)), 9 * SECOND_MS);
  }
  const made = run.world.calls.calls.slice(before).filter(({ port }) => port === 'ec2' || port === 'eks');
  return { reads: made.length, incidents: summary(await found(run)) };
}

const withOwnIds = (minute: number) => (body: string, index: number) =>
  body.replace(/"eventID":"event-/, `"eventID":"event-${minute}-${index}-`);

describe('T23: while our own calls are throttled, what can wait is not read', () => {
  test('ten minutes: no incident of our own, and at least 90 % fewer reads than without', async () => {
    const [calm, throttled] = [await readsOf(false), await readsOf(true)];
    expect(calm.reads).toBeGreaterThan(40);
    expect(throttled.reads).toBeLessThanOrEqual(calm.reads / 10);
    expect(calm.incidents.length).toBeGreaterThan(0);
    expect(throttled.incidents).toEqual(calm.incidents);
  }, 60_000);

  test('the advice says why it is not read, and is read again when it is over', async () => {
    const run = await started();
    const at = run.world.clock.now();
    await delivered(
      run,
      ['1', '2', '3'].map((id) => ownCall(id, at)),
    );
    const { clock, table } = run.world;
    await expect(clock.run(takeRead({ clock, table }, 'advice'))).rejects.toMatchObject({
      kind: 'throttled',
      code: 'OwnCallsThrottled',
      message: expect.stringMatching(
        /^not read: AWS throttles our own calls of ec2:DescribeInstances since \S+ \(3 in the last minutes\); what can wait is not read until \S+Z$/,
      ),
    });
    expect(await clock.run(takeRead({ clock, table }, 'instances'))).toBe(true);
    await clock.advance(16 * MINUTE_MS);
    expect(await clock.run(takeRead({ clock, table }, 'advice'))).toBe(true);
  });
});
