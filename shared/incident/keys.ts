import type { ClusterRef } from '../ports/kubernetes.ts';
import type { Subject } from './signal.ts';
import { canonicalJson, sha256Hex } from './step-key.ts';

/** The same trouble on the same subject in the same cluster is always the same incident. */
export function incidentId(trouble: string, cluster: ClusterRef, subject: Subject): string {
  const key = { version: 1, trouble, ...cluster, kind: subject.kind, id: subject.id };
  return `inc-${sha256Hex(canonicalJson(key)).slice(0, 16)}`;
}

/** Within Lambda's 64 characters of `[A-Za-z0-9-_]`; starting it twice starts it once. */
export function executionName(id: string, generation: number, attempt: number): string {
  return `${id}-g${generation}-a${attempt}`;
}
