import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../shared/clock.ts';
import { known } from '../../shared/fact.ts';
import {
  claimDisruption,
  type DisruptionLimits,
  type DisruptionRequest,
  releaseDisruption,
} from '../../shared/incident/disruptions.ts';
import { countLeaving } from '../../shared/pipeline/disruption.ts';
import { ceilShare } from '../../shared/share.ts';
import { MemoryTable } from '../../simulator/table.ts';

const START = Date.parse('2026-11-03T14:00:00Z');
const CLUSTER = { name: 'prod', account: '210987654321', region: 'eu-west-1' };

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

/** Thirty nodes in six groups, three groups in each of two zones. */
const NODES = 30;
const groupOf = (node: number) => node % 6;
const zoneOf = (node: number) => node % 2;
const idOf = (node: number) => `i-${node}`;

function requestOf(node: number, down: ReadonlySet<number>, until: number): DisruptionRequest {
  const out = [...down].filter((other) => other !== node);
  const inGroup = out.filter((other) => groupOf(other) === groupOf(node));
  return {
    incidentId: `inc-${node}`,
    node: idOf(node),
    group: `group-${groupOf(node)}`,
    zone: `zone-${zoneOf(node)}`,
    until,
    cluster: { nodes: NODES, down: out.map(idOf) },
    inGroup: { nodes: NODES / 6, down: inGroup.map(idOf) },
  };
}

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
    this.#check();
  }

  /** Each scope after a place was given: nodes that go down later are nobody's doing. */
  #check(): void {
    const { share, floor, perHour } = this.#limits;
    const holders = [...this.#held.keys()];
    const out = new Set([...this.#down, ...holders]);
    expect(out.size).toBeLessThanOrEqual(Math.max(floor, ceilShare(NODES, share)));
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
});
