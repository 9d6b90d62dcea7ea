import { describe, expect, test } from 'vitest';
import { Progress } from '../../functions/node-interruption/drain/progress.ts';
import { NodeView } from '../../functions/node-interruption/drain/view.ts';
import { SECOND_MS } from '../../shared/clock.ts';
import { PortError } from '../../shared/errors.ts';
import type { Kubernetes, Pod } from '../../shared/ports/kubernetes.ts';
import { VirtualClock } from '../../simulator/clock.ts';
import { pod } from '../support/facts.ts';

const NODE = 'ip-10-1-0-0.eu-west-1.compute.internal';

function listed(name: string): Pod {
  return {
    metadata: {
      name,
      namespace: 'web',
      uid: `uid-${name}`,
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'api', uid: 'rs', controller: true },
      ],
    },
    spec: { nodeName: NODE, containers: [{ name: 'app' }] },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  } as Pod;
}

function viewOf(...names: string[]) {
  const clock = new VirtualClock();
  const progress = new Progress();
  const server = { pods: names.map(listed), lists: 0, budgetLists: 0, fails: false };
  const kubernetes = {
    listPods: async () => {
      if (server.fails) throw new PortError('transient', 'etcd is slow', { operation: 'list pods' });
      server.lists++;
      return server.pods;
    },
    listPodDisruptionBudgets: async () => {
      server.budgetLists++;
      return [];
    },
  } as unknown as Kubernetes;
  const view = new NodeView({ kubernetes, clock, progress, nodeName: NODE, emptyDir: 'evict' });
  const leaves = (name: string) => progress.note(pod(name), { result: 'leaving' }, clock.now());
  return { clock, view, server, leaves };
}

describe('what is known of a node while it is drained', () => {
  test('a pod that was asked to leave counts as leaving, without listing the node again', async () => {
    const { clock, view, server, leaves } = viewOf('a', 'b');
    await view.look();
    leaves('a');
    await clock.advance(SECOND_MS);
    const seen = await view.look();
    expect(seen?.pods.map(({ name, terminating }) => [name, terminating])).toEqual([
      ['a', true],
      ['b', false],
    ]);
    expect(seen?.isFresh).toBe(false);
    expect(server.lists).toBe(1);
  });

  test('it is listed again after five seconds, or once nobody known stays: who came meanwhile is seen', async () => {
    const { clock, view, server, leaves } = viewOf('a');
    await view.look();
    server.pods = [listed('a'), listed('late')];
    await clock.advance(5 * SECOND_MS);
    expect((await view.look())?.pods).toHaveLength(2);
    leaves('a');
    leaves('late');
    server.pods = [];
    expect((await view.look())?.pods).toEqual([]);
  });

  test('that a pod was asked to leave is not believed for longer than until the next list', async () => {
    const { clock, view, leaves } = viewOf('a', 'b');
    await view.look();
    leaves('a');
    await clock.advance(5 * SECOND_MS);
    expect((await view.look())?.pods.every(({ terminating }) => !terminating)).toBe(true);
  });

  test('a clock that was set back makes the list old, not young for ever', async () => {
    const { clock, view, server } = viewOf('a');
    await view.look();
    clock.jump(-3_600 * SECOND_MS);
    await view.look();
    expect(server.lists).toBe(2);
  });

  test('asked for a fresh look, it lists whatever it remembers', async () => {
    const { view, server } = viewOf('a');
    await view.look();
    expect((await view.look('fresh'))?.isFresh).toBe(true);
    expect(server.lists).toBe(2);
  });

  test('a list that fails is not an empty node, and is tried again at the next look', async () => {
    const { clock, view, server } = viewOf('a');
    server.fails = true;
    expect(await view.look()).toBeUndefined();
    server.fails = false;
    await clock.advance(SECOND_MS);
    expect((await view.look())?.pods).toHaveLength(1);
  });

  test('a list that fails is not believed to have told who is leaving', async () => {
    const { view, server, leaves } = viewOf('a', 'b');
    await view.look();
    leaves('a');
    server.fails = true;
    expect(await view.look('fresh')).toBeUndefined();
    server.fails = false;
    server.pods = [listed('b')];
    expect((await view.look())?.pods.map(({ name }) => name)).toEqual(['b']);
  });

  test('budgets are read as they are each time, and not at all once everybody is leaving', async () => {
    const { view, server, leaves } = viewOf('a');
    await view.look();
    await view.look();
    expect(server.budgetLists).toBe(2);
    leaves('a');
    server.pods = [];
    await view.look();
    expect(server.budgetLists).toBe(2);
  });
});
