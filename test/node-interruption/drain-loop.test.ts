import { describe, expect, test } from 'vitest';
import { type Chooser, DrainLoop } from '../../functions/node-interruption/drain/loop.ts';
import type { ActionContext } from '../../shared/actions/action.ts';
import { SECOND_MS } from '../../shared/clock.ts';
import { PortError } from '../../shared/errors.ts';
import type { Step } from '../../shared/incident/plan.ts';
import type { Kubernetes, Pod, PodRef } from '../../shared/ports/kubernetes.ts';
import { VirtualClock } from '../../simulator/clock.ts';

const NODE = 'ip-10-1-0-0.eu-west-1.compute.internal';

function listed(name: string): Pod {
  return {
    metadata: { name, namespace: 'web', uid: `uid-${name}` },
    spec: { nodeName: NODE, containers: [{ name: 'app' }] },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  } as Pod;
}

interface Server {
  pods: Pod[];
  /** When the pods were listed and what was sent, in ms since the start. */
  lists: number[];
  sent: { name: string; way: 'evict' | 'delete'; atMs: number }[];
  answer: (name: string, way: 'evict' | 'delete') => Promise<void>;
}

/** A loop over a server that answers as told; a pod that is asked to leave is gone. */
function loopOver(
  names: string[],
  {
    choose = () => 'evict',
    hasNews = async () => false,
  }: Partial<{ choose: Chooser; hasNews: () => Promise<boolean> }>,
) {
  const clock = new VirtualClock();
  const start = clock.now();
  const server: Server = { pods: names.map(listed), lists: [], sent: [], answer: async () => undefined };
  const ask =
    (way: 'evict' | 'delete') =>
    async ({ name }: PodRef) => {
      server.sent.push({ name, way, atMs: clock.elapsed() });
      await server.answer(name, way);
      server.pods = server.pods.filter(({ metadata }) => metadata?.name !== name);
    };
  const kubernetes = {
    evictPod: ask('evict'),
    deletePod: ask('delete'),
    listPodDisruptionBudgets: async () => [],
    listPods: async () => {
      server.lists.push(clock.elapsed());
      return server.pods;
    },
  } as unknown as Kubernetes;
  const context = {
    ports: { clock },
    memory: {},
    roundMs: 240 * SECOND_MS,
    hasNews,
    checkStop: async () => undefined,
  } as unknown as ActionContext;
  const until = start + 100 * SECOND_MS;
  const goal = { from: start, until, deadline: until, margin: 0, parallel: 50, emptyDir: 'evict' };
  const step = {
    action: 'drain',
    targets: [{ kind: 'node', id: 'uid', name: NODE }],
    goal,
  } as unknown as Step;
  const run = () => clock.run(new DrainLoop(context, kubernetes, step, choose).run());
  return { clock, server, run };
}

const busy = () => new PortError('transient', 'etcd is slow', { operation: 'create pods/eviction' });

describe('T13: a clock that is set back while requests are on their way', () => {
  test('costs no look: what failed is tried again within seconds', async () => {
    const { clock, server, run } = loopOver(['a', 'b'], {});
    server.answer = async (name) => {
      if (name !== 'b' || server.sent.length > 2) return;
      await clock.sleep(100);
      clock.jump(-600 * SECOND_MS);
      throw busy();
    };
    await run();
    expect(server.sent.map(({ name }) => name)).toEqual(['a', 'b', 'b']);
    expect(server.sent[2]?.atMs).toBeLessThan(10 * SECOND_MS);
  });
});

test('pods are deleted only by a list of this very turn, though they become due while news are asked for', async () => {
  let clock: VirtualClock | undefined;
  const names = Array.from({ length: 12 }, (_, n) => `${n}-pod`);
  const { server, run, ...rest } = loopOver([...names, 'stays'], {
    choose: ({ name }) => (name === 'stays' ? 'evict' : 'delete'),
    hasNews: async () => {
      await clock?.sleep(900);
      return false;
    },
  });
  clock = rest.clock;
  server.answer = async (name) => {
    const isFirst = server.sent.filter((sent) => sent.name === name).length === 1;
    if (name === 'stays' || isFirst) throw busy();
  };
  await run();
  const deletions = server.sent.filter(({ way }) => way === 'delete');
  const ages = deletions.map(({ atMs }) => atMs - Math.max(...server.lists.filter((at) => at <= atMs)));
  expect(deletions).toHaveLength(2 * names.length);
  expect(Math.max(...ages)).toBeLessThan(SECOND_MS);
});

test('what has no answer yet when the round ends is said so, not “not tried yet”', async () => {
  const { clock, server, run } = loopOver(['a'], {});
  server.answer = () => clock.sleep(1_000 * SECOND_MS);
  const result = await run();
  expect(result.details).toEqual(['web/a: asked, no answer yet']);
});
