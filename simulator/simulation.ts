import type { Permissions } from '../shared/actions/action.ts';
import { MINUTE_MS } from '../shared/clock.ts';
import { NOBODY, type People } from '../shared/config/people.ts';
import type { TroublePolicy } from '../shared/config/policy.ts';
import type { Incident } from '../shared/incident/incident.ts';
import { Ledger } from '../shared/incident/ledger.ts';
import { type Log, silentLog } from '../shared/log.ts';
import { recordingMetrics } from '../shared/metrics.ts';
import type { Environment } from '../shared/pipeline/environment.ts';
import { receiver } from '../shared/pipeline/receive.ts';
import { remediation } from '../shared/pipeline/remediate.ts';
import { type SweepReport, sweeper } from '../shared/pipeline/sweep.ts';
import type { Trouble } from '../shared/pipeline/trouble.ts';
import type { ClusterRef } from '../shared/ports/kubernetes.ts';
import type { Queue } from '../shared/ports/messages.ts';
import { MemoryWorkflows } from '../shared/workflow/memory.ts';
import type { CloudEvent } from './events.ts';
import type { FaultPlan } from './faults.ts';
import type { Lane } from './lane.ts';
import { type LaneName, TroubleLanes } from './lanes.ts';
import { gateOf, simulatedPorts } from './ports.ts';
import { Process } from './process.ts';
import { SimulatedNotifier } from './slack-notifier.ts';
import type { World } from './world.ts';

export interface SimulationOptions {
  world: World;
  troubles: readonly Trouble[];
  policyFor(cluster: ClusterRef, trouble: string): TroublePolicy;
  /** Default: nobody is told in Slack, and there is no notifier. */
  people?: () => People;
  faults?: FaultPlan;
  log?: Log;
  /** Answers true for an event that never reaches a lane; best-effort delivery loses some. */
  loses?: (event: CloudEvent) => boolean;
}

const REMEDIATE = 'remediate';
const SWEEP_TIME_MS = 4 * MINUTE_MS;

/**
 * The deployed system around a simulated world: the queue, a fresh process for every invocation of receive,
 * remediate and sweep, and the durable executions. What runs inside is the code that runs in Lambda.
 */
