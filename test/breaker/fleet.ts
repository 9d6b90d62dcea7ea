import { GuardedCalls } from '../../shared/breaker/calls.ts';
import { MINUTE_MS } from '../../shared/clock.ts';
import { isFailure, PortError } from '../../shared/errors.ts';
import { VirtualClock } from '../../simulator/clock.ts';
import { seededRandom } from '../../simulator/random.ts';

export const OPERATION = 'ec2:DescribeInstances';

/** A time in which AWS throttles this share of the calls, in ms since the start. */
export interface Trouble {
  from: number;
  to: number;
  share: number;
}

/** One call that a process wanted. */
export interface Asked {
  at: number;
  process: number;
  /** Requests that went to AWS for it. */
  sent: number;
  refused: boolean;
}

export interface FleetRun {
  asked: Asked[];
  /** When each request reached AWS, in ms since the start, and from which process. */
  requests: { at: number; process: number }[];
}

export const TROUBLE: Trouble = { from: 2 * MINUTE_MS, to: 17 * MINUTE_MS, share: 1 };
export const LENGTH_MS = 21 * MINUTE_MS;

/**
 * So many processes that ask all at the same ticks: whatever spreads their requests is the breaker's doing. A caller
 * does not ask again for what it was refused: it wants its next call at the next tick.
 */
export async function playFleet(processes: number, tickMs: number, trouble: Trouble): Promise<FleetRun> {
  const clock = new VirtualClock();
  const start = clock.now();
  const aws = seededRandom(99);
  const run: FleetRun = { asked: [], requests: [] };
  const isThrottled = (at: number) => at >= trouble.from && at < trouble.to && aws() < trouble.share;
  const one = async (process: number) => {
    const guard = new GuardedCalls({ clock, random: seededRandom(process + 1) });
    for (let at = 0; at < LENGTH_MS; at = clock.now() - start + tickMs - ((clock.now() - start) % tickMs)) {
      await clock.sleep(start + at - clock.now());
      const asked: Asked = { at: clock.now() - start, process, sent: 0, refused: false };
      run.asked.push(asked);
      const send = async () => {
        const at = clock.now() - start;
        asked.sent += 1;
        run.requests.push({ at, process });
        if (isThrottled(at)) throw new PortError('throttled', 'rate exceeded', { operation: OPERATION });
      };
      await guard.call(OPERATION, send).catch((error: unknown) => {
        if (!isFailure(error, 'throttled')) throw error;
        asked.refused = asked.sent === 0;
      });
    }
  };
  await clock.run(Promise.all(Array.from({ length: processes }, (_, process) => one(process))));
  return run;
}

export function within<T extends { at: number }>(all: readonly T[], from: number, to: number): T[] {
  return all.filter(({ at }) => at >= from && at < to);
}

/** How many fall into each of these slots, empty ones included. */
export function perSlot(all: readonly { at: number }[], from: number, to: number, slotMs: number): number[] {
  const counts = Array.from({ length: Math.ceil((to - from) / slotMs) }, () => 0);
  for (const { at } of within(all, from, to)) {
    const slot = Math.floor((at - from) / slotMs);
    counts[slot] = (counts[slot] ?? 0) + 1;
  }
  return counts;
}

/** Variance over mean: 1 where everybody comes when they like, the number of processes where all come together. */
export function dispersion(counts: readonly number[]): number {
  const mean = counts.reduce((sum, each) => sum + each, 0) / counts.length;
  return counts.reduce((sum, each) => sum + (each - mean) ** 2, 0) / counts.length / mean;
}
