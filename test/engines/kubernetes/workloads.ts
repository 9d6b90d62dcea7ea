import type { Budget, Setting, Workload } from '../../contract/kubernetes-stage.ts';
import { COMPLETES, SHUTDOWN, STARTUP, UNREADY } from './kubelet.ts';

/** Nothing but what a stage puts there is in it. */
export const SYSTEM = 'kube-system';

/** An object to create, and where. */
export interface Piece {
  path: string;
  object: object;
  /** Written afterwards: the API server takes none from who creates an object. */
  status?: { path: string; change: object };
}

export interface Scene {
  namespace: string;
  nodes: readonly string[];
  nodeSelector: Record<string, string>;
  setting: Setting;
}

/** The budgets of a setting. */
export function budgetPieces({ namespace, setting }: Scene): Piece[] {
  return (setting.budgets ?? []).map((budget) => budgetPiece(namespace, budget));
}

/** Its other API objects. */
export function workloadAndVolumePieces(scene: Scene): Piece[] {
  const { nodes, setting } = scene;
  return [
    ...(setting.workloads ?? []).flatMap((workload) => workloadPieces(scene, workload)),
    ...(setting.workloads ?? [])
      .filter(({ volume }) => volume === true)
      .flatMap((workload) => [...nodes.map(attachmentPiece), ...claimPieces(scene, workload)]),
  ];
}

function workloadPieces(scene: Scene, workload: Workload): Piece[] {
  const { name, kind = 'Deployment', replicas = 1, maxUnavailable = 1 } = workload;
  const namespace = workload.system === true ? SYSTEM : scene.namespace;
  if (kind === 'bare') return barePods(scene, workload);
  const labels = labelsOf(workload);
  if (kind === 'Job') {
    const spec = { parallelism: replicas, completions: replicas, template: podOf(scene, workload) };
    return [
      { path: `/apis/batch/v1/namespaces/${namespace}/jobs`, object: { metadata: { name, labels }, spec } },
    ];
  }
  const spec = {
    selector: { matchLabels: labels },
    template: podOf(scene, workload),
    ...(kind === 'DaemonSet'
      ? { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable } } }
      : { replicas }),
    ...(kind === 'StatefulSet' && { serviceName: name, podManagementPolicy: 'Parallel' }),
  };
  const path = `/apis/apps/v1/namespaces/${namespace}/${kind.toLowerCase()}s`;
  return [{ path, object: { metadata: { name, labels }, spec } }];
}

/** Bound from the start, to the first node. */
function barePods(scene: Scene, workload: Workload): Piece[] {
  const { metadata, spec } = podOf(scene, workload);
  const path = `/api/v1/namespaces/${scene.namespace}/pods`;
  return Array.from({ length: workload.replicas ?? 1 }, (_, index) => {
    const name = index === 0 ? workload.name : `${workload.name}-${index}`;
    return { path, object: { metadata: { ...metadata, name }, spec: { ...spec, nodeName: scene.nodes[0] } } };
  });
}

function podOf({ nodeSelector }: Scene, workload: Workload) {
  const annotations = {
    [SHUTDOWN]: String(workload.shutdownSeconds ?? 1),
    ...(workload.startupSeconds !== undefined && { [STARTUP]: String(workload.startupSeconds) }),
    ...(workload.completed === true && { [COMPLETES]: 'true' }),
    ...(workload.unready === true && { [UNREADY]: 'true' }),
  };
  const isOnce = workload.kind === 'bare' || workload.kind === 'Job';
  return {
    metadata: { labels: labelsOf(workload), annotations },
    spec: {
      nodeSelector,
      terminationGracePeriodSeconds: 30,
      containers: [{ name: workload.name, image: 'example.com/none:1', env: envOf(workload) }],
      ...(isOnce && { restartPolicy: 'Never' }),
    },
  };
}

function envOf({ env = {} }: Workload): { name: string; value: string }[] {
  return Object.entries(env).map(([name, value]) => ({ name, value }));
}

function labelsOf({ name, labels }: Workload): Record<string, string> {
  return labels ?? { app: name };
}

function budgetPiece(namespace: string, { name, selector, ...limits }: Budget): Piece {
  const path = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
  return { path, object: { metadata: { name }, spec: { selector: { matchLabels: selector }, ...limits } } };
}

/** As the CSI driver writes it: no driver is here. */
function attachmentPiece(node: string): Piece {
  const source = { persistentVolumeName: `pvc-${node}` };
  const name = `csi-${node}`;
  const path = '/apis/storage.k8s.io/v1/volumeattachments';
  return {
    path,
    object: { metadata: { name }, spec: { attacher: 'ebs.csi.aws.com', nodeName: node, source } },
    status: { path: `${path}/${name}/status`, change: { status: { attached: true } } },
  };
}

/** As a StatefulSet makes them: nobody provisions what is behind them. */
function claimPieces({ namespace }: Scene, { name, replicas = 1 }: Workload): Piece[] {
  const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
  const resources = { requests: { storage: '100Gi' } };
  const spec = { accessModes: ['ReadWriteOnce'], storageClassName: 'gp3', resources };
  return Array.from({ length: replicas }, (_, index) => ({
    path,
    object: { metadata: { name: `data-${name}-${index}` }, spec },
    status: { path: `${path}/data-${name}-${index}/status`, change: { status: { phase: 'Bound' } } },
  }));
}
