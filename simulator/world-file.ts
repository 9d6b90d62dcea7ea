import * as v from 'valibot';
import { count, duration, instant, name, offset, podNumber, volumeIdField, words } from './fields.ts';
import { type GroupSpec, groupSchema } from './group-file.ts';

/** How long the world takes for what it does by itself. */
const delaysSchema = v.strictObject({
  /** From a pod's change to the PDB status that shows it. */
  budget: v.optional(duration, '100ms'),
  /** From a missing pod to its replacement in the API. */
  controller: v.optional(duration, '200ms'),
  schedule: v.optional(duration, '100ms'),
  /** From scheduled to running; `ready` of the workload comes on top. */
  podStart: v.optional(duration, '1s'),
  /** From a dead kubelet to Ready=Unknown. */
  notReady: v.optional(duration, '40s'),
  /** From instance terminated and node NotReady to the node object's removal. */
  nodeRemoval: v.optional(duration, '5s'),
  /** From Ready=Unknown to the deletion of the node's pods. */
  podEviction: v.optional(duration, '5m'),
  /** shutting-down to terminated, stopping to stopped. */
  shutdown: v.optional(duration, '30s'),
  /** From a lost instance to the launch of the next one. */
  replace: v.optional(duration, '30s'),
  /** From launch to running. */
  launch: v.optional(duration, '20s'),
  /** From running to a Ready node. */
  join: v.optional(duration, '60s'),
});

const workloadSchema = v.strictObject({
  name,
  namespace: v.optional(name, 'default'),
  kind: v.optional(
    v.picklist(['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'bare', 'mirror']),
    'Deployment',
  ),
  /** Ignored for DaemonSet and mirror: one on each node. */
  replicas: v.optional(count(0), 1),
  labels: v.optional(words),
  /** Only on nodes of this group. */
  group: v.optional(name),
  /** terminationGracePeriodSeconds. */
  grace: v.optional(duration, '30s'),
  /** What a pod really takes to shut down. */
  shutdown: v.optional(duration, '5s'),
  /** From running to Ready. */
  ready: v.optional(duration, '10s'),
  /** This many of the first pods run but never become Ready. */
  unready: v.optional(count(0), 0),
  /** The pods ran to their end (phase Succeeded). */
  completed: v.optional(v.boolean(), false),
  priorityClassName: v.optional(v.string()),
  emptyDir: v.optional(v.boolean(), false),
  /** Each pod has an EBS volume of its own (ReadWriteOnce); a StatefulSet's pods keep theirs. */
  volume: v.optional(v.boolean(), false),
  /** Ids of the volumes of the first pods of a StatefulSet, for files that must name them. */
  volumeIds: v.optional(v.array(volumeIdField), []),
  /** The VolumeAttributesClass that the claims to these volumes name. */
  volumeClass: v.optional(name),
  toleratesUnschedulable: v.optional(v.boolean(), false),
  annotations: v.optional(words, {}),
  /** Its pods share their node's address. */
  hostNetwork: v.optional(v.boolean(), false),
  /** Of its only container, which has the workload's name. */
  image: v.optional(v.string()),
  env: v.optional(words, {}),
  /** DaemonSet: how many nodes a roll-out may leave without a pod that is available. */
  maxUnavailable: v.optional(podNumber, 1),
  /** Of the workload's own object, beside the labels of its pods: who manages it. */
  object: v.optional(
    v.strictObject({
      labels: v.optional(words, {}),
      annotations: v.optional(words, {}),
      /** Field managers of server-side apply. */
      managers: v.optional(v.array(v.string()), []),
    }),
    {},
  ),
});

const budgetSchema = v.pipe(
  v.strictObject({
    name,
    namespace: v.optional(name, 'default'),
    /** Labels its pods must carry; `{}` selects every pod of the namespace. */
    selector: words,
    minAvailable: v.optional(podNumber),
    maxUnavailable: v.optional(podNumber),
    unhealthyPodEvictionPolicy: v.optional(v.picklist(['IfHealthyBudget', 'AlwaysAllow'])),
  }),
  v.check(
    (budget) => (budget.minAvailable === undefined) !== (budget.maxUnavailable === undefined),
    'give either minAvailable or maxUnavailable',
  ),
);

const attributesClassSchema = v.strictObject({
  name,
  driver: v.optional(v.string(), 'ebs.csi.aws.com'),
  /** In the driver's words: `type`, `iops`, `throughput`. */
  parameters: words,
});

const clusterSchema = v.strictObject({
  name,
  version: v.optional(v.pipe(v.string(), v.regex(/^1\.\d+$/)), '1.33'),
  groups: v.array(groupSchema),
  workloads: v.optional(v.array(workloadSchema), []),
  budgets: v.optional(v.array(budgetSchema), []),
  /** VolumeAttributesClasses; absent: its API server does not know such objects. */
  volumeAttributesClasses: v.optional(v.array(attributesClassSchema)),
  /** false: nobody removes the Nodes of terminated instances. */
  cloudController: v.optional(v.boolean(), true),
  /** How far the API server's clock is ahead of everybody else's, or behind: `-10m`. */
  ahead: v.optional(offset, '0s'),
});

/** An alarm of CloudWatch: on one metric, or with the rule of a composite, in CloudWatch's words. */
const alarmSchema = v.union([
  v.strictObject({ name: v.string(), namespace: v.string(), metric: v.string(), dimensions: words }),
  v.strictObject({ name: v.string(), rule: v.string() }),
]);

export const worldSchema = v.strictObject({
  start: v.optional(instant, '2026-11-03T14:00:00Z'),
  seed: v.optional(count(0, 4_294_967_295), 1),
  account: v.optional(
    v.pipe(v.string(), v.regex(/^\d{12}$/, 'write the 12 digits in quotes')),
    '210987654321',
  ),
  region: v.optional(v.pipe(v.string(), v.regex(/^[a-z]{2}(-[a-z]+)+-\d$/)), 'eu-west-1'),
  delays: v.optional(delaysSchema, {}),
  clusters: v.pipe(v.array(clusterSchema), v.minLength(1)),
  /** In state OK; nothing evaluates them. */
  alarms: v.optional(v.array(alarmSchema), []),
});

/** What a person writes, defaults missing. */
export type WorldInput = v.InferInput<typeof worldSchema>;
/** The same with defaults filled in and durations in ms. */
export type WorldSpec = v.InferOutput<typeof worldSchema>;
export type ClusterSpec = WorldSpec['clusters'][number];
export type { GroupSpec };
export type WorkloadSpec = ClusterSpec['workloads'][number];
export type BudgetSpec = ClusterSpec['budgets'][number];
export type AlarmSpec = WorldSpec['alarms'][number];
export type Delays = WorldSpec['delays'];
