import { once } from 'node:events';
import { wallClock } from '../../shared/clock.ts';
import { type Incident, isSettled } from '../../shared/incident/incident.ts';
import { Ledger } from '../../shared/incident/ledger.ts';
import { receiver } from '../../shared/pipeline/receive.ts';
import type { ExecutionPayload } from '../../shared/ports/durable.ts';
import { TROUBLE } from '../setup.ts';
import { inBatches } from '../traffic.ts';
import { type Deployed, deploy } from './deployed.ts';

/** To whoever started the process. */
export type FromExecution = { is: 'ready' } | { is: 'drained' } | { is: 'failed'; why: string };

const LOOK_MS = 100;
/** As an invocation that has just begun. */
const REMAINING_MS = 15_000;

/** Takes one event as receive does, and waits until the execution it starts has settled the drain. */
async function treat(deployed: Deployed, body: string, limitMs: number): Promise<FromExecution> {
  const { environment, workflows } = deployed;
  const receive = receiver(TROUBLE, environment);
  const [batch = { Records: [] }] = inBatches([body], 1);
  const { batchItemFailures } = await receive(batch, () => REMAINING_MS);
  const [execution] = workflows.executions();
  if (batchItemFailures.length > 0 || execution === undefined) {
    return { is: 'failed', why: 'no execution was started' };
  }
  const { incidentId } = JSON.parse(execution.payload) as ExecutionPayload;
  const ledger = new Ledger(environment.ports.table, wallClock);
  const until = wallClock.now() + limitMs;
  while (wallClock.now() < until) {
    const end = endOf(await ledger.readIncident(incidentId));
    if (end !== undefined) return end;
    await wallClock.sleep(LOOK_MS);
  }
  return { is: 'failed', why: 'the drain was not settled in time' };
}

/** Undefined while the drain goes on. */
function endOf(incident: Incident | undefined): FromExecution | undefined {
  const record = incident?.records.find(({ step }) => step.action === 'drain');
  if (record !== undefined && isSettled(record)) {
    const { state, summary = '' } = record;
    return state === 'done' ? { is: 'drained' } : { is: 'failed', why: `${state}: ${summary}` };
  }
  if (incident?.status !== 'closed') return undefined;
  return { is: 'failed', why: `closed without a drain: ${incident.outcome?.kind}` };
}

/** The first that failed speaks for all. */
function joined(ends: readonly FromExecution[]): FromExecution {
  return ends.find(({ is }) => is === 'failed') ?? { is: 'drained' };
}

function say(message: FromExecution): void {
  process.send?.(message);
}

if (import.meta.main) {
  const [kubeconfig = '', limitMs = '0', ...nodes] = process.argv.slice(2);
  // Nobody is left to tell.
  process.on('disconnect', () => process.exit(1));
  const deployed = await Promise.all(nodes.map((node) => deploy(kubeconfig, node)));
  say({ is: 'ready' });
  const [bodies] = (await once(process, 'message')) as [string[]];
  const treated = deployed.map((each, index) => treat(each, bodies[index] ?? '', Number(limitMs)));
  say(joined(await Promise.all(treated)));
}
