import { afterEach, describe, expect, test } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { type ApiServer, type Reply, status } from './api-server.ts';
import { type TestClock, testCluster } from './cluster.ts';

const servers: ApiServer[] = [];

/** A server whose clock is ahead of the client's and that takes `tripMs` for every answer. */
async function clusterAhead(reply: (clock: TestClock) => Reply, tripMs = 0) {
  const made = await testCluster(() => {
    made.clock.advance(tripMs / 2);
    const answer = reply(made.clock);
    made.clock.advance(tripMs / 2);
    return answer;
  });
  servers.push(made.server);
  return made;
}

function dated(at: number, reply: Reply = {}): Reply {
  return { ...reply, headers: { date: new Date(at).toUTCString() } };
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

describe("the API server's clock", () => {
  test('is taken for ours before the first answer', async () => {
    const { kubernetes, server } = await clusterAhead(({ now }) => dated(now() + MINUTE_MS));
    expect(kubernetes.serverAheadMs()).toBe(0);
    expect(server.requests).toEqual([]);
  });

  test.each([10 * MINUTE_MS, -10 * MINUTE_MS, 0])(
    'is %i ms ahead by the Date of its answer',
    async (ahead) => {
      const { kubernetes } = await clusterAhead(({ now }) => dated(now() + ahead));
      await kubernetes.getNode('n1');
      expect(kubernetes.serverAheadMs()).toBe(ahead);
    },
  );

  test('is compared with ours in the middle of the request', async () => {
    const { kubernetes } = await clusterAhead(({ now }) => dated(now() + MINUTE_MS), 8 * SECOND_MS);
    await kubernetes.getNode('n1');
    expect(kubernetes.serverAheadMs()).toBe(MINUTE_MS);
  });

  test('is what the newest answer says, a refusal included', async () => {
    let ahead = MINUTE_MS;
    const { kubernetes } = await clusterAhead(({ now }) => dated(now() + ahead, status(403, 'Forbidden')));
    await kubernetes.getNode('n1').catch(() => {});
    expect(kubernetes.serverAheadMs()).toBe(MINUTE_MS);
    ahead = 2 * MINUTE_MS;
    await kubernetes.listNodes().catch(() => {});
    expect(kubernetes.serverAheadMs()).toBe(2 * MINUTE_MS);
  });

  test.each(['soon', ''])('stays as last known after an answer dated "%s"', async (date) => {
    const replies: Reply[] = [];
    const { kubernetes, clock } = await clusterAhead(() => replies.shift() ?? {});
    replies.push(dated(clock.now() + MINUTE_MS), { headers: { date } });
    await kubernetes.getNode('n1');
    await kubernetes.getNode('n1');
    expect(kubernetes.serverAheadMs()).toBe(MINUTE_MS);
  });

  test('is known per cluster', async () => {
    const one = await clusterAhead(({ now }) => dated(now() + MINUTE_MS));
    const other = await clusterAhead(({ now }) => dated(now() - MINUTE_MS));
    await one.kubernetes.getNode('n1');
    await other.kubernetes.getNode('n1');
    expect([one.kubernetes.serverAheadMs(), other.kubernetes.serverAheadMs()]).toEqual([
      MINUTE_MS,
      -MINUTE_MS,
    ]);
  });
});
