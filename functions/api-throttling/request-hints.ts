/** A filter by one of these tags names a cluster in its key … */
const IN_KEY = /^tag:(kubernetes\.io\/cluster\/[0-9A-Za-z][A-Za-z0-9_-]{0,99})$/;
/** … and a filter by one of these in its value. */
const IN_VALUE: ReadonlySet<string> = new Set([
  'aws:eks:cluster-name',
  'eks:cluster-name',
  'eks:eks-cluster-name',
  'cluster.k8s.amazonaws.com/name',
  'elbv2.k8s.aws/cluster',
]);

/** What EKS allows as a name. */
const CLUSTER_NAME = /^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/;
/** A request has a few filters; whoever sends a thousand wants our time. */
const MAX_FILTERS = 50;
const MAX_HINTS = 4;

/**
 * The cluster tags that a request's filters ask for, in their order, at most four: `kubernetes.io/cluster/<name>` or
 * `<tag key>=<name>`. Only filters count: what a request *creates* may be tagged with anything.
 */
export function requestHints(requestParameters: unknown): string[] {
  return [...new Set(filtersOf(requestParameters).flatMap(hintsIn))].slice(0, MAX_HINTS);
}

/** EC2 wraps lists as `filterSet.items`; Auto Scaling has them plain. */
function filtersOf(parameters: unknown): unknown[] {
  const wrapped = field(field(parameters, 'filterSet'), 'items');
  const found = Array.isArray(wrapped) ? wrapped : field(parameters, 'filters');
  return Array.isArray(found) ? found.slice(0, MAX_FILTERS) : [];
}

function hintsIn(filter: unknown): string[] {
  const name = field(filter, 'name');
  if (typeof name !== 'string') return [];
  const inKey = IN_KEY.exec(name)?.[1];
  if (inKey !== undefined) return [inKey];
  const key = name.replace(/^tag:/, '');
  return IN_VALUE.has(key) ? valuesOf(filter).map((value) => `${key}=${value}`) : [];
}

function valuesOf(filter: unknown): string[] {
  const wrapped = field(field(filter, 'valueSet'), 'items');
  const values = Array.isArray(wrapped)
    ? wrapped.map((each) => field(each, 'value'))
    : field(filter, 'values');
  if (!Array.isArray(values)) return [];
  return values.slice(0, MAX_FILTERS).filter(isClusterName);
}

function isClusterName(value: unknown): value is string {
  return typeof value === 'string' && CLUSTER_NAME.test(value);
}

function field(value: unknown, name: string): unknown {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name);
}
