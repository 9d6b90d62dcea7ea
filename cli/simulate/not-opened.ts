import { humanDuration } from '../../shared/clock.ts';
import { ACCOUNT_SCOPE } from '../../shared/cluster/account.ts';
import type { Signal } from '../../shared/incident/signal.ts';
import type { Simulation } from '../../simulator/simulation.ts';
import type { FirstDecision } from './record.ts';

const NOT_OPENED: Readonly<Record<string, string>> = {
  foreign: 'what it is about belongs to no cluster of this world',
  off: 'the mode is off',
  own: 'Paramedic itself made the call: that opens nothing, and only makes it ask less',
  gone: 'AWS answers that what it is about does not exist, and answered so again minutes later',
  late: 'it is of a call that was made too long before, or after now',
};
/** Where the config decides whether there is anything to do at all. */
const OPTIONS: Readonly<Record<string, string>> = {
  'node-interruption':
    'the config does not react to it (rebalance.action, rebalance.groups, terminationHooks.names)',
};

/** One line for whoever asks why an event came to nothing. */
export function whyNotOpened(
  { metrics, world }: Simulation,
  signals: readonly Signal[],
  { below: [most] = [], why: triggered }: FirstDecision,
): string {
  if (most !== undefined) {
    const { cause, cluster, count, openAt, windowMs } = most;
    const where = cluster === ACCOUNT_SCOPE ? 'the account' : cluster;
    return `not opened: ${count} of the ${openAt} calls within ${humanDuration(windowMs)} that open an incident: ${cause} in ${where}`;
  }
  const why = metrics.data
    .filter(({ name, value }) => name === 'Signals' && value > 0)
    .map(({ dimensions: { disposition = '', trouble = '' } }) =>
      disposition === 'below-trigger' ? (OPTIONS[trouble] ?? triggered) : NOT_OPENED[disposition],
    )
    .find((each) => each !== undefined);
  return `not opened: ${elsewhere(world.spec, signals) ?? why ?? whyNobody(signals)}`;
}

function elsewhere(
  home: { account: string; region: string },
  [signal]: readonly Signal[],
): string | undefined {
  if (signal === undefined) return undefined;
  const { account, region } = signal;
  if (account === home.account && region === home.region) return undefined;
  return `it is of account ${account} in ${region}, and this deployment is in ${home.account} in ${home.region}`;
}

function whyNobody(signals: readonly Signal[]): string {
  return signals.some(({ subject }) => subject.kind === 'alarm')
    ? 'no alarm under it is both about a volume or an instance of a cluster and in ALARM'
    : 'nothing came of it';
}
