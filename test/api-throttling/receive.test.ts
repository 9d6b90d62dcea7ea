import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TROUBLE } from '../../functions/api-throttling/events.ts';
import { MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { ACCOUNT_SCOPE } from '../../shared/cluster/account.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { callBody, calls, countedIn, delivered, found, rowsIn, setUp, summary } from './support.ts';

describe('counting', () => {
  property.prop(
    [
      fc.array(fc.integer({ min: 0, max: 29 }), { minLength: 1, maxLength: 60 }),
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 6 }),
    ],
    { numRuns: 25 },
  )('any order, any copies and any split into batches give the same counts', async (order, sizes) => {
    const run = setUp();
    await run.world.clock.advance(10 * MINUTE_MS);
    const bodies = ['a', 'b', 'c'].flatMap((role) => calls(run, 10, { role }));
    const sent = order.map((index) => bodies[index] ?? '');
    for (let from = 0, turn = 0; from < sent.length; turn++) {
      const size = sizes[turn % sizes.length] ?? 1;
      await delivered(run, sent.slice(from, from + size), 6 * SECOND_MS);
      from += size;
    }
    expect(countedIn(run)).toBe(new Set(order).size);
  });

  test('calls of before the last hour and of the future are late: they count nowhere', async () => {
    const run = setUp();
    await run.world.clock.advance(10 * MINUTE_MS);
    const now = run.world.clock.now();
    const at = [now - 61 * MINUTE_MS, now + 10 * MINUTE_MS, now - 59 * MINUTE_MS];
    await delivered(
      run,
      at.map((each, index) => callBody({ id: `e${index}`, at: each })),
    );
    expect(countedIn(run)).toBe(1);
    expect(run.simulation.metrics.total('Signals', { trouble: TROUBLE, disposition: 'late' })).toBe(2);
  });

  test('a row takes 2,000 ids and then says "at least"', async () => {
    const run = setUp();
    await run.world.clock.advance(10 * MINUTE_MS);
    const at = Math.floor(run.world.clock.now() / MINUTE_MS) * MINUTE_MS - MINUTE_MS;
    const bodies = Array.from({ length: 3_000 }, (_, index) => callBody({ id: `e${index}`, at }));
    await delivered(run, bodies, MINUTE_MS);
    const [row, ...others] = rowsIn(run);
    expect(others).toEqual([]);
    expect(row).toMatchObject({ isAtLeast: true, counts: { [ACCOUNT_SCOPE]: 2_000 } });
    const [incident] = await found(run);
    expect(JSON.stringify(incident?.plan?.findings)).toContain('at least 2000 throttled calls');
    await run.world.clock.advance(30 * MINUTE_MS);
    expect((await found(run))[0]?.outcome?.summary).toContain(', at least 2000 throttled calls within');
  });

  test('what cannot be read is parked, and its neighbours are counted', async () => {
    const run = setUp();
    await run.world.clock.advance(10 * MINUTE_MS);
    const bad = calls(run, 1, { role: 'bad' }).map((body) => body.replace('"eventID"', '"eventNo"'));
    await delivered(run, [...bad, ...calls(run, 3)]);
    expect(countedIn(run)).toBe(3);
    expect(run.world.queue.parked.map(({ reason }) => reason)).toEqual([
      'missing or bad field: detail.eventID',
    ]);
  });
});

describe('opening', () => {
  test('19 calls of one caller open nothing, the 20th opens one incident of the account', async () => {
    const run = setUp();
    await run.world.clock.advance(10 * MINUTE_MS);
    const bodies = calls(run, 20);
    await delivered(run, bodies.slice(0, 19));
    expect(await found(run)).toEqual([]);
    await delivered(run, bodies.slice(19));
    expect(summary(await found(run))).toEqual(['- other-tool:tool open']);
  });

  test('callers that are each below it and together above it are one incident of the account', async () => {
    const run = setUp();
    await run.world.clock.advance(10 * MINUTE_MS);
    await delivered(
      run,
      ['a', 'b', 'c'].flatMap((role) => calls(run, 9, { role })),
    );
    const [incident, ...others] = await found(run);
    expect(others).toEqual([]);
    expect(incident?.subject.id).toBe('several-callers');
    expect(incident?.plan?.headline).toBe(
      'AWS throttles API calls of several callers in account 210987654321 in eu-west-1',
    );
  });

  test('nodes of a cluster are one cause of that cluster, however many there are, after one read of EC2', async () => {
    const run = setUp();
    await run.world.clock.advance(10 * MINUTE_MS);
    const ids = ['spot/0', 'spot/1', 'spot/2'].map((name) => run.world.instance(name).id);
    const userAgent = 'aws-sdk-go-v2/1.41.1 amazon-vpc-cni-k8s/v1.21.1';
    const of = { role: 'node', api: 'AssignPrivateIpAddresses', userAgent };
    const bodies = ids.flatMap((session) =>
      calls(run, 10, { ...of, session }).map((body) => body.replace('event-', `event-${session}-`)),
    );
    await delivered(run, bodies);
    await delivered(run, bodies);
    expect(summary(await found(run))).toEqual(['prod vpc-cni open']);
    expect(rowsIn(run).every(({ counts }) => Object.keys(counts).join() === 'prod')).toBe(true);
    const read = run.world.calls.calls.filter(({ port, process }) => port === 'ec2' && process === 'receive');
    expect(read).toHaveLength(1);
  });

  test('a storm that goes on changes the incident once for each doubling', async () => {
    const run = setUp();
    await run.world.clock.advance(10 * MINUTE_MS);
    const bodies = calls(run, 300);
    for (let from = 0; from < bodies.length; from += 25)
      await delivered(run, bodies.slice(from, from + 25), 6_000);
    const [incident] = await found(run);
    expect(incident?.signals.map(({ meaning }) => meaning)).toEqual(
      ['x1', 'x2', 'x4', 'x8'].map((level) => `api-throttling:${level}`),
    );
  });
});

describe('a crash loses nothing and counts nothing twice', () => {
  const kinds = ['crash-before', 'crash-after', 'lost-reply', 'throttle'] as const;

  test.each(kinds)('%s at every call that receive makes', async (kind) => {
    let last = 1;
    for (let nth = 1; nth <= last; nth++) {
      const faults = new FaultPlan([{ process: 'receive', nth, fault: { kind } }]);
      const run = setUp(faults);
      await run.world.clock.advance(10 * MINUTE_MS);
      await delivered(run, calls(run, 40), 10 * MINUTE_MS);
      const made = run.world.calls.calls.filter(({ process }) => process === 'receive');
      if (nth === 1) last = made.length;
      expect({ nth, counted: countedIn(run) }).toEqual({ nth, counted: 40 });
      expect({ nth, is: summary(await found(run)) }).toEqual({ nth, is: ['- other-tool:tool open'] });
      expect(run.simulation.lane(TROUBLE, 'lifecycle').deadLetters).toEqual([]);
    }
    expect(last).toBeGreaterThan(10);
  });
});
