import { describe, expect, test } from 'vitest';
import type { Due } from '../../functions/node-interruption/drain/due.ts';
import { Progress } from '../../functions/node-interruption/drain/progress.ts';
import { Sender } from '../../functions/node-interruption/drain/sender.ts';
import type { PodSummary } from '../../functions/node-interruption/pods.ts';
import { SECOND_MS } from '../../shared/clock.ts';
import { type FailureKind, PortError } from '../../shared/errors.ts';
import type { Kubernetes } from '../../shared/ports/kubernetes.ts';
import { VirtualClock } from '../../simulator/clock.ts';
import { pod } from '../support/facts.ts';

interface Sent {
  name: string;
  atMs: number;
}

type Answer = { ms: number; fails?: FailureKind | 'bug' };

/** A server that answers as told, and how many requests it had at once. */
function serverWith(answer: (pod: PodSummary, n: number) => Answer, parallel = 50) {
  const clock = new VirtualClock();
  const start = clock.now();
  const sent: Sent[] = [];
  const seen = { most: 0, now: 0 };
  const ask = async (asked: PodSummary) => {
    const { ms, fails } = answer(asked, sent.push({ name: asked.name, atMs: clock.now() - start }));
    seen.most = Math.max(seen.most, ++seen.now);
    await clock.sleep(ms);
    seen.now--;
    if (fails === 'bug') throw new TypeError('a bug of ours');
    if (fails !== undefined) throw new PortError(fails, fails, { operation: 'create pods/eviction' });
  };
  const kubernetes = { evictPod: ask, deletePod: ask } as unknown as Kubernetes;
  const progress = new Progress();
  const deadline = start + 600 * SECOND_MS;
  const sender = new Sender({ kubernetes, clock, progress, deadline, marginMs: 0, parallel });
  const send = (due: readonly Due[], ms = SECOND_MS) => clock.run(sender.send(due, clock.now() + ms));
  return { clock, sender, progress, sent, seen, send };
}

function due(count: number, over: Partial<PodSummary> = {}): Due[] {
  return Array.from({ length: count }, (_, n) => ({ pod: pod(`p-${n}`, over), way: 'evict' }));
}

describe('pods without a budget', () => {
  test('go as fast as the server answers, never more at once than allowed', async () => {
    const { seen, sent, send } = serverWith(() => ({ ms: 10 }), 20);
    await send(due(200));
    expect(sent).toHaveLength(200);
    expect(seen.most).toBe(20);
  });

  test('begin with five, so that nobody is hit by all of them at once', async () => {
    const { sent, send } = serverWith(() => ({ ms: 100 }));
    await send(due(100));
    expect(sent.filter(({ atMs }) => atMs === 0)).toHaveLength(5);
    expect(sent.filter(({ atMs }) => atMs <= 100)).toHaveLength(15);
  });

  test('a server that has too much to do is asked less, and each pod waits as it says', async () => {
    const { seen, sent, send } = serverWith((_, n) => ({ ms: 100, ...(n > 5 && { fails: 'throttled' }) }));
    await send(due(60));
    const last = sent.filter(({ atMs }) => atMs >= 800);
    expect(seen.most).toBeLessThanOrEqual(10);
    expect(last.length).toBeLessThanOrEqual(4);
    expect(new Set(sent.map(({ name }) => name)).size).toBe(sent.length);
  });

  test('one hanging request holds up nobody, stays in flight, and is not sent again', async () => {
    const { sender, sent, send } = serverWith(({ name }) => ({ ms: name === 'p-0' ? 60_000 : 10 }));
    const pods = due(30);
    await send(pods);
    expect(sent).toHaveLength(30);
    expect(pods.filter(({ pod: of }) => sender.isInFlight(of)).map(({ pod: of }) => of.name)).toEqual([
      'p-0',
    ]);
  });

  test('many that hang, as behind a webhook of theirs, hold up the others for seconds and are never too many', async () => {
    const { clock, sender, progress, sent, seen, send } = serverWith(({ name }) =>
      name.startsWith('stuck') ? { ms: 10_000, fails: 'transient' } : { ms: 10 },
    );
    const stuck = due(40).map(({ pod: of, way }) => ({
      pod: { ...of, name: `stuck-${of.name}`, uid: `stuck-${of.uid}` },
      way,
    }));
    const others = () => sent.filter(({ name }) => !name.startsWith('stuck'));
    for (let second = 0; second < 20; second++) {
      const gone = new Set(others().map(({ name }) => name));
      const left = [...stuck, ...due(40, { budgets: ['web/api'] })].filter(
        ({ pod: of }) => !gone.has(of.name),
      );
      await send(left.filter((each) => !sender.isInFlight(each.pod) && progress.isDue(each, clock.now())));
    }
    expect(others()).toHaveLength(40);
    expect(seen.most).toBeLessThanOrEqual(50);
  });

  test('nothing starts when the turn is over, however many are left', async () => {
    const { clock, sent, send } = serverWith(() => ({ ms: 300 }), 5);
    await send(due(100));
    const atTheEnd = sent.length;
    await clock.advance(10 * SECOND_MS);
    expect(atTheEnd).toBe(20);
    expect(sent).toHaveLength(atTheEnd);
  });

  test('what is no answer of the server ends the turn at once', async () => {
    const { clock, send } = serverWith((_, n) => ({ ms: 10, ...(n === 3 && { fails: 'bug' }) }));
    const start = clock.now();
    await expect(send(due(100))).rejects.toThrow(TypeError);
    expect(clock.now() - start).toBeLessThan(100);
  });
});

