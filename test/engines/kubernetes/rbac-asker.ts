import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import type { Programs } from '../../../scripts/engines/kubernetes.ts';
import type { EngineCluster } from './cluster.ts';
import { asked } from './rbac-permissions.ts';

const LIMIT_MS = 20_000;

export interface NamedObject {
  namespace: string;
  name: string;
}

export interface Asker {
  /** In every namespace: what is granted must hold everywhere. */
  isAllowed(group: string, permission: string): Promise<boolean>;
  /** In kube-system alone: a grant there, or in the whole cluster, would be one too many. */
  isAllowedInSystem(group: string, permission: string): Promise<boolean>;
  /** On one object. */
  isAllowedOn(group: string, permission: string, object: NamedObject): Promise<boolean>;
}

/** `kubectl auth can-i` as somebody whom an access entry puts into this group. */
export function asker(programs: Programs, { kubeconfig }: EngineCluster): Asker {
  const ask = (group: string, permission: string, scope: readonly string[], name?: string) => {
    const { verb, group: apiGroup, resource, subresource } = asked(permission);
    const access = ['--kubeconfig', kubeconfig, '--cache-dir', join(dirname(kubeconfig), 'kubectl')];
    const who = ['--as', `somebody-of-${group}`, '--as-group', group];
    const type = apiGroup === '' ? resource : `${resource}.${apiGroup}`;
    const what = [verb, name === undefined ? type : `${type}/${name}`];
    // `pods/eviction` would be a pod called eviction.
    const part = subresource === undefined ? [] : ['--subresource', subresource];
    return answer(programs.kubectl, [...access, ...who, 'auth', 'can-i', ...what, ...part, ...scope]);
  };
  return {
    isAllowed: (group, permission) => ask(group, permission, ['--all-namespaces']),
    isAllowedOn: (group, permission, { namespace, name }) =>
      ask(group, permission, ['--namespace', namespace], name),
    isAllowedInSystem: (group, permission) => ask(group, permission, ['--namespace', 'kube-system']),
  };
}

/** Exit code 1 is both its no and its failure: only what it wrote tells them apart. */
function answer(kubectl: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve, reject) => {
    execFile(kubectl, args, { timeout: LIMIT_MS }, (error, stdout, stderr) => {
      const said = stdout.trim();
      if (said === 'yes' && error === null) return resolve(true);
      if (said === 'no' && error?.code === 1) return resolve(false);
      reject(new Error(`kubectl ${args.join(' ')}\n${stdout}${stderr}`, { cause: error }));
    });
  });
}