export class Simulation {
  readonly world: World;
  readonly metrics = recordingMetrics();
  readonly workflows: MemoryWorkflows;
  readonly ledger: Ledger;
  /** Apart from everything else: a run is settled whatever Slack still has to be told. */
  readonly notifier: SimulatedNotifier | undefined;
  readonly #options: SimulationOptions;
  readonly #lanes = new Map<string, TroubleLanes>();

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.world = options.world;
    const { clock, table } = options.world;
    this.ledger = new Ledger(table, clock);
    this.workflows = new MemoryWorkflows({
      clock,
      functions: Object.fromEntries(
        options.troubles.map((trouble) => [remediateName(trouble.name), () => this.#remediator(trouble)]),
      ),
    });
    for (const trouble of options.troubles) {
      const lanes = new TroubleLanes(trouble, { clock, consumer: () => this.#consumer(trouble) });
      this.#lanes.set(trouble.name, lanes);
    }
    this.notifier = this.#notifierOf(options);
    options.world.onEvent((event) => {
      if (options.loses?.(event) !== true) this.#route(event);
    });
  }

  /** Puts bodies on a trouble's queues as they are, whatever they are, as the rules would route them. */
  send(trouble: string, ...bodies: string[]): void {
    this.#lanesOf(trouble).send(bodies);
  }

  lane(trouble: string, name: LaneName = 'notice'): Lane {
    return this.#lanesOf(trouble)[name];
  }

  /** Lets time go on until no message is on its way and no execution runs. */
  async settle(limitMs = 60 * MINUTE_MS): Promise<void> {
    await this.world.clock.runUntil(() => this.isSettled(), { limitMs });
  }

  isSettled(): boolean {
    const isIdle = [...this.#lanes.values()].every((lanes) => lanes.pending === 0);
    return isIdle && !this.workflows.isRunning;
  }

  /** One run of the sweep, in a process of its own; undefined if a fault killed it. */
  async sweep(): Promise<SweepReport | undefined> {
    const process = new Process('sweep');
    const hints = this.notifier?.hints(process);
    const sweep = sweeper(this.#options.troubles, this.environment(process), hints);
    const died = process.dead.then(() => undefined);
    return await this.world.clock.run(Promise.race([sweep(() => SWEEP_TIME_MS), died]));
  }

  /** What a process of this deployment knows and may touch. */
  environment(process: Process): Environment {
    const { world, faults, policyFor, people = () => NOBODY, log } = this.#options;
    const allowed = declaredBy(this.#options.troubles);
    const ports = simulatedPorts(world, {
      durable: this.workflows,
      process,
      allowed,
      ...(faults === undefined ? {} : { faults }),
    });
    const { account, region } = world.spec;
    return {
      ports: { ...ports, queue: this.#queue(ports.queue) },
      log: log ?? silentLog,
      metrics: this.metrics,
      policyFor: async (cluster, trouble) => policyFor(cluster, trouble),
      people: async () => people(),
      configuredClusters: async () => [...world.clusters.keys()],
      home: { account, region },
      remediateFunction: remediateName,
    };
  }

  /** Every incident there is, in order of opening. */
  async incidents(): Promise<Incident[]> {
    const ids = new Set(
      this.workflows.executions().map((execution) => execution.name.replace(/-g\d+-a\d+$/, '')),
    );
    const found = await this.world.clock.run(Promise.all([...ids].map((id) => this.ledger.readIncident(id))));
    return found.filter((incident) => incident !== undefined);
  }

  /** The recorded queue, with visibility changes reaching the lanes. */
  #queue(queue: Queue): Queue {
    return {
      park: (parked) => queue.park(parked),
      retryAfter: async (receiptHandle, delaySeconds) => {
        await queue.retryAfter(receiptHandle, delaySeconds);
        for (const lanes of this.#lanes.values()) lanes.retryAfter(receiptHandle, delaySeconds);
      },
    };
  }

  #route(event: CloudEvent): void {
    for (const lanes of this.#lanes.values()) {
      lanes.laneOf(event.source, event['detail-type'])?.send(JSON.stringify(event));
    }
  }

  #lanesOf(trouble: string): TroubleLanes {
    const lanes = this.#lanes.get(trouble);
    if (lanes === undefined) throw new Error(`no trouble "${trouble}" in this simulation`);
    return lanes;
  }

  #consumer(trouble: Trouble) {
    const process = new Process('receive');
    return { receive: receiver(trouble, this.environment(process)), dead: process.dead };
  }

  #notifierOf({ world, troubles, people, faults }: SimulationOptions): SimulatedNotifier | undefined {
    if (people === undefined) return undefined;
    return new SimulatedNotifier({
      world,
      troubles,
      people,
      environment: (process) => this.environment(process),
      gate: (process) => gateOf(world, { process, ...(faults === undefined ? {} : { faults }) }),
    });
  }

  #remediator(trouble: Trouble) {
    const process = new Process('remediate');
    return { run: remediation(trouble, this.environment(process)), dead: process.dead };
  }
}

function remediateName(trouble: string): string {
  return `${trouble}-${REMEDIATE}`;
}

/** What the deployed roles allow: reads, sweeps and actions of the troubles, and what the pipeline itself reads. */
function declaredBy(troubles: readonly Trouble[]): Permissions {
  const all = troubles.flatMap((trouble) => [
    trouble.reads,
    ...(trouble.sweeps === undefined ? [] : [trouble.sweeps]),
    ...trouble.actions.map((action) => action.permissions),
  ]);
  return {
    aws: [...new Set([...all.flatMap(({ aws }) => aws), ...PIPELINE_AWS])],
    kubernetes: [...new Set(all.flatMap(({ kubernetes }) => kubernetes))],
  };
}

/**
 * What every receive may do to find an owner, that of throttled calls to find whose a role is, and that of volumes to
 * find what a composite alarm is about.
 */
const PIPELINE_AWS = [
  'cloudwatch:DescribeAlarms',
  'ec2:DescribeInstances',
  'ec2:DescribeVolumes',
  'eks:DescribeAccessEntry',
  'eks:DescribeAddon',
  'eks:DescribeCluster',
  'eks:DescribeNodegroup',
  'eks:DescribePodIdentityAssociation',
  'eks:ListAccessEntries',
  'eks:ListAddons',
  'eks:ListClusters',
  'eks:ListNodegroups',
  'eks:ListPodIdentityAssociations',
] as const;
