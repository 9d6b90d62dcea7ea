import type {
  CoreEvent,
  DaemonSet,
  Deployment,
  Kubernetes,
  Node,
  NodeClaim,
  Pod,
  PodDisruptionBudget,
  PodFilter,
  VolumeAttachment,
} from '../ports/kubernetes.ts';
import { inNamespace, listObjects } from './collection.ts';
import { evict } from './eviction.ts';
import { listAll, listSome } from './list.ts';
import { MERGE_PATCH_TYPE, parseObject, segment } from './object.ts';
import type { Session } from './session.ts';
import { storageCalls } from './storage.ts';

const NODES = '/api/v1/nodes';
const JSON_TYPE = 'application/json';
const STRATEGIC_PATCH_TYPE = 'application/strategic-merge-patch+json';

interface DeleteCall {
  operation: string;
  namespace?: string;
  path: string;
}

/** The Kubernetes port on one cluster's API server. */
export function kubernetesClient(session: Session): Kubernetes {
  return {
    ...nodeCalls(session),
    ...listCalls(session),
    ...storageCalls(session),
    serverAheadMs: session.serverAheadMs,
    patchDaemonSet: async ({ namespace, name }, patch) => {
      const operation = 'patch daemonsets';
      const path = `${inNamespace(operation, '/apis/apps/v1', namespace)}/daemonsets/${segment(operation, name)}`;
      const body = { contentType: STRATEGIC_PATCH_TYPE, value: patch };
      const call = { operation, namespace, path };
      return parseObject<DaemonSet>(call, await session.send({ ...call, method: 'PATCH', body }));
    },
    evictPod: (pod, { graceSeconds }) => evict(session, pod, graceSeconds),
    deletePod: async ({ namespace, name, uid }, { graceSeconds }) => {
      const operation = 'delete pods';
      const path = `${inNamespace(operation, '/api/v1', namespace)}/pods/${segment(operation, name)}`;
      const options = { gracePeriodSeconds: graceSeconds, preconditions: { uid } };
      await remove(session, { operation, namespace, path }, options);
    },
  };
}

function nodeCalls(session: Session): Pick<Kubernetes, 'listNodes' | 'getNode' | 'patchNode' | 'deleteNode'> {
  const nodePath = (operation: string, name: string) => `${NODES}/${segment(operation, name)}`;
  return {
    listNodes: async ({ labelSelector } = {}) =>
      listAll<Node>(session, { operation: 'list nodes', path: NODES, labelSelector }),
    getNode: async (name) => {
      const call = { operation: 'get nodes', path: nodePath('get nodes', name) };
      return parseObject<Node>(call, await session.send({ ...call, method: 'GET' }));
    },
    patchNode: async (name, patch) => {
      const call = { operation: 'patch nodes', path: nodePath('patch nodes', name) };
      const body = { contentType: MERGE_PATCH_TYPE, value: patch };
      return parseObject<Node>(call, await session.send({ ...call, method: 'PATCH', body }));
    },
    deleteNode: async (name, { uid }) => {
      const call = { operation: 'delete nodes', path: nodePath('delete nodes', name) };
      await remove(session, call, { preconditions: { uid } });
    },
  };
}

type ListName =
  | 'listPods'
  | 'listPodDisruptionBudgets'
  | 'listVolumeAttachments'
  | 'listDaemonSets'
  | 'listDeployments'
  | 'listEvents'
  | 'listNodeClaims';

function listCalls(session: Session): Pick<Kubernetes, ListName> {
  const list = <T>(resource: string, api: string, filter: PodFilter) =>
    listObjects<T>(session, { resource, api, filter });
  return {
    listPods: (filter) => list<Pod>('pods', '/api/v1', filter),
    listPodDisruptionBudgets: () => list<PodDisruptionBudget>('poddisruptionbudgets', '/apis/policy/v1', {}),
    listVolumeAttachments: () => list<VolumeAttachment>('volumeattachments', '/apis/storage.k8s.io/v1', {}),
    listDaemonSets: (filter) => list<DaemonSet>('daemonsets', '/apis/apps/v1', filter),
    listDeployments: (filter) => list<Deployment>('deployments', '/apis/apps/v1', filter),
    listEvents: ({ reason }) =>
      listSome<CoreEvent>(session, {
        operation: 'list events',
        path: '/api/v1/events',
        fieldSelector: `reason=${fieldValue(reason)}`,
      }),
    listNodeClaims: () => list<NodeClaim>('nodeclaims', '/apis/karpenter.sh/v1', {}),
  };
}

/** `,`, `=` and `\` mean something in a selector. */
function fieldValue(text: string): string {
  return text.replaceAll(/[\\,=]/g, '\\$&');
}

async function remove(session: Session, call: DeleteCall, options: object): Promise<void> {
  const value = { apiVersion: 'v1', kind: 'DeleteOptions', ...options };
  await session.send({ ...call, method: 'DELETE', body: { contentType: JSON_TYPE, value } });
}
