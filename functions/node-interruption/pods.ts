import { matchesSelector } from '../../shared/kubernetes/selector.ts';
import type { Pod, PodDisruptionBudget } from '../../shared/ports/kubernetes.ts';

/** Kubernetes' own default when a pod spec says nothing. */
const DEFAULT_GRACE_SECONDS = 30;
const SYSTEM_PRIORITY = /^system-(cluster|node)-critical$/;

export interface Owner {
  kind: string;
  name: string;
  uid: string;
}

/** What the drain needs to know of one pod, plain JSON. */
export interface PodSummary {
  namespace: string;
  name: string;
  uid: string;
  owner: Owner | null;
  graceSeconds: number;
  ready: boolean;
  terminating: boolean;
  systemCritical: boolean;
  emptyDir: boolean;
  kin: string | null;
  /** Names of the budgets that select it, `namespace/name`. */
  budgets: string[];
}

/** The part of a pod that verification needs, small: a node may carry 700 of them into a 400 KB ledger row. */
export interface PodNote {
  namespace: string;
  name: string;
  uid: string;
  ownerUid: string | null;
  /** A label `name=value` that its replacement will carry as well, so that not every pod need be listed. */
  kin: string | null;
}

export function podNote({ namespace, name, uid, owner, kin }: PodSummary): PodNote {
  return { namespace, name, uid, ownerUid: owner?.uid ?? null, kin };
}

/** Set by the controllers themselves: ReplicaSet, StatefulSet, Job. */
const KIN_LABELS = [
  'pod-template-hash',
  'statefulset.kubernetes.io/pod-name',
  'batch.kubernetes.io/controller-uid',
];

function kinOf(pod: Pod): string | null {
  const labels = pod.metadata?.labels ?? {};
  const name = KIN_LABELS.find((label) => labels[label] !== undefined);
  return name === undefined ? null : `${name}=${labels[name]}`;
}

const MAX_NAMED = 120;

/** The first few and how many more: lists for people and for the ledger are bounded. */
export function firstFew(lines: readonly string[], most = MAX_NAMED): string[] {
  return lines.length <= most ? [...lines] : [...lines.slice(0, most), `and ${lines.length - most} more`];
}

export interface BudgetSummary {
  name: string;
  disruptionsAllowed: number;
  currentHealthy: number;
  desiredHealthy: number;
}

/** Why a pod is not touched by a drain, or null when it is. */
export function leftAlone(pod: Pod, emptyDir: 'evict' | 'skip'): string | null {
  const owner = controllerOf(pod);
  if (pod.metadata?.annotations?.['kubernetes.io/config.mirror'] !== undefined || owner?.kind === 'Node') {
    return 'mirror pod';
  }
  if (owner?.kind === 'DaemonSet') return 'DaemonSet pod';
  if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return 'finished';
  if (emptyDir === 'skip' && hasEmptyDir(pod)) return 'emptyDir data and drain.emptyDir is skip';
  return null;
}

export function summarisePod(pod: Pod, budgets: readonly PodDisruptionBudget[]): PodSummary {
  const namespace = pod.metadata?.namespace ?? '';
  const selecting = budgets.filter((budget) => selects(budget, pod));
  return {
    namespace,
    name: pod.metadata?.name ?? '',
    uid: pod.metadata?.uid ?? '',
    owner: controllerOf(pod),
    graceSeconds: pod.spec?.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS,
    ready: isReady(pod),
    terminating: pod.metadata?.deletionTimestamp !== undefined,
    systemCritical: SYSTEM_PRIORITY.test(pod.spec?.priorityClassName ?? ''),
    emptyDir: hasEmptyDir(pod),
    kin: kinOf(pod),
    budgets: selecting.map(budgetName),
  };
}

export function summariseBudget(budget: PodDisruptionBudget): BudgetSummary {
  const { status } = budget;
  return {
    name: budgetName(budget),
    disruptionsAllowed: status?.disruptionsAllowed ?? 0,
    currentHealthy: status?.currentHealthy ?? 0,
    desiredHealthy: status?.desiredHealthy ?? 0,
  };
}

export function isReady(pod: Pod): boolean {
  const ready = pod.status?.conditions?.find((condition) => condition.type === 'Ready');
  return ready?.status === 'True' && pod.metadata?.deletionTimestamp === undefined;
}

export function controllerOf(pod: Pod): Owner | null {
  const owner = pod.metadata?.ownerReferences?.find((reference) => reference.controller === true);
  return owner === undefined ? null : { kind: owner.kind, name: owner.name, uid: owner.uid };
}

export function podName(pod: { namespace: string; name: string }): string {
  return `${pod.namespace}/${pod.name}`;
}

function selects(budget: PodDisruptionBudget, pod: Pod): boolean {
  if (budget.metadata?.namespace !== pod.metadata?.namespace) return false;
  return (
    budget.spec?.selector !== undefined && matchesSelector(budget.spec.selector, pod.metadata?.labels ?? {})
  );
}

function budgetName(budget: PodDisruptionBudget): string {
  return `${budget.metadata?.namespace ?? ''}/${budget.metadata?.name ?? ''}`;
}

function hasEmptyDir(pod: Pod): boolean {
  return pod.spec?.volumes?.some((volume) => volume.emptyDir !== undefined) === true;
}
