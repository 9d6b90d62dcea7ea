import { isoTime } from '../clock.ts';
import type { TroublePolicy } from '../config/policy.ts';
import type { Incident } from '../incident/incident.ts';
import { incidentId } from '../incident/keys.ts';
import type { Ledger } from '../incident/ledger.ts';
import type { Signal } from '../incident/signal.ts';
import { noteWentBad } from '../incident/went-bad.ts';
import type { ClusterRef } from '../ports/kubernetes.ts';
import { ensureRun } from './ensure-run.ts';
import type { Environment } from './environment.ts';
import type { TriggerDecision, Trouble } from './trouble.ts';

/** Where the subject is, as far as its owner was looked up. */
export interface Place {
  /** Of the cluster. */
  name: string;
  zone?: string | undefined;
}

/**
 * Takes one signal of ours to its incident, makes sure a run exists and that the run will see it. Safe to repeat
 * after a crash at any point: accepting, starting and waking are each no-ops the second time.
 */
export async function openOrJoin<F, P>(
  trouble: Trouble<F, P>,
  environment: Environment,
  ledger: Ledger,
  signal: Signal,
  { name, zone }: Place,
): Promise<string> {
  const cluster = { name, account: signal.account, region: signal.region };
  const policy = await environment.policyFor(cluster, trouble.name);
  if (policy.mode === 'off') return 'off';
  const about = { trouble: trouble.name, cluster };
  const decision = await decideTrigger(trouble, environment, ledger, signal, { ...about, policy });
  if (decision.do === 'nothing') return 'below-trigger';
  const { isExpected, keepsNewest } = trouble;
  const { disposition, incident } = await ledger.accept(signal, {
    ...about,
    ...(isExpected && { isExpected }),
    ...(keepsNewest && { keepsNewest }),
  });
  if (disposition !== 'late') await noteSignal(ledger, incident, signal, disposition);
  if (incident.status === 'closed') return disposition;
  if (decision.do === 'look-again') await postpone(ledger, incident, decision.at);
  else await ensureRun(environment, ledger, await release(ledger, incident));
  // Last: counting never holds up a run.
  if (disposition !== 'late' && trouble.wentBad?.(incident, signal) === true) {
    const at = Math.min(signal.occurredAt, environment.ports.clock.now());
    const bad = { subject: signal.subject.id, at, ...(zone !== undefined && { zone }) };
    await noteWentBad(environment.ports.table, cluster, bad);
  }
  return disposition;
}

async function decideTrigger<F, P>(
  trouble: Trouble<F, P>,
  environment: Environment,
  ledger: Ledger,
  signal: Signal,
  about: { trouble: string; cluster: ClusterRef; policy: TroublePolicy },
): Promise<TriggerDecision> {
  if (trouble.trigger === undefined) return { do: 'open' };
  const policy = trouble.policyOf(about.policy);
  const alone = trouble.trigger({ signals: [signal], policy, now: environment.ports.clock.now() });
  // What opens by itself opens whatever came before: no need to ask the ledger.
  if (alone.do === 'open') return alone;
  const known = await ledger.readIncident(incidentId(about.trouble, about.cluster, signal.subject));
  const earlier = known?.status === 'open' ? known.signals : [];
  return trouble.trigger({ signals: [...earlier, signal], policy, now: environment.ports.clock.now() });
}

/** The sweep starts it when its time has come. */
async function postpone(ledger: Ledger, incident: Incident, at: number): Promise<void> {
  if (incident.rounds > 0 || incident.notBefore !== undefined) return;
  await ledger.changeAny(incident.id, (current) => ({ ...current, notBefore: at }));
}

async function release(ledger: Ledger, incident: Incident): Promise<Incident> {
  if (incident.notBefore === undefined) return incident;
  return await ledger.changeAny(incident.id, ({ notBefore: _, ...current }) => current);
}

async function noteSignal(ledger: Ledger, incident: Incident, signal: Signal, how: string): Promise<void> {
  await ledger.rememberOwner(incident.subject, incident.cluster);
  await ledger.append(incident.id, `g${incident.generation}.signal.${signal.eventId}`, {
    kind: 'signal',
    text: `${signal.meaning} at ${isoTime(signal.occurredAt)} (event ${signal.eventId}): ${how}`,
  });
}
