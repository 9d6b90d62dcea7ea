import { describe, expect, test } from 'vitest';
import { MAX_GROUPS, readLaunches } from '../../../functions/api-throttling/reading/launches.ts';
import { readPodFailures } from '../../../functions/api-throttling/reading/pod-failures.ts';
import { isoTime, MINUTE_MS } from '../../../shared/clock.ts';
import type { AutoScaling, ScalingActivity } from '../../../shared/ports/autoscaling.ts';
import type { CoreEvent, Kubernetes, Node } from '../../../shared/ports/kubernetes.ts';

const AT = Date.UTC(2026, 10, 3, 14, 30);
const window = { from: AT - 10 * MINUTE_MS, to: AT + 10 * MINUTE_MS };

function event(pod: string, more: Partial<CoreEvent>): CoreEvent {
  return {
    metadata: { name: `${pod}.17b`, namespace: 'web' },
    involvedObject: { kind: 'Pod', namespace: 'web', name: pod },
    ...more,
  };
}

function withEvents(events: readonly CoreEvent[]): Kubernetes {
  return { listEvents: async () => [...events] } as Partial<Kubernetes> as Kubernetes;
}

const ago = (minutes: number) => isoTime(AT - minutes * MINUTE_MS);

describe('Events of pods', () => {
  test('count by the time they were seen, in every way an Event can say it', async () => {
    const events = [
      event('old', { firstTimestamp: ago(50), lastTimestamp: ago(11), count: 90 }),
      event('long', { firstTimestamp: ago(50), lastTimestamp: ago(9), count: 5 }),
      event('series', { eventTime: ago(4), series: { count: 7, lastObservedTime: ago(1) } }),
      event('once', { eventTime: ago(3), message: 'failed to assign an IP address to container' }),
      event('bare', { metadata: { name: 'bare.1', creationTimestamp: ago(2) } }),
      event('future', { firstTimestamp: ago(-11), lastTimestamp: ago(-11) }),
      event('undated', {}),
    ];
    const reason = 'FailedCreatePodSandBox';
    expect(await readPodFailures(withEvents(events), window, { reason })).toEqual({
      times: 5 + 7 + 1 + 1,
      pods: 4,
      withoutAddress: 1,
      // What began long before began before the window at the latest.
      first: window.from,
      isPage: false,
    });
  });

  test('of another text are others; a page of 500 may hide some', async () => {
    const events = Array.from({ length: 500 }, (_, index) =>
      event(`pod-${index}`, { eventTime: ago(1), message: index < 3 ? 'pull QPS exceeded' : 'not found' }),
    );
    const wanted = { reason: 'Failed', text: 'pull QPS exceeded' };
    const found = await readPodFailures(withEvents(events), window, wanted);
    expect(found).toMatchObject({ times: 3, pods: 3, isPage: true });
  });
});

function node(name: string, labels: Record<string, string> = {}, created = ago(30)): Node {
  return {
    metadata: { name, labels, creationTimestamp: created },
    spec: { providerID: `aws:///eu-west-1a/i-${name}` },
  };
}

/** Each instance is in the group that its name begins with. */
function groups(activities: readonly ScalingActivity[]) {
  const asked: string[] = [];
  const port: Partial<AutoScaling> = {
    describeInstances: async (ids) => {
      asked.push(`instances ${ids.length}`);
      return ids.map((id) => ({
        instanceId: id,
        group: id.slice(2).split('.')[0] ?? '',
        lifecycleState: 'InService',
      }));
    },
    describeActivities: async (group) => {
      asked.push(group);
      return [...activities];
    },
  };
  return { asked, port: port as AutoScaling };
}

function launch(minutes: number, more: Partial<ScalingActivity> = {}): ScalingActivity {
  const description = 'Launching a new EC2 instance: i-0123456789abcdef0';
  return { startedAt: AT - minutes * MINUTE_MS, status: 'Successful', cause: '', description, ...more };
}

describe('launches of Auto Scaling groups', () => {
  const managed = (group: string, index: number, created?: string) =>
    node(`${group}.${index}`, { 'eks.amazonaws.com/nodegroup': group }, created);

  test('are of the groups of the newest nodes, a few of them, each asked once; Karpenter’s have none', async () => {
    const all = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].flatMap((group, place) =>
      [0, 1, 2].map((index) => managed(group, index, ago(place))),
    );
    const { asked, port } = groups([]);
    const own = node('pool.0', { 'karpenter.sh/nodepool': 'general' }, ago(0));
    await readLaunches(port, [...all.toReversed(), own], window);
    expect(asked[0]).toBe('instances 7');
    expect(asked.slice(1).toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(asked).toHaveLength(1 + MAX_GROUPS);
  });

  test('no node of a group: nothing is asked', async () => {
    const { asked, port } = groups([]);
    expect(await readLaunches(port, [node('p', { 'karpenter.sh/nodepool': 'general' })], window)).toEqual([]);
    expect(asked).toEqual([]);
  });

  test('count within the window, failed ones too; what ends instances does not', async () => {
    const { port } = groups([
      launch(1, { status: 'Failed' }),
      launch(2),
      launch(3, { cause: 'At 2026-11-03T14:27:00Z the scheduled action Mon <b>8</b> executed.' }),
      launch(4, { description: 'Terminating EC2 instance: i-0123456789abcdef0' }),
      launch(11),
    ]);
    const [found] = await readLaunches(port, [managed('a', 0)], window);
    expect(found).toEqual({
      group: 'a',
      times: [3, 2, 1].map((minutes) => AT - minutes * MINUTE_MS),
      failed: 1,
      schedule: 'unnamed',
      isPage: false,
    });
  });

  test('a page that is all of this window says "at least"', async () => {
    const page = Array.from({ length: 100 }, () => launch(1));
    const [full] = await readLaunches(groups(page).port, [managed('a', 0)], window);
    expect(full?.isPage).toBe(true);
    const older = [...page.slice(1), launch(12)];
    const [whole] = await readLaunches(groups(older).port, [managed('a', 0)], window);
    expect(whole?.isPage).toBe(false);
  });
});
