import { type EpochMs, MINUTE_MS } from '../../../shared/clock.ts';
import type { BurstFacts } from '../reading/burst-facts.ts';

/** The densest minutes of what one source saw come. Sources are written by different parties: they are independent. */
export interface Arrivals {
  source: 'Nodes' | 'NodeClaims' | 'Auto Scaling';
  /** With its number, e.g. `40 nodes came`. */
  what: string;
  count: number;
  first: EpochMs;
  last: EpochMs;
  /** For people, with the source. */
  text: string;
}

/** What comes farther apart is not one burst. */
const BURST_SPAN_MS = 5 * MINUTE_MS;
const MANY = 10;
/** AWS advises to keep a scale-up to single-digit percents of the cluster. */
export const LARGE_SHARE = 0.1;
const FEW = 3;

/** Of the sources that could be read, the one that saw most first. */
export function arrivalsOf({ nodes, claims, launches }: BurstFacts): Arrivals[] {
  const found: Arrivals[] = [];
  if (nodes.known) {
    const dense = densest(nodes.value.times);
    const text = `Kubernetes: ${nodes.value.times.length} of ${nodes.value.all} nodes came in these minutes`;
    found.push({ source: 'Nodes', what: `${counted(dense.count, 'node')} came`, ...dense, text });
  }
  if (claims.known && claims.value !== null) {
    const { times, withoutNode, pools } = claims.value;
    const of = pools.length === 0 ? '' : ` of ${pools.join(', ')}`;
    const text = `Karpenter: ${counted(times.length, 'NodeClaim')}${of} in these minutes, ${withoutNode} still without a node`;
    const dense = densest(times);
    found.push({ source: 'NodeClaims', what: `${counted(dense.count, 'NodeClaim')} came`, ...dense, text });
  }
  if (launches.known && launches.value.length > 0) {
    const dense = densest(launches.value.flatMap(({ times }) => times));
    const text = launches.value.map(launchText).join('; ');
    found.push({
      source: 'Auto Scaling',
      what: `${counted(dense.count, 'launch', 'es')} by Auto Scaling began`,
      ...dense,
      text: `Auto Scaling: ${text}`,
    });
  }
  return found.toSorted((left, right) => right.count - left.count);
}

/** Many at once, or many for this cluster. */
export function isBurst({ count }: Arrivals, { nodes }: BurstFacts): boolean {
  if (count >= MANY) return true;
  return nodes.known && count >= FEW && count >= LARGE_SHARE * nodes.value.all;
}

/** Those that saw the same burst: about as much of it as the one that saw most. */
export function agreeing(arrivals: readonly Arrivals[]): Arrivals[] {
  const most = arrivals[0]?.count ?? 0;
  return arrivals.filter(({ count }) => count > 0 && count >= most / 2);
}

/** e.g. `40 nodes came within 3 min`. */
export function arrivalText({ what, first, last }: Arrivals): string {
  return `${what} within ${Math.max(1, Math.ceil((last - first) / MINUTE_MS))} min`;
}

/** The most times within one span; of several such spans the first. */
function densest(times: readonly EpochMs[]): { count: number; first: EpochMs; last: EpochMs } {
  let best = { count: 0, first: 0, last: 0 };
  for (const [index, first] of times.toSorted((left, right) => left - right).entries()) {
    const within = times.filter((time) => time >= first && time <= first + BURST_SPAN_MS);
    if (within.length > best.count) best = { count: within.length, first, last: Math.max(...within) };
    if (times.length - index <= best.count) break;
  }
  return best;
}

function launchText({ group, times, failed, isPage }: LaunchesOfGroup): string {
  const count = isPage ? `at least ${times.length}` : `${times.length}`;
  return `${group} launched ${count}${failed === 0 ? '' : `, ${failed} of them failed`}`;
}

type LaunchesOfGroup = Extract<BurstFacts['launches'], { known: true }>['value'][number];

function counted(count: number, what: string, plural = 's'): string {
  return `${count} ${what}${count === 1 ? '' : plural}`;
}