test('what came to light between two turns starts nothing in the next', async () => {
  const { clock, sent, send } = serverWith((_, n) => (n === 1 ? { ms: 5_000, fails: 'bug' } : { ms: 10 }));
  await send(due(1));
  await clock.advance(10 * SECOND_MS);
  await expect(send(due(10, { namespace: 'other' }))).rejects.toThrow(TypeError);
  expect(sent).toHaveLength(1);
});

describe('pods under budgets', () => {
  test('one budget that has no place does not hold up another', async () => {
    const { sent, send } = serverWith(({ budgets }) =>
      budgets[0] === 'web/full' ? { ms: 10, fails: 'blocked-by-budget' } : { ms: 10 },
    );
    const full = due(20, { budgets: ['web/full'] });
    const open = due(10, { budgets: ['web/open'] }).map(({ pod: of }) => ({
      pod: { ...of, name: `open-${of.name}`, uid: `open-${of.uid}` },
      way: 'evict' as const,
    }));
    await send([...full, ...open]);
    expect(sent.filter(({ name }) => name.startsWith('open-'))).toHaveLength(10);
  });

  test('a budget without a place is asked again by a few requests, not by one for each pod', async () => {
    const { sent, send } = serverWith(() => ({ ms: 10, fails: 'blocked-by-budget' }));
    const pods = due(100, { budgets: ['web/api'] });
    for (let second = 0; second < 10; second++) await send(pods);
    expect(sent.length).toBeGreaterThan(4);
    expect(sent.length).toBeLessThan(30);
  });

  test('a place that comes is found within two seconds, and the next ones are taken without a pause', async () => {
    let isOpen = false;
    const { clock, sent, send } = serverWith(() => ({
      ms: 10,
      ...(!isOpen && { fails: 'blocked-by-budget' }),
    }));
    const pods = due(10, { budgets: ['web/api'] });
    for (let second = 0; second < 5; second++) await send(pods);
    isOpen = true;
    const asked = sent.length;
    const opened = clock.now();
    for (let second = 0; second < 3; second++) await send(pods.slice(sent.length - asked));
    expect(sent.length - asked).toBeGreaterThanOrEqual(10);
    expect(clock.now() - opened).toBeLessThan(2.5 * SECOND_MS);
  });

  test('a slow server has few of one budget in flight, a quick one gets all', async () => {
    const slow = serverWith(() => ({ ms: 3_000 }));
    await slow.send(due(100, { budgets: ['web/api'] }), 20 * SECOND_MS);
    expect(slow.seen.most).toBeLessThanOrEqual(5);
    const quick = serverWith(() => ({ ms: 5 }));
    await quick.send(due(100, { budgets: ['web/api'] }), 5 * SECOND_MS);
    expect(quick.sent).toHaveLength(100);
  });

  test('a pod that is not Ready does not wait for its budget’s turn', async () => {
    const { sent, send } = serverWith(({ ready }) => ({
      ms: 10,
      ...(ready && { fails: 'blocked-by-budget' }),
    }));
    const [unready] = due(1, { ready: false, budgets: ['web/api'], name: 'unready', uid: 'uid-unready' });
    await send([...due(20, { budgets: ['web/api'] }), ...(unready === undefined ? [] : [unready])]);
    expect(sent.map(({ name }) => name)).toContain('unready');
  });
});
