import { describe, expect, test } from 'vitest';
import { KEYS, throttledCall } from '../../bench/throttled-calls.ts';
import { TROUBLE } from '../../functions/api-throttling/events.ts';
import { MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { countedIn, type Run, rowsIn, setUp } from './support.ts';

const EVENTS = 9_990;
const WARNINGS = 10;

/** 40 keys: the CNI on twelve nodes at ten APIs, and thirty tools at one each. It comes in 60 slices of a second, warnings every six seconds among them. */
async function play(run: Run, events: number): Promise<void> {
  await run.world.clock.advance(10 * MINUTE_MS);
  const instances = Array.from({ length: 12 }, (_, index) => run.world.instance(`spot/${index}`).id);
  for (let second = 0; second < 60; second++) {
    const at = run.world.clock.now();
    const from = Math.floor((second * events) / 60);
    const to = Math.floor(((second + 1) * events) / 60);
    const bodies = Array.from({ length: to - from }, (_, index) =>
      throttledCall(from + index, at, instances),
    );
    if (bodies.length > 0) run.simulation.send(TROUBLE, ...bodies);
    if (second % 6 === 0) run.world.interrupt(`spot/${second / 6}`, 'terminate');
    await run.world.clock.advance(SECOND_MS);
  }
}

/** How each warning went: what came of it, and how long after it. */
async function spotRuns({ simulation }: Run): Promise<string[]> {
  const incidents = await simulation.incidents();
  return incidents
    .filter(({ trouble }) => trouble === 'node-interruption')
    .map(({ subject, outcome, signals, closedAt, records }) => {
      const drained = records.find(({ step }) => step.action === 'drain')?.startedAt ?? 0;
      const since = signals[0]?.occurredAt ?? 0;
      return `${subject.id} ${outcome?.kind} drain +${drained - since} end +${(closedAt ?? 0) - since}`;
    })
    .toSorted((left, right) => (left < right ? -1 : 1));
}

describe('T22: 9,990 throttled calls of 40 keys and 10 Spot warnings in 60 s', () => {
  test('exact counts, at most 40 incidents and 400 reads, and the Spot lane as without them', async () => {
    const storm = setUp(undefined, undefined, 12);
    await play(storm, EVENTS);
    await storm.world.clock.advance(5 * MINUTE_MS);
    expect(countedIn(storm)).toBe(EVENTS);
    expect(new Set(rowsIn(storm).map(({ call }) => `${call.api} ${call.principal}`)).size).toBe(KEYS);
    expect(rowsIn(storm).some(({ isAtLeast }) => isAtLeast)).toBe(false);
    const incidents = (await storm.simulation.incidents()).filter(({ trouble }) => trouble === TROUBLE);
    // Thirty tools, the CNI of the cluster, and the tools together while none was over the threshold alone.
    expect(incidents.length).toBe(32);
    const reads = storm.world.calls.calls.filter(({ port }) => port === 'ec2' || port === 'eks');
    expect(reads.length).toBeLessThanOrEqual(400);
    const calm = setUp(undefined, undefined, 12);
    await play(calm, 0);
    await calm.world.clock.advance(5 * MINUTE_MS);
    const warned = await spotRuns(storm);
    expect(warned).toHaveLength(WARNINGS);
    expect(warned).toEqual(await spotRuns(calm));
    expect(storm.simulation.lane(TROUBLE, 'lifecycle').deadLetters).toEqual([]);
    expect(storm.world.queue.parked).toEqual([]);
  }, 60_000);
});
