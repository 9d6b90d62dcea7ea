import type { Metric } from '../../../shared/ports/usage.ts';

/** Names by which one metric of the control plane has been published. */
export const CLUSTER_METRICS = {
  rejected: ['apiserver_request_total_429', 'APIServerRequestsHTTP429'],
  seats: ['apiserver_flowcontrol_current_executing_seats', 'APIServerFlowcontrolCurrentExecutingSeats'],
} as const;

/** How `AWS/Usage` calls a service, where that is more than another spelling of its code. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  autoscaling: ['ec2autoscaling'],
  elasticloadbalancing: ['elb', 'elbv2', 'elasticloadbalancingv2'],
};

/** The metrics of this name whatever its case and underscores. */
export function named(listed: readonly Metric[], names: readonly string[]): Metric[] {
  const wanted = new Set(names.map(plain));
  return simplest(listed.filter(({ name }) => wanted.has(plain(name))));
}

/** Those of one service; an API such as DescribeTags is the name of several services' calls. */
export function ofService(listed: readonly Metric[], service: string): Metric[] {
  const wanted = new Set([service, ...(Object.hasOwn(ALIASES, service) ? (ALIASES[service] ?? []) : [])]);
  return listed.filter(({ dimensions }) => wanted.has(plain(dimensions['Service'] ?? '')));
}

/** Those about one API, whatever the dimension is called. */
export function aboutApi(listed: readonly Metric[], api: string): Metric[] {
  return listed.filter(({ dimensions }) => Object.values(dimensions).includes(api));
}

/**
 * A metric may be published as a whole and again by parts (by verb, by class). The ones with the fewest dimensions
 * are taken, and of those one set of dimension names, so that nothing is counted twice.
 */
function simplest(metrics: readonly Metric[]): Metric[] {
  const kinds = Map.groupBy(metrics, ({ dimensions }) => dimensionNames(dimensions));
  const fewest = [...kinds].sort(
    ([one, [first]], [other, [second]]) =>
      dimensionsOf(first) - dimensionsOf(second) || one.localeCompare(other, 'en'),
  );
  return fewest[0]?.[1] ?? [];
}

function dimensionNames(dimensions: Metric['dimensions']): string {
  return Object.keys(dimensions)
    .sort((one, other) => one.localeCompare(other, 'en'))
    .join(',');
}

function dimensionsOf(metric: Metric | undefined): number {
  return Object.keys(metric?.dimensions ?? {}).length;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
