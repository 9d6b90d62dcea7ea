import type { Permissions } from '../../shared/actions/action.ts';
import { failureKind } from '../../shared/errors.ts';
import type { Durable } from '../../shared/ports/durable.ts';
import type { Ports } from '../../shared/ports/index.ts';
import type { Kubernetes, Pod, PodRef } from '../../shared/ports/kubernetes.ts';
import { FaultPlan, type FaultRuleInput } from '../../simulator/faults.ts';
import { simulatedPorts } from '../../simulator/ports.ts';
import { Process } from '../../simulator/process.ts';
import { type World, worldOf } from '../../simulator/world.ts';
import type { WorldInput } from '../../simulator/world-file.ts';

export type ClusterInput = WorldInput['clusters'][number];

export const noDurable: Durable = {
  start: async () => {},
  wake: async () => 'gone',
  status: async () => 'not-found',
};

export const DEMO = { name: 'demo', account: '210987654321', region: 'eu-west-1' };

/** A cluster `demo` with three self-managed Spot nodes. */
export function demoCluster(parts: Partial<ClusterInput> = {}): ClusterInput {
  const workers = { name: 'workers', kind: 'self-managed' as const, lifecycle: 'spot' as const, count: 3 };
  return { name: 'demo', groups: [workers], ...parts };
}

export interface Bench {
  world: World;
  ports: Ports;
  process: Process;
  kubernetes: Kubernetes;
  /** Drives time until the work is done. */
  run<T>(work: Promise<T>): Promise<T>;
}

export interface BenchOptions {
  faults?: FaultRuleInput[];
  seed?: number;
  allowed?: Permissions;
}

/** A world with one process on it that has connected to its cluster. */
export async function bench(input: WorldInput, options: BenchOptions = {}): Promise<Bench> {
  const world = worldOf(input);
  const process = new Process();
  const faults = new FaultPlan(options.faults, options.seed);
  const { allowed } = options;
  const ports = simulatedPorts(world, {
    durable: noDurable,
    faults,
    process,
    ...(allowed ? { allowed } : {}),
  });
  const kubernetes = await world.clock.run(ports.kubernetes.connect(DEMO));
  return { world, ports, process, kubernetes, run: (work) => world.clock.run(work) };
}

export function refOf(pod: Pod | undefined): PodRef {
  const { namespace, name, uid } = pod?.metadata ?? {};
  if (namespace === undefined || name === undefined || uid === undefined) throw new Error('no such pod');
  return { namespace, name, uid };
}

export async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    return failureKind(error);
  }
}
