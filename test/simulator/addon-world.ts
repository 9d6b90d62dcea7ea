import type { Addon } from '../../shared/ports/eks.ts';
import type { DaemonSet, Kubernetes } from '../../shared/ports/kubernetes.ts';
import type { AddonOptions } from '../../simulator/addon-life.ts';
import { type Bench, bench, type ClusterInput, demoCluster } from './harness.ts';

export const CNI = { namespace: 'kube-system', name: 'aws-node' };
/** Of the chart, before anybody configured anything. */
export const CHART_ENV = { WARM_ENI_TARGET: '1', AWS_VPC_K8S_CNI_LOGLEVEL: 'DEBUG' };

const text = { type: 'string' };
/** As EKS has it: closed, with a reference into itself. */
export const SCHEMA = JSON.stringify({
  $ref: '#/definitions/VpcCni',
  definitions: {
    VpcCni: {
      type: 'object',
      additionalProperties: false,
      properties: { env: { $ref: '#/definitions/Env' }, enableNetworkPolicy: text },
    },
    Env: {
      type: 'object',
      additionalProperties: false,
      properties: {
        WARM_ENI_TARGET: text,
        WARM_IP_TARGET: text,
        MINIMUM_IP_TARGET: text,
        AWS_VPC_K8S_CNI_LOGLEVEL: text,
      },
    },
  },
});

export function config(env: Record<string, string>): string {
  return JSON.stringify({ env });
}

export function awsNode(parts: Partial<NonNullable<ClusterInput['workloads']>[number]> = {}) {
  return { ...CNI, kind: 'DaemonSet' as const, env: CHART_ENV, maxUnavailable: '10%', ...parts };
}

export interface AddonBench extends Bench {
  addon(): Promise<Addon>;
  daemonSet(): Promise<DaemonSet>;
  /** Of the live DaemonSet. */
  env(): Promise<Record<string, string>>;
  /** Sends the configuration and gives the id of the update. */
  update(configurationValues: string, token?: string): Promise<string>;
  /** How the update stands: its status, that of the add-on. */
  states(id: string): Promise<[string, string]>;
  /** A person with kubectl. */
  setByHand(name: string, value: string): Promise<void>;
}

/** A cluster of so many nodes whose VPC CNI EKS manages. */
export async function addonBench(
  options: AddonOptions & { nodes?: number; configured?: Record<string, string>; ready?: string } = {},
): Promise<AddonBench> {
  const { nodes = 3, configured, ready = '10s', ...rest } = options;
  const group = { name: 'workers', kind: 'self-managed' as const, count: nodes };
  const workload = awsNode({ env: { ...CHART_ENV, ...configured }, ready });
  const made = await bench({ clusters: [demoCluster({ groups: [group], workloads: [workload] })] });
  const configurationValues = configured === undefined ? '' : config(configured);
  const addon = { name: 'vpc-cni', version: 'v1.19.4-eksbuild.1', status: 'ACTIVE', issues: [] };
  made.world.addons.install('demo', { ...addon, configurationValues }, SCHEMA, rest);
  return { ...made, ...callsOf(made) };
}

function callsOf({ ports: { eks }, kubernetes, run }: Bench): Omit<AddonBench, keyof Bench> {
  const daemonSet = () => run(liveCni(kubernetes));
  return {
    addon: () => run(eks.describeAddon('demo', 'vpc-cni')),
    daemonSet,
    env: async () => {
      const [container] = (await daemonSet()).spec?.template.spec?.containers ?? [];
      return Object.fromEntries((container?.env ?? []).map(({ name, value = '' }) => [name, value]));
    },
    update: (configurationValues, token = 'token-1') =>
      run(eks.updateAddon({ cluster: 'demo', name: 'vpc-cni', configurationValues, token })),
    states: async (id) => {
      const { status } = await run(eks.describeAddonUpdate('demo', 'vpc-cni', id));
      return [status, (await run(eks.describeAddon('demo', 'vpc-cni'))).status];
    },
    setByHand: async (name, value) => {
      const containers: [{ name: string; env: { name: string; value: string }[] }] = [
        { name: CNI.name, env: [{ name, value }] },
      ];
      await run(kubernetes.patchDaemonSet(CNI, { spec: { template: { spec: { containers } } } }));
    },
  };
}

async function liveCni(kubernetes: Kubernetes): Promise<DaemonSet> {
  const [found] = await kubernetes.listDaemonSets({ namespace: CNI.namespace });
  if (found === undefined) throw new Error('no aws-node');
  return found;
}
