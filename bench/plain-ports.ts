import { NOBODY } from '../shared/config/people.ts';
import { PortError } from '../shared/errors.ts';
import { silentLog } from '../shared/log.ts';
import type { Metrics } from '../shared/metrics.ts';
import type { Environment } from '../shared/pipeline/environment.ts';
import type { Durable } from '../shared/ports/durable.ts';
import type { Ec2, Instance } from '../shared/ports/ec2.ts';
import type { Ports } from '../shared/ports/index.ts';
import { MemoryTable } from '../simulator/table.ts';
import { defaultPolicies, HOME } from './setup.ts';
import { Tally } from './statistics.ts';
import type { Traffic } from './traffic.ts';

/** What one run left behind. `calls` by `port.method`, `dispositions` as the pipeline counts them. */
export interface Traces {
  calls: Tally;
  dispositions: Tally;
  /** Names of the executions started. */
  started: Set<string>;
}

export interface PlainEnvironment {
  environment: Environment;
  traces: Traces;
}

const NOW = Date.UTC(2026, 10, 3, 14, 2);
const policies = defaultPolicies();

/** Ports that answer at once and from memory, so that what is timed is the pipeline's own code. */
export function plainEnvironment(traffic: Traffic): PlainEnvironment {
  const traces: Traces = { calls: new Tally(), dispositions: new Tally(), started: new Set() };
  const environment: Environment = {
    ports: portsOf(traffic, traces),
    log: silentLog,
    metrics: tallied(traces.dispositions),
    policyFor: async (cluster, trouble) => policies(cluster, trouble),
    people: async () => NOBODY,
    configuredClusters: async () => ['demo'],
    home: HOME,
    remediateFunction: (trouble) => `${trouble}-remediate`,
  };
  return { environment, traces };
}

function portsOf(traffic: Traffic, { calls, started }: Traces): Ports {
  return {
    clock: { now: () => NOW, sleep: async () => {} },
    ec2: counted('ec2', ec2Of(traffic), calls),
    eks: counted('eks', refusing('eks'), calls),
    autoscaling: counted('autoscaling', refusing('autoscaling'), calls),
    quotas: counted('quotas', refusing('quotas'), calls),
    usage: counted('usage', refusing('usage'), calls),
    volumes: counted('volumes', refusing('volumes'), calls),
    alarms: counted('alarms', refusing('alarms'), calls),
    kubernetes: counted('kubernetes', refusing('kubernetes'), calls),
    table: counted('table', new MemoryTable(), calls),
    durable: counted('durable', durableInto(started), calls),
    topic: counted('topic', refusing('topic'), calls),
    queue: counted('queue', { park: async () => {}, retryAfter: async () => {} }, calls),
  };
}

function ec2Of({ foreign, ours }: Traffic): Ec2 {
  const instances = new Map([
    ...foreign.map((id) => [id, instance(id, { Name: 'batch' })] as const),
    ...ours.map((id) => [id, instance(id, { 'kubernetes.io/cluster/demo': 'owned' })] as const),
  ]);
  return {
    describeInstances: async (ids) => ids.flatMap((id) => instances.get(id) ?? []),
    terminateInstances: async () => {},
    describeInstanceTypes: async () => [],
    describeSubnets: async () => [],
  };
}

function instance(id: string, tags: Record<string, string>): Instance {
  return { id, state: 'running', type: 'm6i.xlarge', zone: 'eu-west-1a', lifecycle: 'spot', tags };
}

function durableInto(started: Set<string>): Durable {
  return {
    start: async (_name, execution) => {
      started.add(execution);
    },
    wake: async () => 'gone',
    status: async () => 'running',
  };
}

/** Counts every call of a port's methods. */
function counted<T extends object>(port: string, target: T, calls: Tally): T {
  return new Proxy(target, {
    get(from, name) {
      const value: unknown = Reflect.get(from, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        calls.add(`${port}.${String(name)}`);
        return Reflect.apply(value, from, args);
      };
    },
  });
}

/** A port intake has no business with here: any call fails its record, and with it the run. */
function refusing<T extends object>(port: string): T {
  const refuse = async (): Promise<never> => {
    throw new PortError('invalid', 'not part of this benchmark', { operation: port });
  };
  return new Proxy({} as T, { get: () => refuse });
}

function tallied(dispositions: Tally): Metrics {
  return {
    count: (_name, dimensions, value = 1) => dispositions.add(dimensions['disposition'] ?? '', value),
    latency: () => {},
    flush: () => {},
  };
}
