import { DAY_MS, MINUTE_MS } from '../../shared/clock.ts';
import type { Simulation } from '../../simulator/simulation.ts';
import type { AlarmLife } from './alarm-life.ts';

/** A cordon with an end, a hook behind a budget: longer is not waited for. */
const LONGEST_MS = 3 * DAY_MS;
const MINUTES_BETWEEN_SWEEPS = 5;

/** Lets time go on until everything the event led to is over. */
export async function play(
  simulation: Simulation,
  alarm: AlarmLife | undefined,
  look: () => void,
): Promise<void> {
  if (alarm === undefined) await simulation.settle(LONGEST_MS);
  else await playAlarm(simulation, alarm, look);
}

/** Minute by minute, as CloudWatch judges, with the sweep that starts what has to stand for a while. */
async function playAlarm(simulation: Simulation, alarm: AlarmLife, look: () => void): Promise<void> {
  const { world, ledger } = simulation;
  for (let minute = 1; minute * MINUTE_MS <= LONGEST_MS; minute++) {
    await world.clock.advance(MINUTE_MS);
    await alarm.judge();
    look();
    if (minute % MINUTES_BETWEEN_SWEEPS === 0) await simulation.sweep();
    if (!simulation.isSettled()) continue;
    const open = await world.clock.run(ledger.listOpen());
    if (open.length === 0) return;
  }
}
