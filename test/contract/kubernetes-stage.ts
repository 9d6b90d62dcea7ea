import { failureKind, PortError } from '../../shared/errors.ts';
import type { Kubernetes, Pod, PodRef } from '../../shared/ports/kubernetes.ts';

/** Trouble → the group of what remediates it. A further trouble needs a line here, and its group in the RBAC file. */
export const REMEDIATE = {
  'node-interruption': 'paramedic',
  'api-throttling': 'paramedic-api-throttling',
  'ebs-saturation': 'paramedic-ebs-saturation',
} as const;

/** The groups that `deploy/kubernetes/rbac.yaml` binds. */
export const ROLES = [...Object.values(REMEDIATE), 'paramedic-reader', 'paramedic-sweep'] as const;
export type Role = (typeof ROLES)[number];

/** A variable of pods that run and never become Ready. */
export const BROKEN = 'TEST_NEVER_READY';

export interface Workload {
  name: string;
  kind?: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Job' | 'bare';
  /** Default 1; one on each node for a DaemonSet. */
  replicas?: number;
  /** Default `app: <name>`. */
  labels?: Record<string, string>;
  /** What a pod really takes to shut down, in seconds. Default 1. */
  shutdownSeconds?: number;
  /** What a pod takes to run and be Ready, in seconds. Default: as soon as the cluster gets to it. */
  startupSeconds?: number;
  /** Each pod has an EBS volume attached. */
  volume?: boolean;
  /** The pods ran to their end. */
  completed?: boolean;
  /** The pods run and never become Ready. */
  unready?: boolean;
  /** In kube-system, and not in the stage's own namespace. */
  system?: boolean;
  /** Of its only container, which has the workload's name. */
  env?: Record<string, string>;
  /** DaemonSet: nodes that a roll-out may leave without a pod. Default 1. */
  maxUnavailable?: number | string;
}

export interface Budget {
  name: string;
  /** Labels its pods carry; `{}` selects all. */
  selector: Record<string, string>;
  /** Pods, or a percentage. Either this or `minAvailable`. */
  maxUnavailable?: number | string;
  minAvailable?: number | string;
}

export interface Setting {
  /** Default 1. */
  nodes?: number;
  workloads?: Workload[];
  budgets?: Budget[];
}

/** A cluster's part that one case has to itself: nodes that are Ready and pods that run, as the setting wants. */
export interface Stage {
  /** Of all its workloads. */
  namespace: string;
  nodes: readonly string[];
  /** Selects its nodes and no others. */
  nodeSelector: string;
  /** The product's own client, allowed what this group is. */
  as(role: Role): Promise<Kubernetes>;
  /** Its time, in epoch ms. */
  now(): number;
  /** Somebody in the cluster says that this happened, so many times, to a pod of the stage's namespace. */
  report(event: { reason: string; pod: string; count: number }): Promise<void>;
  /** What the next template of kube-system/aws-node runs never becomes Ready; the template must declare BROKEN. */
  breakNext(): Promise<void>;
  /** Lets time go on. */
  pass(ms: number): Promise<void>;
  /** Changes a budget, and does the work before its controller has seen that. */
  beforeObserved(budget: string, maxUnavailable: number, work: () => Promise<void>): Promise<void>;
  /** The kubelet stops answering, for good. Resolves when its Node is not Ready any more. */
  silence(node: string): Promise<void>;
}

/** Sets the stage for the case that is running. */
export type SetStage = (setting?: Setting) => Promise<Stage>;

/** Where the cases run. */
export interface Theatre {
  stage(setting: Setting): Promise<Stage>;
  /** Ends what the stage started. */
  clear(stage: Stage): Promise<void>;
  close(): Promise<void>;
}

const POLL_MS = 200;

/** Lets time go on until it holds. Throws when it does not within `seconds`. */
export async function until(stage: Stage, holds: () => Promise<boolean>, seconds = 30): Promise<void> {
  for (let waited = 0; waited <= seconds * 1_000; waited += POLL_MS) {
    if (await holds()) return;
    await stage.pass(POLL_MS);
  }
  throw new Error(`it does not hold after ${seconds} s`);
}

export function refOf(pod: Pod | undefined): PodRef {
  const { namespace, name, uid } = pod?.metadata ?? {};
  if (namespace === undefined || name === undefined || uid === undefined) throw new Error('no such pod');
  return { namespace, name, uid };
}

/** The failure itself, for what it says. Throws when the work succeeds or fails with anything else. */
export async function failureOf(work: Promise<unknown>): Promise<PortError> {
  const error = await work.then(
    () => new Error('it succeeded'),
    (failure: unknown) => failure,
  );
  if (error instanceof PortError) return error;
  throw error;
}

/** `ok`, or the kind of failure. */
export async function outcome(work: Promise<unknown>): Promise<string> {
  return await work.then(() => 'ok', failureKind);
}

/** An API object's UID that nothing has. */
export const STRANGER = '00000000-0000-4000-8000-000000000000';
