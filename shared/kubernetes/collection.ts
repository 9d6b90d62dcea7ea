import type { PodFilter } from '../ports/kubernetes.ts';
import { listAll } from './list.ts';
import { segment } from './object.ts';
import type { Session } from './session.ts';

/** Objects of one resource: everywhere, or as the filter narrows it. */
export interface Collection {
  /** In the plural, as in paths and permissions. */
  resource: string;
  /** e.g. `/apis/apps/v1`. */
  api: string;
  filter: PodFilter;
}

export async function listObjects<T>(session: Session, { resource, api, filter }: Collection): Promise<T[]> {
  const operation = `list ${resource}`;
  const { namespace, labelSelector, nodeName } = filter;
  return await listAll<T>(session, {
    operation,
    path: `${inNamespace(operation, api, namespace)}/${resource}`,
    labelSelector,
    fieldSelector: nodeName === undefined ? undefined : `spec.nodeName=${nodeName}`,
    ...(namespace !== undefined && { namespace }),
  });
}

export function inNamespace(operation: string, api: string, namespace: string | undefined): string {
  return namespace === undefined ? api : `${api}/namespaces/${segment(operation, namespace)}`;
}
