import { humanDuration } from '../../shared/clock.ts';
import { ACCOUNT_SCOPE } from '../../shared/cluster/account.ts';
import type { Simulation } from '../../simulator/simulation.ts';
import type { FirstDecision } from './record.ts';

const NOT_OPENED: Readonly<Record<string, string>> = {
  foreign: 'the instance belongs to no cluster of this world',
  off: 'the mode is off',
  own: 'Paramedic itself made the call: that opens nothing, and only makes it ask less',
  late: 'it is of a call that was made too long before, or after now',
  'below-trigger':
    'the config does not react to it (rebalance.action, rebalance.groups, terminationHooks.names)',
};

/** One line for whoever asks why an event came to nothing. */
export function whyNotOpened({ metrics }: Simulation, { below: [most] = [] }: FirstDecision): string {
  if (most !== undefined) {
    const { cause, cluster, count, openAt, windowMs } = most;
    const where = cluster === ACCOUNT_SCOPE ? 'the account' : cluster;
    return `not opened: ${count} of the ${openAt} calls within ${humanDuration(windowMs)} that open an incident: ${cause} in ${where}`;
  }
  const why = metrics.data
    .filter(({ name, value }) => name === 'Signals' && value > 0)
    .map(({ dimensions }) => NOT_OPENED[dimensions['disposition'] ?? ''])
    .find((each) => each !== undefined);
  return `not opened: ${why ?? 'nothing came of it'}`;
}
