import type { EngineCluster } from '../../test/engines/kubernetes/cluster.ts';
import { timed } from '../stopwatch.ts';
import { type Audit, type Traces, tracesOf } from './audit.ts';
import type { Sample } from './figures.ts';
import type { Scenario } from './scenarios.ts';
import { clear, countLeft, prepare, type Stage } from './stage.ts';
import type { Drain, Tool } from './tool.ts';

/** How long the last pods may take to end after their tool has left. */
const LINGER_MS = 10_000;
const POLL_MS = 500;

export class Bench {
  readonly #cluster: EngineCluster;
  readonly #audit: Audit;
  #stages = 0;

  constructor(cluster: EngineCluster, audit: Audit) {
    this.#cluster = cluster;
    this.#audit = audit;
  }

  /** One turn of one tool on nodes of its own. */
  async play(scenario: Scenario, tool: Tool): Promise<Sample> {
    const stage = await prepare(this.#cluster, scenario, ++this.#stages);
    try {
      const drain = await tool.ready(stage);
      try {
        return await this.#measure(stage, drain, { scenario: scenario.name, tool: tool.name });
      } finally {
        drain.stop();
      }
    } finally {
      await clear(this.#cluster, stage);
    }
  }

  async #measure(stage: Stage, drain: Drain, of: { scenario: string; tool: string }): Promise<Sample> {
    const position = await this.#audit.position();
    const startedAt = Date.now();
    const { ms: endedMs, value: failure } = await timed(() => failureOf(drain.start()));
    const left = await this.#waitUntilEmpty(stage);
    const traces = tracesOf(await this.#audit.since(position), stage);
    const last = (times: ReadonlyMap<string, number>) => Math.max(...times.values()) - startedAt;
    return {
      ...of,
      pods: stage.pods,
      toCordonMs: [...traces.cordonedAt.values()].map((at) => at - startedAt),
      acceptedMs: last(traces.acceptedAt),
      goneMs: last(traces.goneAt),
      endedMs,
      requests: traces.requests,
      refused: traces.refused,
      broken: [...(failure === undefined ? [] : [failure]), ...flaws(stage, traces, left)],
    };
  }

  /** How many pods are left when none is or the time is over. */
  async #waitUntilEmpty(stage: Stage): Promise<number> {
    const deadline = performance.now() + LINGER_MS;
    for (;;) {
      const left = await countLeft(this.#cluster, stage);
      if (left === 0 || performance.now() > deadline) return left;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

/** Why the times would not count. */
function flaws({ nodes, pods }: Stage, traces: Traces, left: number): string[] {
  const expected: [string, number, number][] = [
    ['pods are still on the nodes', left, 0],
    ['nodes were cordoned', traces.cordonedAt.size, nodes.length],
    ['pods were evicted or deleted', traces.acceptedAt.size, pods],
    ['pods ended', traces.goneAt.size, pods],
  ];
  return expected.flatMap(([what, is, should]) =>
    is === should ? [] : [`${is} ${what}, expected ${should}`],
  );
}

async function failureOf(work: Promise<void>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
