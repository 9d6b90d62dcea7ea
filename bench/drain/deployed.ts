import { readFile } from 'node:fs/promises';
import { wallClock } from '../../shared/clock.ts';
import { NOBODY } from '../../shared/config/people.ts';
import { PortError } from '../../shared/errors.ts';
import { silentLog } from '../../shared/log.ts';
import { recordingMetrics } from '../../shared/metrics.ts';
import type { Environment } from '../../shared/pipeline/environment.ts';
import { remediation } from '../../shared/pipeline/remediate.ts';
import type { Ec2, Instance } from '../../shared/ports/ec2.ts';
import type { Ports } from '../../shared/ports/index.ts';
import type { KubernetesAccess } from '../../shared/ports/kubernetes.ts';
import { MemoryWorkflows } from '../../shared/workflow/memory.ts';
import { MemoryTable } from '../../simulator/table.ts';
import { accessTo, REF } from '../../test/engines/kubernetes/cluster.ts';
import { defaultPolicies, HOME, TROUBLE } from '../setup.ts';

/** What one process has, all of it its own. */
export interface Deployed {
  environment: Environment;
  workflows: MemoryWorkflows;
}

/** The group that `deploy/kubernetes/rbac.yaml` gives the permissions of remediate. */
export const GROUP = 'paramedic';
const REMEDIATE = 'remediate';
/** What a call of AWS takes, in ms; as much as in simulated runs. */
const AWS_MS = 5;

/** The pipeline for one node: the product's client on a real API server, a ledger in memory, AWS answered here. */
export async function deploy(kubeconfig: string, node: string): Promise<Deployed> {
  const kubernetes = await accessBy(kubeconfig);
  const workflows = new MemoryWorkflows({
    clock: wallClock,
    functions: { [REMEDIATE]: () => ({ run: remediation(TROUBLE, environment) }) },
  });
  const policies = defaultPolicies();
  const environment: Environment = {
    ports: portsOf(kubernetes, workflows, node),
    log: silentLog,
    metrics: recordingMetrics(),
    policyFor: async (cluster, trouble) => policies(cluster, trouble),
    people: async () => NOBODY,
    configuredClusters: async () => [REF.name],
    home: HOME,
    remediateFunction: () => REMEDIATE,
  };
  return { environment, workflows };
}

function portsOf(kubernetes: KubernetesAccess, durable: Ports['durable'], node: string): Ports {
  return {
    clock: wallClock,
    ec2: remote(ec2Of(node)),
    eks: refusing('eks'),
    autoscaling: refusing('autoscaling'),
    quotas: refusing('quotas'),
    usage: refusing('usage'),
    volumes: refusing('volumes'),
    alarms: refusing('alarms'),
    kubernetes,
    table: remote(new MemoryTable()),
    durable: remote(durable),
    topic: remote({ publish: async () => {} }),
    queue: refusing('queue'),
  };
}

interface Kubeconfig {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
}

async function accessBy(kubeconfig: string): Promise<KubernetesAccess> {
  const { clusters } = JSON.parse(await readFile(kubeconfig, 'utf8')) as Kubeconfig;
  const [first] = clusters;
  if (first === undefined) throw new Error(`${kubeconfig} names no cluster`);
  const { server, 'certificate-authority-data': authority } = first.cluster;
  return accessTo(server, Buffer.from(authority, 'base64'), GROUP);
}

/** A Spot instance of the cluster, in no Auto Scaling group. */
function ec2Of(node: string): Ec2 {
  const instance: Instance = {
    id: node,
    state: 'running',
    type: 'm6i.4xlarge',
    zone: 'eu-west-1a',
    lifecycle: 'spot',
    privateDnsName: node,
    tags: { [`kubernetes.io/cluster/${REF.name}`]: 'owned' },
  };
  return {
    describeInstances: async (ids) => (ids.includes(node) ? [instance] : []),
    terminateInstances: async () => {},
    describeInstanceTypes: async () => [],
    describeSubnets: async () => [],
  };
}

/** Every call first waits as long as AWS takes. */
function remote<T extends object>(target: T): T {
  return new Proxy(target, {
    get(from, name) {
      const value: unknown = Reflect.get(from, name);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]): Promise<unknown> => {
        await wallClock.sleep(AWS_MS);
        return Reflect.apply(value, from, args);
      };
    },
  });
}

/** A port that a drain of such an instance has no business with. */
function refusing<T extends object>(port: string): T {
  const refuse = async (): Promise<never> => {
    throw new PortError('invalid', 'not part of this benchmark', { operation: port });
  };
  return new Proxy({} as T, { get: () => refuse });
}
