/** What is drained in one run of one tool. All nodes start at once. */
export interface Scenario {
  /** For `--only`. */
  name: string;
  title: string;
  nodes: number;
  podsPerNode: number;
  /** Of one budget over all pods; none without it. */
  maxUnavailable?: string;
  /** Until a replacement is Ready; 0 without it. */
  startupSeconds?: number;
  /** How often each tool has its turn. */
  rounds: number;
  /** How many times faster than `kubectl drain` the last eviction should be accepted. */
  aim?: number;
}

/** By where the aims apply: no budget binds, or one does. */
const FREE = 10;
const BOUND = 1;

export const SCENARIOS: readonly Scenario[] = [
  { name: 'pods-100', title: '1 node x 100 pods', nodes: 1, podsPerNode: 100, rounds: 3, aim: FREE },
  { name: 'pods-250', title: '1 node x 250 pods', nodes: 1, podsPerNode: 250, rounds: 1, aim: FREE },
  {
    name: 'budget-loose',
    title: '100 pods, one budget, not binding',
    nodes: 1,
    podsPerNode: 100,
    maxUnavailable: '100%',
    rounds: 2,
    aim: BOUND,
  },
  {
    name: 'budget-tight',
    title: '100 pods, one budget of 10 %, Ready after 2 s',
    nodes: 1,
    podsPerNode: 100,
    maxUnavailable: '10%',
    startupSeconds: 2,
    rounds: 1,
    aim: BOUND,
  },
  { name: 'nodes-10', title: '10 nodes x 100 pods', nodes: 10, podsPerNode: 100, rounds: 1, aim: FREE },
  { name: 'warnings-50', title: '50 warnings x 10 pods', nodes: 50, podsPerNode: 10, rounds: 2 },
];

const QUICK_NODES = 8;
const QUICK_PODS = 20;

/** The same shapes, so small that they only show that everything works. */
export function quick(scenario: Scenario): Scenario {
  const { aim: _, ...rest } = scenario;
  const nodes = Math.min(scenario.nodes, QUICK_NODES);
  const podsPerNode = Math.min(scenario.podsPerNode, QUICK_PODS);
  return {
    ...rest,
    title: `${scenario.name}, small: ${nodes} x ${podsPerNode} pods`,
    nodes,
    podsPerNode,
    rounds: 1,
  };
}
