import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { wallClock } from '../../shared/clock.ts';
import { tokenSource } from '../../shared/kubernetes/token.ts';
import { type EngineCluster, keysOf, REF } from '../../test/engines/kubernetes/cluster.ts';

/** The group of the people who type `kubectl drain`. */
export const OPERATORS = 'operators';

/**
 * A kubeconfig of a cluster administrator as EKS makes one: by an access entry, so that its requests wait in the same
 * queues of the API server as ours. The other administrator, by client certificate, waits in none.
 */
export async function operatorConfig(cluster: EngineCluster, folder: string): Promise<string> {
  await cluster.admin.create('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    metadata: { name: OPERATORS },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: OPERATORS }],
  });
  const { name, region } = REF;
  const tokens = tokenSource({ cluster: name, region, clock: wallClock, credentials: keysOf(OPERATORS) });
  const config = JSON.parse(await readFile(cluster.kubeconfig, 'utf8')) as Record<string, unknown>;
  const users = [{ name: 'admin', user: { token: await tokens.get() } }];
  const path = join(folder, 'operator.kubeconfig');
  await writeFile(path, JSON.stringify({ ...config, users }));
  return path;
}
