import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { known } from '../../shared/fact.ts';
import {
  claimDisruption,
  type DisruptionLimits,
  type DisruptionRequest,
  peekDisruption,
  releaseDisruption,
} from '../../shared/incident/disruptions.ts';
import { countLeaving } from '../../shared/pipeline/disruption.ts';
import { ceilShare } from '../../shared/share.ts';
import { MemoryTable } from '../../simulator/table.ts';
import { ALL, CLUSTER, groupOf, idOf, requestOf, START, zoneOf } from './requests.ts';

interface Op {
  do: 'claim' | 'release' | 'goes down' | 'comes up';
  node: number;
  afterMs: number;
}

const ops = fc.array(
  fc.record<Op>({
    do: fc.constantFrom('claim', 'claim', 'claim', 'release', 'goes down', 'comes up'),
    node: fc.nat(29),
    afterMs: fc.integer({ min: 0, max: 20 * MINUTE_MS }),
  }),
  { maxLength: 60 },
);

/** A cluster beside the ledger: what is really down, and what was really given. */
class Cluster {
  readonly #table = new MemoryTable();
  readonly #limits: DisruptionLimits;
  readonly #down = new Set<number>();
  readonly #held = new Map<number, number>();
  readonly #starts: number[] = [];
  #now = START;

  constructor(limits: DisruptionLimits) {
    this.#limits = limits;
  }

