import { troubles } from '../../../functions/index.ts';
import type { KubernetesPermission } from '../../../shared/actions/action.ts';
import { operationOf } from '../../../simulator/permissions.ts';
import { REMEDIATE, ROLES, type Role } from '../../contract/kubernetes-stage.ts';
import { inOrder } from '../../contract/template-package.ts';

/** What this group must be allowed: what the actions, reads and sweeps say themselves. Receive lists nodes. */
export function declaredFor(role: Role): string[] {
  if (role === 'paramedic-reader') return [operationOf('kubernetes', 'listNodes')];
  if (role === 'paramedic-sweep') return inOrder(troubles.flatMap(({ sweeps }) => sweeps?.kubernetes ?? []));
  const names = Object.entries(REMEDIATE).flatMap(([name, group]) => (group === role ? [name] : []));
  const own = troubles.filter(({ name }) => names.includes(name));
  return inOrder(
    own.flatMap(({ reads, actions }) => [
      ...reads.kubernetes,
      ...actions.flatMap((action) => action.permissions.kubernetes),
    ]),
  );
}

/** What no group of ours may do, and why its absence matters. */
export const FORBIDDEN: Readonly<Record<KubernetesPermission, string>> = {
  'get /secrets': 'it holds the credentials of every workload',
  'list /secrets': 'a list carries their contents as well',
  'create /serviceaccounts/token': 'it would act as any workload',
  'create /pods': "a pod of its own runs as any service account and mounts the node's disk",
  'create /pods/exec': 'a shell in every workload',
  'patch /pods/ephemeralcontainers': 'the same shell, through a debug container',
  'get /nodes/proxy': "the kubelet's own API runs commands past every other rule",
  'patch /nodes/status': 'a forged condition makes the cluster itself empty the node',
  'create /nodes': 'a made-up machine attracts pods',
  'deletecollection /nodes': 'every node in one call, without an id',
  'deletecollection /pods': 'every pod in one call, without an id',
  'delete /namespaces': 'everything in it goes along',
  'delete /persistentvolumeclaims': 'the data behind it goes along',
  'delete /persistentvolumes': 'the data behind it goes along',
  'create /persistentvolumeclaims': 'storage costs money, and is its owner’s to ask for',
  'patch /persistentvolumes': 'it would point a claim at other data',
  'patch storage.k8s.io/volumeattributesclasses': 'every claim that names it would change',
  'create storage.k8s.io/volumeattributesclasses': 'a class is proposed, a person makes it',
  'delete storage.k8s.io/volumeattachments': 'the disk may still be written to',
  'patch apps/deployments': 'a workload belongs to its owner',
  'delete apps/daemonsets': 'a workload belongs to its owner',
  'patch policy/poddisruptionbudgets': 'a budget in the way is respected, not widened',
  'delete policy/poddisruptionbudgets': 'a budget in the way is respected, not removed',
  'patch /configmaps': 'kube-system/aws-auth says who may come in',
  'impersonate /users': 'it would be the administrator',
  'impersonate /groups': "it would be in the administrators' group",
  'patch rbac.authorization.k8s.io/clusterroles': 'it would widen its own role',
  'escalate rbac.authorization.k8s.io/clusterroles': 'it would grant what it does not have',
  'bind rbac.authorization.k8s.io/clusterroles': 'it would give itself another role',
  'create rbac.authorization.k8s.io/clusterrolebindings': 'it would give itself another role',
  'approve certificates.k8s.io/certificatesigningrequests': 'it would sign an identity of its own',
  'create admissionregistration.k8s.io/mutatingwebhookconfigurations':
    'it would see and change every request',
};

/** Granted on one object alone. */
export const ONE_OBJECT: Readonly<Record<string, { namespace: string; name: string }>> = {
  'patch apps/daemonsets': { namespace: 'kube-system', name: 'aws-node' },
};

/** What one group has and this one must not have. */
export function declaredByOthers(role: Role): string[] {
  const own = new Set(declaredFor(role));
  return inOrder(ROLES.flatMap(declaredFor)).filter((permission) => !own.has(permission));
}

export interface Asked {
  verb: string;
  /** Empty for the core group. */
  group: string;
  resource: string;
  subresource?: string;
}

/** Reads `verb group/resource[/subresource]`. */
export function asked(permission: string): Asked {
  const [verb = '', what = ''] = permission.split(' ');
  const [group = '', resource = '', subresource] = what.split('/');
  return { verb, group, resource, ...(subresource === undefined ? {} : { subresource }) };
}
