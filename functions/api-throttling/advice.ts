import type { StepRecord } from '../../shared/incident/incident.ts';
import type { Step } from '../../shared/incident/plan.ts';
import { bucketOf } from './attribution/index.ts';
import type { Group } from './groups.ts';
import type { Situation } from './situation.ts';

/** What lowers the calls of a controller, where nothing was computed from the cluster's own numbers. */
const HELPS: Readonly<Record<string, string>> = {
  'vpc-cni':
    'would help: fewer EC2 calls per node: warm pools sized for the pods that really come (WARM_IP_TARGET, MINIMUM_IP_TARGET), prefix delegation for new node groups',
  karpenter: 'would help: fewer NodePools and a longer batch window, so that one call launches several nodes',
  'cluster-autoscaler': 'would help: a longer scan interval, and fewer groups by auto-discovery tags',
  'ebs-csi': 'would help: fewer volumes attached and snapshots made at the same time',
  'load-balancer-controller':
    'would help: fewer target groups reconciled at once, IP targets in larger batches',
};

const OWN_SERVICES = ['eks:', 'autoscaling:', 'other-aws-service:'];

/** The one cause that settings are computed for. */
const COMPUTED = 'vpc-cni';

interface About {
  /** Every cause that joined the incident. */
  causes: readonly string[];
  steps: readonly Step[];
  records: readonly StepRecord[];
}

/** Why nothing is done if so, what would help (unless `computed` says it better), and what would not. */
export function advice(
  { group }: Situation,
  computed: readonly string[],
  { causes, steps, records }: About,
): string[] {
  const isIdle = steps.length === 0 && !records.some(({ ran }) => ran === true);
  return [
    ...(isIdle ? ['nothing is changed now: throttled calls are watched and reported'] : []),
    ...computed,
    ...new Set(causes.filter((cause) => cause !== COMPUTED || computed.length === 0).map(helpWith)),
    ...limitsAdvice(group),
    'would not help: restarting the caller, which begins with a burst of calls; retrying faster',
  ];
}

function helpWith(cause: string): string {
  if (isAwsItself(cause)) return 'would help: waiting; AWS services call on their own limits';
  return (
    HELPS[cause] ?? 'would help: fewer, larger and filtered calls by this caller, with back-off and jitter'
  );
}

/** AWS services that call by themselves have limits of their own. */
export function isAwsItself(cause: string): boolean {
  return OWN_SERVICES.some((prefix) => cause.startsWith(prefix));
}

/** EC2's request buckets are raised by a support case, not by a quota. */
function limitsAdvice({ rows }: Group): string[] {
  const buckets = rows.map(({ call }) => bucketOf(call));
  return buckets.some(({ id }) => id.startsWith('ec2:'))
    ? [
        'would help only in part: a larger bucket; limits are per API, account and Region, and shared by all callers',
      ]
    : [];
}
