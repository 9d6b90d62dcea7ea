import { describeFailure } from '../errors.ts';
import { incidentId } from '../incident/keys.ts';
import { Ledger } from '../incident/ledger.ts';
import type { Signal } from '../incident/signal.ts';
import type { Environment } from './environment.ts';
import { openOrJoin } from './open.ts';
import type { Trouble } from './trouble.ts';

/** A batch not finished by then would be cut off half way: it goes back as a whole. */
const TIME_RESERVE_MS = 10_000;

/**
 * The stage in front of open or join for a trouble that counts: one call of its `aggregate` for the whole batch, then
 * the few signals that come of it. Throws when the batch must come again; everything in it is safe to repeat.
 */
export async function aggregateBatch<F, P>(
  trouble: Trouble<F, P>,
  environment: Environment,
  intakes: readonly { signals: readonly Signal[] }[],
  remainingMs: () => number,
): Promise<void> {
  const signals = intakes.flatMap((intake) => intake.signals);
  if (trouble.aggregate === undefined || signals.length === 0) return;
  if (remainingMs() < TIME_RESERVE_MS) throw new Error('the invocation is about to end');
  const { ports, home, metrics, log } = environment;
  const ledger = new Ledger(ports.table, ports.clock);
  const aggregated = await trouble.aggregate({
    ports,
    signals,
    home,
    configuredClusters: () => environment.configuredClusters(),
    policyFor: async (cluster) => trouble.policyOf(await environment.policyFor(cluster, trouble.name)),
    readIncident: (cluster, subject) => ledger.readIncident(incidentId(trouble.name, cluster, subject)),
  });
  const kind = signals[0]?.kind ?? 'none';
  for (const [disposition, times] of Object.entries(aggregated.dispositions))
    metrics.count('Signals', { trouble: trouble.name, kind, disposition }, times);
  for (const why of aggregated.unread) log.warn('aggregated without', { why });
  const failures: unknown[] = [];
  for (const { signal, cluster } of aggregated.signals) {
    try {
      const disposition = await openOrJoin(trouble, environment, ledger, signal, { name: cluster });
      metrics.count('Signals', { trouble: trouble.name, kind: signal.kind, disposition });
    } catch (error) {
      // The batch comes again after minutes: until then one incident's failure is not the others'.
      log.error('signal failed, its batch will be redelivered', { cluster, why: describeFailure(error) });
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
