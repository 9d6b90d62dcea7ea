import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubernetesPermission } from '../../shared/actions/action.ts';
import type { Kubernetes } from '../../shared/ports/kubernetes.ts';
import { GROUP_LABEL } from '../../simulator/pod-object.ts';
import { simulatedPorts } from '../../simulator/ports.ts';
import { type World, worldOf } from '../../simulator/world.ts';
import { DEMO, demoCluster, noDurable } from '../simulator/harness.ts';
import type { Role, Setting, Stage, Theatre, Workload } from './kubernetes-stage.ts';

const NAMESPACE = 'contract';
const GROUP = 'workers';
const ROLE_KINDS = new Set(['ClusterRole', 'Role']);
const RBAC = resolve(import.meta.dirname, '../../deploy/kubernetes/rbac.yaml');

/** A world of its own for each case. */
export function simulatedTheatre(): Theatre {
  return {
    stage: async (setting) => stageOn(worldFor(setting)),
    clear: async () => {},
    close: async () => {},
  };
}

function worldFor({ nodes = 1, workloads = [], budgets = [] }: Setting): World {
  const group = { name: GROUP, kind: 'self-managed' as const, count: nodes, podsPerNode: 700 };
  const cluster = demoCluster({
    // Nobody replaces what a case loses.
    groups: [{ ...group, replaceUnhealthy: false }],
    volumeAttributesClasses: [],
    workloads: workloads.map(workloadFor),
    budgets: budgets.map((budget) => ({ ...budget, namespace: NAMESPACE })),
  });
  return worldOf({ clusters: [cluster] });
}

function workloadFor({
  shutdownSeconds = 1,
  startupSeconds = 1,
  unready = false,
  system = false,
  ...workload
}: Workload) {
  const shutdown = `${shutdownSeconds}s`;
  const unreadyPods = unready ? (workload.replicas ?? 1) : 0;
  const namespace = system ? 'kube-system' : NAMESPACE;
  return { ...workload, namespace, shutdown, ready: `${startupSeconds}s`, unready: unreadyPods };
}

function stageOn(world: World): Stage {
  return {
    namespace: NAMESPACE,
    nodes: world.nodes().map(({ name }) => name),
    nodeSelector: `${GROUP_LABEL}=${GROUP}`,
    as: async (role) => {
      const allowed = { aws: ['eks:DescribeCluster' as const], kubernetes: grantedTo(role) };
      const ports = simulatedPorts(world, { durable: noDurable, allowed });
      return driven(world, await world.clock.run(ports.kubernetes.connect(DEMO)));
    },
    now: () => world.clock.now(),
    report: async ({ reason, pod, count }) => {
      const about = { kind: 'Pod', namespace: NAMESPACE, name: pod };
      world.runtime(DEMO.name).events.record({ reason, message: 'as reported', about, count });
    },
    breakNext: async () => world.runtime(DEMO.name).daemonSets.breakNext('kube-system/aws-node'),
    pass: (ms) => world.clock.advance(ms),
    beforeObserved: async (budget, maxUnavailable, work) => {
      world.runtime(DEMO.name).budgets.change(`${NAMESPACE}/${budget}`, { maxUnavailable });
      await work();
    },
    silence: async (node) => {
      world.fleet.machines.silence(world.instance(node).id);
      const isNotReady = () => world.nodes().some((each) => each.name === node && each.node === 'not-ready');
      await world.clock.runUntil(isNotReady);
    },
  };
}

/** Every call moves time until it is answered; one after the other, because time has one driver. */
function driven(world: World, kubernetes: Kubernetes): Kubernetes {
  let running: Promise<unknown> = Promise.resolve();
  return new Proxy(kubernetes, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name);
      if (name === 'serverAheadMs' || typeof method !== 'function') return method;
      return (...args: unknown[]) => {
        const turn = running.then(() =>
          world.clock.run(Promise.resolve(Reflect.apply(method, target, args))),
        );
        running = turn.catch(() => undefined);
        return turn;
      };
    },
  });
}

interface Manifest {
  kind: string;
  metadata: { name: string };
  rules?: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
}

function grantedTo(role: Role): KubernetesPermission[] {
  const manifests = parseAllDocuments(readFileSync(RBAC, 'utf8')).map(
    (each) => each.toJS() as Manifest | null,
  );
  // The simulator itself narrows what the Role grants to the object that it names.
  const rules = manifests
    .filter((each) => each !== null && ROLE_KINDS.has(each.kind) && each.metadata.name === role)
    .flatMap((each) => each?.rules ?? []);
  return rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}` as const)),
    ),
  );
}