  async play({ do: what, node, afterMs }: Op): Promise<void> {
    this.#now += afterMs;
    for (const [holder, until] of this.#held) if (until <= this.#now) this.#held.delete(holder);
    if (what === 'goes down') this.#down.add(node);
    else if (what === 'comes up') this.#down.delete(node);
    else if (what === 'release') await this.#release(node);
    else await this.#claim(node);
  }

  async #release(node: number): Promise<void> {
    await releaseDisruption(this.#table, CLUSTER, `inc-${node}`, this.#now);
    this.#held.delete(node);
  }

  async #claim(node: number): Promise<void> {
    const until = this.#now + HOUR_MS;
    const request = requestOf(node, this.#down, until);
    const state = await claimDisruption(this.#table, CLUSTER, request, this.#limits, this.#now);
    if (state.is !== 'held' || this.#held.has(node)) return;
    this.#held.set(node, until);
    this.#starts.push(this.#now);
    this.#check(node);
  }

  /** Each scope after a place was given: nodes that go down later are nobody's doing. */
  #check(given: number): void {
    const { share, floor, perHour } = this.#limits;
    const holders = [...this.#held.keys()];
    const out = [...new Set([...this.#down, ...holders])];
    for (const scopeOf of [() => 0, groupOf, zoneOf]) {
      const inScope = (node: number) => scopeOf(node) === scopeOf(given);
      const allowed = Math.max(floor, ceilShare(ALL.filter(inScope).length, share));
      expect(out.filter(inScope).length).toBeLessThanOrEqual(allowed);
    }
    expect(new Set(holders.map(zoneOf)).size).toBe(1);
    expect(new Set(holders.map(groupOf)).size).toBe(holders.length);
    const lately = this.#starts.filter((at) => at > this.#now - HOUR_MS);
    expect(lately.length).toBeLessThanOrEqual(perHour);
  }
}

describe('the disruption budget', () => {
  test('V3: no sequence of signals takes more than the budget at any instant, or more than its rate in any hour', async () => {
    const limits = fc.record({
      share: fc.double({ min: 0.01, max: 0.5, noNaN: true }),
      floor: fc.integer({ min: 1, max: 4 }),
      perHour: fc.integer({ min: 1, max: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(ops, limits, async (sequence, rules) => {
        const cluster = new Cluster(rules);
        for (const op of sequence) await cluster.play(op);
      }),
      { numRuns: 500 },
    );
  }, 60_000);

  test('V11: two nodes of unknown zones are not in one zone, and neither is one of them in a known one', async () => {
    const table = new MemoryTable();
    const claim = (node: number, zone: string) => {
      const request = { ...requestOf(node, new Set(), START + HOUR_MS), zone, zoneNodes: [] };
      return claimDisruption(table, CLUSTER, request, { share: 0.5, floor: 1, perHour: 9 }, START);
    };
    expect(await claim(0, '')).toMatchObject({ is: 'held' });
    expect(await claim(1, '')).toMatchObject({
      is: 'full',
      why: 'its zone is not known, and i-0 is being moved: one zone at a time',
    });
    expect(await claim(2, 'eu-west-1a')).toMatchObject({
      is: 'full',
      why: 'the zone of i-0, which is being moved, is not known: one zone at a time',
    });
  });

  test('nodes of zones that nobody knows are counted together, and called so', async () => {
    const request = {
      ...requestOf(0, new Set([2]), START + HOUR_MS),
      zone: '',
      zoneNodes: [idOf(0), idOf(2)],
    };
    const limits = { share: 0.1, floor: 1, perHour: 9 };
    const of = { ...request, inGroup: { nodes: 5, down: [] } };
    expect(await peekDisruption(new MemoryTable(), CLUSTER, of, limits, START)).toMatchObject({
      is: 'full',
      why: '1 of 2 nodes of a zone that is not known are out, 1 may be',
    });
  });

  test('a zone that has lost its share already gives up none, though the cluster has room', async () => {
    const down = [2, 4];
    const request = requestOf(0, new Set(down), START + HOUR_MS);
    const ask = (limits: DisruptionLimits) =>
      claimDisruption(
        new MemoryTable(),
        CLUSTER,
        { ...request, inGroup: { nodes: 5, down: [] } },
        limits,
        START,
      );
    expect(await ask({ share: 0.1, floor: 1, perHour: 9 })).toMatchObject({
      is: 'full',
      why: '2 of 15 nodes of zone zone-0 are out, 2 may be',
    });
    expect(await ask({ share: 0.2, floor: 1, perHour: 9 })).toMatchObject({ is: 'held' });
  });

  test.each([
    [70, 0.1, 7],
    [10, 0.1, 1],
    [11, 0.1, 2],
    [30, 0.3, 9],
  ])('%i nodes at a share of %d are %i, not one more by binary rounding', async (count, share, allowed) => {
    const request = (out: number): DisruptionRequest => ({
      ...requestOf(0, new Set(), START + HOUR_MS),
      cluster: { nodes: count, down: Array.from({ length: out }, (_, index) => `down-${index}`) },
      inGroup: { nodes: 10, down: [] },
      zoneNodes: [],
    });
    const ask = async (out: number) =>
      (
        await claimDisruption(
          new MemoryTable(),
          CLUSTER,
          request(out),
          { share, floor: 1, perHour: 9 },
          START,
        )
      ).is;
    expect([await ask(allowed - 1), await ask(allowed)]).toEqual(['held', 'full']);
  });

  test('a node AWS announced to take counts as out in its group and cluster, once, and not against itself', () => {
    const request = requestOf(0, new Set([3]), START);
    const fleet = [0, 1, 3, 6].map((node) => ({ id: idOf(node), zone: 'a', inGroup: node % 3 === 0 }));
    const bad = known(
      [0, 1, 3, 6, 9].map((node) => ({ subject: idOf(node), at: START })),
      'ledger',
      START,
    );
    const counted = countLeaving(request, fleet, bad.known ? bad.value : []);
    expect(counted.cluster.down).toEqual(['i-3', 'i-1', 'i-6']);
    expect(counted.inGroup.down).toEqual(['i-3', 'i-6']);
  });

  test('a place nobody gave back is free at its end to the millisecond, and the hour after a start is too', async () => {
    const table = new MemoryTable();
    const limits = { share: 0.5, floor: 1, perHour: 1 };
    const until = START + 2 * HOUR_MS;
    const ask = async (node: number, now: number, over: Partial<DisruptionLimits> = {}) => {
      const request = requestOf(node, new Set(), until);
      return await peekDisruption(table, CLUSTER, request, { ...limits, ...over }, now);
    };
    await claimDisruption(table, CLUSTER, requestOf(0, new Set(), until), limits, START);
    expect(await ask(2, START + HOUR_MS - 1)).toMatchObject({ is: 'full', againAt: START + HOUR_MS });
    expect(await ask(2, START + HOUR_MS)).toMatchObject({ is: 'free' });
    // Of another zone.
    expect((await ask(1, until - 1)).is).toBe('full');
    expect((await ask(1, until)).is).toBe('free');
  });

  test('a zone that AWS is taking nodes from is as full as if they were down', async () => {
    const fleet = ALL.map((node) => ({ id: idOf(node), zone: `zone-${zoneOf(node)}`, inGroup: false }));
    const ask = async (leaving: number[]) => {
      const bad = leaving.map((node) => ({ subject: idOf(node), at: START }));
      const request = countLeaving(requestOf(0, new Set(), START + HOUR_MS), fleet, bad);
      const limits = { share: 0.1, floor: 1, perHour: 9 };
      return (await claimDisruption(new MemoryTable(), CLUSTER, request, limits, START)).is;
    };
    expect([await ask([2, 4]), await ask([2, 3])]).toEqual(['full', 'held']);
  });
});
