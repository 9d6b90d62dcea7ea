// Loaded on demand in the product: a virtual clock does not wait for the disk.
import '../../functions/api-throttling/cni/addon-text.ts';
import { TROUBLE } from '../../functions/api-throttling/events.ts';
import { apiThrottling } from '../../functions/api-throttling/index.ts';
import { MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import type { Mode } from '../../shared/config/policy.ts';
import { answerQuestions } from '../../shared/incident/answers.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { Trouble } from '../../shared/pipeline/trouble.ts';
import type { FaultPlan } from '../../simulator/faults.ts';
import { Simulation } from '../../simulator/simulation.ts';
import { type World, worldOf } from '../../simulator/world.ts';
import type { WorldInput } from '../../simulator/world-file.ts';
import { defaultRules } from '../support/policy.ts';
import { callBody, defaults, found, type Run } from './support.ts';

const IMAGE = '602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon-k8s-cni:v1.19.4-eksbuild.1';
const USER_AGENT = 'aws-sdk-go-v2/1.41.1 api/ec2#1.285.0 amazon-vpc-cni-k8s/v1.19.4';

type Workload = NonNullable<NonNullable<WorldInput['clusters'][number]>['workloads']>[number];

export interface CniOptions {
  mode?: Mode;
  nodes?: number;
  /** Of aws-node. */
  env?: Record<string, string>;
  object?: Workload['object'];
  faults?: FaultPlan;
}

/** A cluster of twenty nodes with ten pods each and an aws-node that is as it comes out of the box. */
export function cniWorld({ nodes = 20, env = {}, object }: CniOptions = {}): World {
  const awsNode: Workload = {
    name: 'aws-node',
    namespace: 'kube-system',
    kind: 'DaemonSet',
    hostNetwork: true,
    image: IMAGE,
    env: { WARM_ENI_TARGET: '1', ...env },
    maxUnavailable: '10%',
    ready: '5s',
    shutdown: '1s',
    ...(object === undefined ? {} : { object }),
  };
  const app: Workload = { name: 'app', namespace: 'web', replicas: nodes * 10 };
  return worldOf({
    clusters: [
      {
        name: 'prod',
        groups: [{ name: 'workers', kind: 'self-managed', lifecycle: 'on-demand', count: nodes }],
        workloads: [awsNode, app],
      },
    ],
  });
}

export interface CniRun extends Run {
  setMode(mode: Mode): void;
}

export function cniRun(options: CniOptions = {}, world = cniWorld(options)): CniRun {
  const current = { mode: options.mode ?? 'auto' };
  const simulation = new Simulation({
    world,
    troubles: [apiThrottling as unknown as Trouble],
    policyFor: () => ({
      mode: current.mode,
      modeRule: 'test',
      configHash: 'test',
      ...defaultRules,
      section: { ...defaults },
    }),
    ...(options.faults === undefined ? {} : { faults: options.faults }),
  });
  return {
    world,
    simulation,
    setMode: (mode) => {
      current.mode = mode;
    },
  };
}

/** `count` refused calls of the VPC CNI of this cluster's nodes, over the last minute and a half. */
export function cniCalls({ world }: Run, count: number, tag = 'a'): string[] {
  const ids = [...world.fleet.instances.values()].map(({ id }) => id);
  const start = world.clock.now() - 90 * SECOND_MS;
  return Array.from({ length: count }, (_, index) =>
    callBody({
      id: `${tag}${index}`,
      at: start + (index % 60) * SECOND_MS,
      api: 'AttachNetworkInterface',
      role: 'prod-node',
      session: ids[index % ids.length] ?? '',
      userAgent: USER_AGENT,
    }),
  );
}

/** The storm begins, and the incident is open. */
export async function storm(run: Run, count = 60): Promise<void> {
  await run.world.clock.advance(10 * MINUTE_MS);
  run.simulation.send(TROUBLE, ...cniCalls(run, count));
  await run.world.clock.advance(30 * SECOND_MS);
}

export async function theIncident(run: Run): Promise<Incident> {
  const [incident, ...others] = await found(run);
  if (incident === undefined || others.length > 0) throw new Error(`${others.length + 1} incidents`);
  return incident;
}

/** A person answers the newest open question, and wakes the run. */
export async function answer(run: Run, decision: 'approved' | 'denied', people = ['ana', 'ben']) {
  for (const by of people) {
    const { id } = await theIncident(run);
    const given = { decision, by } as const;
    const result = await answerQuestions(run.simulation.ledger, run.world.clock, id, given);
    if (result.result === 'recorded' && result.callbackId !== undefined) {
      await run.simulation.workflows.wake(result.callbackId, 'answer');
    }
  }
}

/** The live variables of aws-node. */
export function liveEnv({ world }: Run): Record<string, string | undefined> {
  const daemonSet = world.clusters.get('prod')?.cluster.daemonSets.get('kube-system/aws-node');
  const env = daemonSet?.spec.template.spec?.containers[0]?.env ?? [];
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
}

/** Calls that changed, or tried to change, something, in order: `method at minute`. */
export function changes({ world }: Run): { method: string; at: number; args: readonly unknown[] }[] {
  return world.calls.mutations().map(({ method, at, args }) => ({ method, at, args }));
}
