import { TROUBLE } from '../../../functions/api-throttling/events.ts';
import { apiThrottling } from '../../../functions/api-throttling/index.ts';
import type { ApiThrottlingPolicy } from '../../../functions/api-throttling/policy.ts';
import { type EpochMs, MINUTE_MS, SECOND_MS } from '../../../shared/clock.ts';
import type { Incident } from '../../../shared/incident/incident.ts';
import type { Finding } from '../../../shared/incident/plan.ts';
import type { Trouble } from '../../../shared/pipeline/trouble.ts';
import type { FaultPlan } from '../../../simulator/faults.ts';
import { Simulation } from '../../../simulator/simulation.ts';
import { worldOf } from '../../../simulator/world.ts';
import { defaultRules } from '../../support/policy.ts';
import { callBody, defaults, type Run } from '../support.ts';

/** What each controller of a cluster calls, and how it says its name. */
const CONTROLLERS = {
  'vpc-cni': {
    api: 'AssignPrivateIpAddresses',
    userAgent: 'aws-sdk-go-v2/1.41.1 amazon-vpc-cni-k8s/v1.21.1',
  },
  karpenter: { api: 'CreateFleet', userAgent: 'aws-sdk-go-v2/1.41.1 karpenter.sh-1.9.0' },
  'ebs-csi': { api: 'AttachVolume', userAgent: 'aws-sdk-go-v2/1.41.1 exec-env/aws-ebs-csi-driver-v1.50.1' },
  'cluster-autoscaler': {
    api: 'SetDesiredCapacity',
    userAgent: 'aws-sdk-go-v2/1.41.1 cluster-autoscaler/v1.33.0',
    service: 'autoscaling',
  },
} as const;

export type Controller = keyof typeof CONTROLLERS;

interface Options {
  faults?: FaultPlan;
  policy?: ApiThrottlingPolicy;
  /** How far the API servers' clocks are ahead. */
  ahead?: string;
}

/** One cluster each, with Karpenter's nodes and a managed group that may grow. */
export function stage(
  clusters: readonly string[] = ['prod'],
  { faults, policy = defaults, ahead = '0s' }: Options = {},
): Run {
  const world = worldOf({
    clusters: clusters.map((name) => ({
      name,
      ahead,
      groups: [
        { name: `${name}-pool`, kind: 'karpenter' as const, count: 3 },
        { name: `${name}-managed`, kind: 'managed' as const, count: 3, max: 100 },
      ],
    })),
  });
  const simulation = new Simulation({
    world,
    troubles: [apiThrottling] as unknown as readonly Trouble[],
    policyFor: () => ({
      ...{ mode: 'observe' as const, modeRule: 'test', configHash: 'test' },
      ...defaultRules,
      section: { ...policy },
    }),
    ...(faults === undefined ? {} : { faults }),
  });
  return { world, simulation };
}

export interface Burst {
  cluster?: string;
  count?: number;
  /** When the first of them was made; default a minute and a half ago. */
  from?: EpochMs;
  /** Tells calls of one controller apart from others of the same. */
  tag?: string;
}

/** Throttled calls of a controller from a node of its cluster, a second apart within a minute. */
export function burst({ world }: Run, who: Controller | string, of: Burst = {}): string[] {
  const { cluster = 'prod', count = 40, tag = '' } = of;
  const from = of.from ?? world.clock.now() - 90 * SECOND_MS;
  const session = world.instance(`${cluster}-pool/0`).id;
  const known: { api: string; userAgent: string; service?: string } =
    who in CONTROLLERS
      ? CONTROLLERS[who as Controller]
      : { api: 'DescribeInstances', userAgent: 'Boto3/1.40.1' };
  const { service, ...call } = known;
  const role = who in CONTROLLERS ? 'node' : who;
  return Array.from({ length: count }, (_, index) => {
    const at = from + (index % 60) * SECOND_MS;
    const body = callBody({ id: `${cluster}-${who}-${tag}-${index}`, at, role, session, ...call });
    return service === undefined ? body : body.replaceAll('ec2.amazonaws.com', `${service}.amazonaws.com`);
  });
}

export async function deliver(run: Run, bodies: readonly string[], ms = 30 * SECOND_MS): Promise<void> {
  run.simulation.send(TROUBLE, ...bodies);
  await run.world.clock.advance(ms);
}

export async function incidents(run: Run): Promise<Incident[]> {
  return await run.simulation.incidents();
}

/** `cluster subject status: causes`, in order. */
export async function shown(run: Run): Promise<string[]> {
  const found = await incidents(run);
  return found
    .map(({ cluster, subject, status, signals }) => {
      const causes = [...new Set(signals.map(({ data }) => String(data['cause'])))].toSorted();
      return `${cluster.name} ${subject.id} ${status}: ${causes.join(' ')}`;
    })
    .toSorted((left, right) => (left < right ? -1 : 1));
}

/** Karpenter launches so many nodes now. */
export function launchPool({ world }: Run, cluster: string, count: number): void {
  const { groups, scaling } = world.fleet;
  const pool = groups.find(({ spec }) => spec.name === `${cluster}-pool`);
  if (pool === undefined) throw new Error(`no pool in ${cluster}`);
  for (let index = 0; index < count; index++) scaling.launch(pool, '');
}

/** The name of the Auto Scaling group behind the managed group. */
export function asgOf({ world }: Run, cluster: string): string {
  return world.fleet.groups.find(({ spec }) => spec.name === `${cluster}-managed`)?.asg ?? '';
}

/** Events about so many pods. */
export function failPods({ world }: Run, reason: string, message: string, count: number): void {
  for (let index = 0; index < count; index++) {
    const about = { kind: 'Pod', namespace: 'web', name: `api-${index}` };
    world.runtime('prod').events.record({ reason, message, about });
  }
}

/** What the control plane publishes, of this minute. */
export function publish({ world }: Run, name: string, value: number, cluster = 'prod'): void {
  world.usage.put({ namespace: 'AWS/EKS', name, dimensions: { ClusterName: cluster } }, value);
}

/** The finding about what else happened in the same minutes. */
export function burstFinding(incident: Incident | undefined): Finding {
  const found = incident?.plan?.findings.find(({ evidence }) =>
    /^(throttling began|unknown:)/.test(evidence[0] ?? ''),
  );
  if (found === undefined) throw new Error('no finding about a burst');
  return found;
}

export async function later(run: Run, minutes: number): Promise<void> {
  await run.world.clock.advance(minutes * MINUTE_MS);
}
