import { isoTime, SECOND_MS } from '../clock.ts';
import { describeFailure } from '../errors.ts';
import type { Incident } from '../incident/incident.ts';
import { Ledger } from '../incident/ledger.ts';
import { sha256Hex } from '../incident/step-key.ts';
import { readStop } from '../incident/stop-switch.ts';
import { rememberTold, untold } from '../incident/told.ts';
import { nudgeNotifier } from '../notify/nudge.ts';
import type { HintQueue } from '../ports/notifier.ts';
import type { Environment } from './environment.ts';
import { findLost } from './find-lost.ts';
import { heal } from './heal.ts';
import { openOrJoin } from './open.ts';
import { inPool } from './pool.ts';
import type { Trouble } from './trouble.ts';

const PARALLEL = 8;
/** Kept for telling people what was not reached. */
const TIME_RESERVE_MS = 30 * SECOND_MS;

export interface SweepReport {
  open: number;
  /** What was found and done, one line each. */
  lines: string[];
}

/**
 * Constant work, whatever happened: every unfinished incident has a live run, every lost wake is sent again,
 * what people did not hear is announced, the notifier (whose queue `hints` is) is told what it forgot, and each
 * trouble looks after its own leftovers in every cluster. One part's failure never hides the others.
 */
export function sweeper(troubles: readonly Trouble[], environment: Environment, hints?: HintQueue) {
  return async (remainingMs: () => number): Promise<SweepReport> => {
    const lines: string[] = [];
    const ledger = new Ledger(environment.ports.table, environment.ports.clock);
    const isOnTime = () => remainingMs() > TIME_RESERVE_MS;
    const open = await guarded(lines, 'open incidents', () => ledger.listOpen(), undefined);
    await inPool(open ?? [], PARALLEL, async ({ id }) => {
      if (!isOnTime()) lines.push(`${id}: not looked at, the sweep ran out of time`);
      else await guarded(lines, id, () => heal(environment, ledger, id, lines), undefined);
    });
    if (hints !== undefined) {
      await guarded(lines, 'notifier', () => nudgeNotifier(environment, hints, open ?? []), undefined);
    }
    // However much is found, the clusters that come after it keep their time.
    const half = remainingMs() / 2;
    const isEarly = () => isOnTime() && remainingMs() > half;
    for (const trouble of troubles) {
      const work = async () => lines.push(...(await findLost(trouble, environment, ledger, isEarly)));
      await guarded(lines, `${trouble.name}: what no event told of`, work, 0);
    }
    await sweepClusters(troubles, environment, ledger, { lines, isOnTime, open: open ?? [] });
    const isHeard = await tellPeople(environment, lines);
    // A sweep that could not see its work or tell of it is not a heartbeat: the alarm on its absence must fire.
    if (open !== undefined && isHeard) environment.metrics.count('Heartbeat', {});
    environment.metrics.flush();
    return { open: open?.length ?? 0, lines };
  };
}

async function guarded<T>(lines: string[], what: string, work: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    lines.push(`${what}: ${describeFailure(error)}`);
    return otherwise;
  }
}

async function sweepClusters(
  troubles: readonly Trouble[],
  environment: Environment,
  ledger: Ledger,
  { lines, isOnTime, open }: { lines: string[]; isOnTime: () => boolean; open: readonly Incident[] },
): Promise<void> {
  const names = await clusterNames(environment, lines);
  await inPool(names, PARALLEL, async (name) => {
    for (const trouble of troubles) {
      const what = `${trouble.name} in ${name}`;
      if (!isOnTime()) lines.push(`${what}: not swept, the sweep ran out of time`);
      else {
        const ofThis = open.filter(
          ({ cluster, trouble: of }) => cluster.name === name && of === trouble.name,
        );
        const work = async () => lines.push(...(await sweepOne(trouble, environment, ledger, name, ofThis)));
        await guarded(lines, what, work, 0);
      }
    }
  });
}

async function clusterNames(environment: Environment, lines: string[]): Promise<string[]> {
  const configured = await environment.configuredClusters();
  const listed = await guarded(lines, 'clusters', () => environment.ports.eks.listClusters(), []);
  return [...new Set([...configured, ...listed])];
}

async function sweepOne(
  trouble: Trouble,
  environment: Environment,
  ledger: Ledger,
  name: string,
  openIncidents: readonly Incident[],
): Promise<string[]> {
  if (trouble.sweep === undefined) return [];
  const cluster = { name, ...environment.home };
  const policy = await environment.policyFor(cluster, trouble.name);
  return await trouble.sweep({
    ports: environment.ports,
    cluster,
    policy: trouble.policyOf(policy),
    mode: policy.mode,
    openIncidents,
    readIncident: (id) => ledger.readIncident(id),
    open: (signal) => openOrJoin(trouble, environment, ledger, signal, { name }),
    authorise: (id, what) => authorise(environment, ledger, id, what),
  });
}

/** Anything but a clear switch: no. The same intent on one day is one line. */
async function authorise(
  environment: Environment,
  ledger: Ledger,
  id: string,
  what: string,
): Promise<boolean> {
  const { table, clock } = environment.ports;
  if ((await readStop(table)).state !== 'clear') return false;
  const day = isoTime(clock.now()).slice(0, 10);
  await ledger.append(id, `sweep.${day}.${sha256Hex(what).slice(0, 12)}`, {
    kind: 'intent',
    text: what,
    by: 'sweep',
  });
  return true;
}

/**
 * The same finding is told once a day, however often it is found, and only counts as told once SNS has it. When
 * the ledger cannot say what was told, everything is told again. False: nobody could be told.
 */
async function tellPeople(environment: Environment, lines: readonly string[]): Promise<boolean> {
  for (const line of lines) environment.log.warn('sweep', { line });
  const { table, topic, clock } = environment.ports;
  const news = await guarded([], 'told', () => untold(table, lines, clock.now()), lines);
  if (news.length === 0) return true;
  try {
    await topic.publish({
      subject: `SWEEP ${environment.home.region}: ${news.length} finding${news.length === 1 ? '' : 's'}`,
      body: [`Sweep at ${isoTime(clock.now())} found:`, ...news.map((line) => `  - ${line}`)].join('\n'),
      attributes: { stage: 'sweep', severity: 'warning' },
    });
  } catch (error) {
    environment.log.error('sweep report not published', { why: describeFailure(error) });
    return false;
  }
  for (const line of news) await guarded([], 'told', () => rememberTold(table, line, clock.now()), undefined);
  return true;
}
