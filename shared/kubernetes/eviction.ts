import { PortError } from '../errors.ts';
import type { Pod, PodDisruptionBudget, PodRef } from '../ports/kubernetes.ts';
import { classifyAnswer } from './classify.ts';
import { listAll } from './list.ts';
import { segment } from './object.ts';
import { matchesSelector } from './selector.ts';
import { isSuccess, type Session } from './session.ts';

const OPERATION = 'create pods/eviction';

export async function evict(session: Session, pod: PodRef, graceSeconds: number): Promise<void> {
  const { namespace, name, uid } = pod;
  const call = { operation: OPERATION, namespace };
  const answer = await session.exchange({
    ...call,
    method: 'POST',
    path: `/api/v1/namespaces/${segment(OPERATION, namespace)}/pods/${segment(OPERATION, name)}/eviction`,
    body: {
      contentType: 'application/json',
      value: {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name, namespace },
        deleteOptions: { gracePeriodSeconds: graceSeconds, preconditions: { uid } },
      },
    },
  });
  if (isSuccess(answer)) return;
  const failure = classifyAnswer(call, answer);
  throw answer.status === 500 ? ((await severalBudgets(session, pod)) ?? failure) : failure;
}

/**
 * Kubernetes evicts no pod that more than one budget selects, and says so with a bare 500. Only counting the
 * budgets tells it from a server in trouble; when they cannot be counted it stays `transient`.
 */
async function severalBudgets(session: Session, pod: PodRef): Promise<PortError | undefined> {
  const names = await budgetsOf(session, pod).catch(() => []);
  if (names.length < 2) return undefined;
  const text = `${pod.namespace}/${pod.name} is in more than one PodDisruptionBudget: ${names.join(', ')}`;
  return new PortError('several-budgets', text, { operation: OPERATION, code: '500' });
}

async function budgetsOf(session: Session, { namespace, name, uid }: PodRef): Promise<string[]> {
  const inNamespace = encodeURIComponent(namespace);
  const pods = await listAll<Pod>(session, {
    operation: 'list pods',
    namespace,
    path: `/api/v1/namespaces/${inNamespace}/pods`,
    fieldSelector: `metadata.name=${name}`,
  });
  const labels = pods.find(({ metadata }) => metadata?.uid === uid)?.metadata?.labels ?? {};
  const budgets = await listAll<PodDisruptionBudget>(session, {
    operation: 'list poddisruptionbudgets',
    namespace,
    path: `/apis/policy/v1/namespaces/${inNamespace}/poddisruptionbudgets`,
  });
  return budgets
    .filter(({ spec }) => spec?.selector !== undefined && matchesSelector(spec.selector, labels))
    .map(({ metadata }) => metadata?.name ?? '');
}
