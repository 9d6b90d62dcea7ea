import { TROUBLE } from '../../functions/api-throttling/events.ts';
import { apiThrottling } from '../../functions/api-throttling/index.ts';
import { nodeInterruption } from '../../functions/node-interruption/index.ts';
import { MINUTE_MS } from '../../shared/clock.ts';
import type { Trouble } from '../../shared/pipeline/trouble.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { Simulation } from '../../simulator/simulation.ts';
import { worldOf } from '../../simulator/world.ts';
import { defaultPolicy, defaultRules } from '../support/policy.ts';
import { calls, defaults, delivered, type Run, rowsIn } from './support.ts';

/** Neither of a session that names a cluster nor of an issuer: only the clusters themselves know the role. */
export const KARPENTER = {
  role: 'ctl-17',
  userAgent: 'aws-sdk-go-v2/1.41.1 api/ec2#1.285.0 karpenter.sh-1.9.0',
};
export const ROLE = `arn:aws:iam::210987654321:role/${KARPENTER.role}`;
export const POD_IDENTITY = { namespace: 'kube-system', serviceAccount: 'karpenter', roleArn: ROLE };

/** Both troubles over clusters of these names, ten minutes after the beginning. */
export async function fleet(names: readonly string[], faults = new FaultPlan()): Promise<Run> {
  const clusters = names.map((name) => ({
    name,
    groups: [
      { name: 'base', count: 1 },
      { name: 'spot', kind: 'karpenter' as const, lifecycle: 'spot' as const, count: 1 },
    ],
  }));
  const world = worldOf({ clusters });
  const simulation = new Simulation({
    world,
    troubles: [nodeInterruption, apiThrottling] as unknown as readonly Trouble[],
    policyFor: (_cluster, trouble) => ({
      mode: 'auto',
      modeRule: 'test',
      configHash: 'test',
      ...defaultRules,
      section: { ...(trouble === TROUBLE ? defaults : defaultPolicy) },
    }),
    faults,
  });
  await world.clock.advance(10 * MINUTE_MS);
  return { world, simulation };
}

/** What the role's reads ask; the list of clusters and their issuers are read whether or not. */
const OF_ROLES = [
  'listNodegroups',
  'describeNodegroup',
  'listAddons',
  'describeAddon',
  'listPodIdentityAssociations',
  'describePodIdentityAssociation',
  'listAccessEntries',
  'describeAccessEntry',
];

/** The requests about roles that receive made, as `cluster method`. */
export function roleRequests({ world }: Run): string[] {
  return world.calls.calls
    .filter(({ port, method, process }) => {
      return port === 'eks' && process === 'receive' && OF_ROLES.includes(method);
    })
    .map(({ method, args: [request] }) => `${(request as { clusterName: string }).clusterName} ${method}`);
}

/** The clusters whose roles were asked for, in order. */
export function readClusters(run: Run): string[] {
  return roleRequests(run)
    .filter((request) => request.endsWith(' listNodegroups'))
    .map((request) => request.split(' ')[0] ?? '');
}

let batch = 0;

/** Throttled calls of the caller in one batch, all of them new; then so much time. */
export async function batchOf(run: Run, count: number, of = {}, ms = MINUTE_MS): Promise<void> {
  batch += 1;
  const bodies = calls(run, count, { ...KARPENTER, ...of });
  await delivered(
    run,
    bodies.map((body) => body.replace('"eventID":"event-', `"eventID":"event-${batch}-`)),
    ms,
  );
}

/** Of the newest row: where its calls were counted, and why. */
export function newest(run: Run): { counts: Record<string, number>; by: string } {
  const [row] = rowsIn(run).toSorted((left, right) => right.minute - left.minute);
  return { counts: row?.counts ?? {}, by: row?.attribution.by ?? '' };
}
