import { receiver } from '../shared/pipeline/receive.ts';
import { printReport } from './children.ts';
import { plainEnvironment, type Traces } from './plain-ports.ts';
import { TROUBLE } from './setup.ts';
import { median } from './statistics.ts';
import { timed } from './stopwatch.ts';
import { inBatches, type Traffic, trafficOf } from './traffic.ts';

export const CASES = ['mixed', 'foreign', 'mixedOneByOne'] as const;
export type Case = (typeof CASES)[number];

export interface CaseReport {
  /** Of wall time; the median round. */
  eventsPerSecond: number;
  /** Calls of the EC2, EKS and Auto Scaling ports. */
  readsPer1000: number;
  dispositions: Record<string, number>;
}

export interface ReceiveReport extends Record<Case, CaseReport> {
  events: number;
  rounds: number;
  broken: string[];
}

const EVENTS = 40_000;
const ROUNDS = 5;
const FOREIGN_SHARE = 0.9;
/** As an invocation that has just begun. */
const REMAINING_MS = 15_000;
const READ_PORTS = ['ec2.', 'eks.', 'autoscaling.'];

interface Scenario {
  traffic: Traffic;
  batchSize: number;
}

interface Round {
  ms: number;
  traces: Traces;
  redelivered: number;
}

function scenarios(): Record<Case, Scenario> {
  const mix = trafficOf(EVENTS, FOREIGN_SHARE);
  return {
    mixed: { traffic: mix, batchSize: 10 },
    foreign: { traffic: trafficOf(EVENTS, 1), batchSize: 10 },
    mixedOneByOne: { traffic: mix, batchSize: 1 },
  };
}

/** All cases take turns, so that each sees the same machine; the first turn only warms up. */
async function measure(): Promise<ReceiveReport> {
  const all = scenarios();
  const rounds: Record<Case, Round[]> = { mixed: [], foreign: [], mixedOneByOne: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const name of CASES) {
      const played = await play(all[name]);
      if (round > 0) rounds[name].push(played);
    }
  }
  return {
    events: EVENTS,
    rounds: ROUNDS,
    mixed: summary(rounds.mixed),
    foreign: summary(rounds.foreign),
    mixedOneByOne: summary(rounds.mixedOneByOne),
    broken: CASES.flatMap((name) => rounds[name].flatMap((round) => flaws(name, all[name], round))),
  };
}

/** The same events into an empty ledger, as one process of the receive function takes them, one batch after the other. */
async function play({ traffic, batchSize }: Scenario): Promise<Round> {
  const { environment, traces } = plainEnvironment(traffic);
  const receive = receiver(TROUBLE, environment);
  const batches = inBatches(traffic.bodies, batchSize);
  let redelivered = 0;
  const { ms } = await timed(async () => {
    for (const batch of batches) {
      redelivered += (await receive(batch, () => REMAINING_MS)).batchItemFailures.length;
    }
  });
  return { ms, traces, redelivered };
}

function summary(rounds: readonly Round[]): CaseReport {
  const [last] = rounds;
  const reads = READ_PORTS.reduce((sum, port) => sum + (last?.traces.calls.total(port) ?? 0), 0);
  return {
    eventsPerSecond: (EVENTS / median(rounds.map(({ ms }) => ms))) * 1000,
    readsPer1000: (reads / EVENTS) * 1000,
    dispositions: last?.traces.dispositions.toJSON() ?? {},
  };
}

/** What would make the speed of a round mean something else than it says. */
function flaws(name: Case, { traffic }: Scenario, { traces, redelivered }: Round): string[] {
  const { dispositions, started } = traces;
  const foreign = name === 'foreign' ? EVENTS : Math.round(EVENTS * FOREIGN_SHARE);
  const expected: [string, number, number][] = [
    ['events redelivered', redelivered, 0],
    ['events decided', dispositions.total(), EVENTS],
    ['events found foreign', dispositions.total('foreign'), foreign],
    ['duplicates', dispositions.total('duplicate'), traffic.duplicates],
    ['incidents opened', dispositions.total('opened'), traffic.ours.length],
    ['executions started', started.size, traffic.ours.length],
  ];
  return expected.flatMap(([what, is, should]) =>
    is === should ? [] : [`receive, ${name}: ${is} ${what}, expected ${should}`],
  );
}

if (import.meta.main) printReport(await measure());
