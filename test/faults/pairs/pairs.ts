import { describe, expect, test } from 'vitest';
import { FaultPlan } from '../../../simulator/faults.ts';
import { type EndState, FLOWS, type Flow, playFlow } from '../flows.ts';

/** `npm test` plays a few pairs; `npm run test:pairs` sets 10,000. */
const SEEDS = Number(process.env['PAIRS'] ?? 100);
/** Each file plays its share, so that they use all cores. */
const FILES = 4;
const PER_TEST = 25;

interface Clean {
  state: EndState;
  calls: number;
}

/** T03: two crashes at any two port calls of one run, drawn from the seed; the end is that of the clean run. */
export async function twoCrashes(file: number): Promise<void> {
  const clean = new Map<string, Clean>();
  for (const flow of FLOWS) {
    const { state, world } = await playFlow(flow);
    clean.set(flow.name, { state, calls: world.calls.calls.length });
  }
  const seeds = Array.from({ length: SEEDS }, (_, seed) => seed).filter((seed) => seed % FILES === file);
  describe('T03: two crashes in one run', () => {
    for (let from = 0; from < seeds.length; from += PER_TEST) {
      const some = seeds.slice(from, from + PER_TEST);
      test(`seeds ${some[0]} to ${some.at(-1)}`, async () => {
        for (const seed of some) await play(seed, clean);
      }, 120_000);
    }
  });
}

async function play(seed: number, clean: ReadonlyMap<string, Clean>): Promise<void> {
  const random = drawing(seed);
  const flow = FLOWS[Math.floor(random() * FLOWS.length)] as Flow;
  const expected = clean.get(flow.name);
  const calls = expected?.calls ?? 0;
  const first = 1 + Math.floor(random() * calls);
  const second = first + 1 + Math.floor(random() * calls);
  const kinds = [random(), random()].map(
    (draw) => (draw < 0.5 ? 'crash-before' : 'crash-after') as 'crash-before' | 'crash-after',
  );
  const faults = new FaultPlan([
    { call: first, fault: { kind: kinds[0] ?? 'crash-before' } },
    { call: second, fault: { kind: kinds[1] ?? 'crash-before' } },
  ]);
  const { state } = await playFlow(flow, { faults });
  expect({ seed, flow: flow.name, first, second, kinds, ...state }).toEqual({
    seed,
    flow: flow.name,
    first,
    second,
    kinds,
    ...expected?.state,
  });
}

/** Numbers from 0 to 1, the same for the same seed. */
function drawing(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 1_013_904_223) % 4_294_967_296;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}
