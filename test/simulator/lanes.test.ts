import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { failureKind } from '../../shared/errors.ts';
import type { Trouble } from '../../shared/pipeline/trouble.ts';
import { VirtualClock } from '../../simulator/clock.ts';
import { Lane, type LaneOptions } from '../../simulator/lane.ts';
import { COUNTED_LANE, LANES } from '../../simulator/lanes.ts';
import { Process } from '../../simulator/process.ts';
import { Simulation, type SimulationOptions } from '../../simulator/simulation.ts';
import { worldOf } from '../../simulator/world.ts';
import { demoCluster } from './harness.ts';

const WARNING = 'EC2 Spot Instance Interruption Warning';
const STATE = 'EC2 Instance State-change Notification';

/** Each batch takes `workMs`; `batches` says when each began and what was in it. */
function laneOf(options: Partial<LaneOptions>, workMs = 0, fails = false) {
  const clock = new VirtualClock(0);
  const batches: [number, string[]][] = [];
  const consumer = () => ({
    receive: async ({ Records }: { Records: { body: string }[] }) => {
      batches.push([clock.now(), Records.map((record) => record.body)]);
      await clock.sleep(workMs);
      if (fails) throw new Error('from the function');
      return { batchItemFailures: [] };
    },
  });
  return { clock, batches, lane: new Lane({ clock, consumer, ...options }) };
}

describe('a lane', () => {
  it('collects until its window ends, counted from the first message', async () => {
    const { clock, batches, lane } = laneOf({ batchWindowMs: 5_000 });
    lane.send('a');
    await clock.advance(4_000);
    lane.send('b');
    await clock.advance(2_000);
    lane.send('c');
    await clock.advance(10_000);
    expect(batches).toEqual([
      [5_000, ['a', 'b']],
      [11_000, ['c']],
    ]);
  });

  it('does not wait with a full batch', async () => {
    const { clock, batches, lane } = laneOf({ batchWindowMs: 5_000, batchSize: 2 });
    lane.send('a', 'b', 'c');
    await clock.advance(6_000);
    expect(batches).toEqual([
      [0, ['a', 'b']],
      [5_000, ['c']],
    ]);
  });

  it('works on no more batches at once than its concurrency, and loses none', async () => {
    const { clock, batches, lane } = laneOf({ maxConcurrency: 2, batchSize: 1 }, 1_000);
    lane.send('a', 'b', 'c', 'd', 'e');
    await clock.advance(10_000);
    expect(batches.map(([at]) => at)).toEqual([0, 0, 1_000, 1_000, 2_000]);
    expect(lane.pending).toBe(0);
  });

  it('shows a failed batch again after its visibility, each time through the window, and gives up at last', async () => {
    const options = { visibilityMs: 30_000, batchWindowMs: 5_000, maxReceives: 3 };
    const { clock, batches, lane } = laneOf(options, 0, true);
    lane.send('a');
    clock.jump(-600_000);
    await clock.advance(120_000);
    expect(batches.map(([at]) => at + 600_000)).toEqual([5_000, 40_000, 75_000]);
    expect(lane.deadLetters).toEqual([{ body: 'a', receives: 3 }]);
  });

  it('is deployed with these numbers', async () => {
    const read = async (path: string) =>
      parse(await readFile(new URL(`../../${path}`, import.meta.url), 'utf8'));
    const { functions } = await read('serverless.yml');
    const { Resources: queues } = await read('deploy/template/queues.yml');
    for (const [name, queue, lane] of [
      ['nodeInterruptionNotice', 'NodeInterruptionNoticeQueue', LANES.notice] as const,
      ['nodeInterruptionLifecycle', 'NodeInterruptionLifecycleQueue', LANES.lifecycle] as const,
      ['ebsSaturationLifecycle', 'EbsSaturationLifecycleQueue', LANES.lifecycle] as const,
    ]) {
      const { timeout, events } = functions[name];
      const { VisibilityTimeout, RedrivePolicy } = queues[queue].Properties;
      const [{ sqs }] = events;
      expect(lane).toEqual({
        timeoutMs: timeout * 1_000,
        visibilityMs: VisibilityTimeout * 1_000,
        maxReceives: RedrivePolicy.maxReceiveCount,
        maxConcurrency: sqs.maximumConcurrency,
        ...(sqs.maximumBatchingWindow === 0 ? {} : { batchWindowMs: sqs.maximumBatchingWindow * 1_000 }),
      });
      expect(sqs.batchSize).toBe(10);
    }
  });

  it('is deployed with other numbers for a trouble that counts', async () => {
    const read = async (path: string) =>
      parse(await readFile(new URL(`../../${path}`, import.meta.url), 'utf8'));
    const { functions } = await read('serverless.yml');
    const { Resources: queues } = await read('deploy/template/queues.yml');
    const { timeout, events } = functions.apiThrottlingLifecycle;
    const { VisibilityTimeout, RedrivePolicy } = queues.ApiThrottlingLifecycleQueue.Properties;
    const [{ sqs }] = events;
    expect(COUNTED_LANE).toEqual({
      timeoutMs: timeout * 1_000,
      visibilityMs: VisibilityTimeout * 1_000,
      maxReceives: RedrivePolicy.maxReceiveCount,
      maxConcurrency: sqs.maximumConcurrency,
      batchSize: sqs.batchSize,
      batchWindowMs: sqs.maximumBatchingWindow * 1_000,
    });
  });
});

const trouble = {
  name: 'probe',
  events: [
    { source: 'aws.ec2', detailType: WARNING, urgent: true },
    { source: 'aws.ec2', detailType: STATE },
  ],
  toSignals: () => ({ kind: 'ignored', reason: 'test' }),
  actions: [],
  reads: { aws: [], kubernetes: [] },
  sweeps: { aws: ['autoscaling:RecordLifecycleActionHeartbeat'], kubernetes: [] },
} as unknown as Trouble;

function setUp(extra: Partial<SimulationOptions> = {}) {
  const world = worldOf({ clusters: [demoCluster()] });
  const policyFor = () => {
    throw new Error('nothing is decided here');
  };
  const simulation = new Simulation({ world, troubles: [trouble], policyFor, ...extra });
  const pending = () => [simulation.lane('probe').pending, simulation.lane('probe', 'lifecycle').pending];
  return { world, simulation, pending };
}

describe('the two lanes of a trouble', () => {
  it('take urgent events and the rest apart', async () => {
    const { world, simulation, pending } = setUp();
    world.interrupt('workers/0');
    expect(pending()).toEqual([1, 0]);
    await world.clock.advance(121_000);
    expect(pending()).toEqual([0, 1]);
    await simulation.settle();
    expect(pending()).toEqual([0, 0]);
  });

  it.each([
    ['an urgent event', { source: 'aws.ec2', 'detail-type': WARNING }, [1, 0]],
    ['another event it reads', { source: 'aws.ec2', 'detail-type': STATE }, [0, 1]],
    ['an event nobody reads', { source: 'aws.ebs', 'detail-type': STATE }, [1, 0]],
    ['JSON that is no event', [null], [1, 0]],
  ])('send %s the way its words say', (_title, body, expected) => {
    const { simulation, pending } = setUp();
    simulation.send('probe', JSON.stringify(body));
    expect(pending()).toEqual(expected);
  });

  it('send what nobody can parse the fast way', () => {
    const { simulation, pending } = setUp();
    simulation.send('probe', '{', JSON.stringify({ source: 'aws.ec2', 'detail-type': STATE }));
    expect(pending()).toEqual([1, 1]);
  });

  it('never see an event that was lost, which the world remembers all the same', () => {
    const { world, pending } = setUp({ loses: (event) => event['detail-type'] === WARNING });
    world.interrupt('workers/0');
    expect(world.events).toHaveLength(1);
    expect(pending()).toEqual([0, 0]);
  });

  it('may call what the sweep declares, and no more', async () => {
    const { world, simulation } = setUp();
    const { autoscaling } = simulation.environment(new Process()).ports;
    const action = { group: 'none', hook: 'none', instanceId: 'i-00000000000000000' };
    const kindOf = (work: Promise<unknown>) => world.clock.run(work.then(() => 'ok', failureKind));
    expect(await kindOf(autoscaling.recordHeartbeat(action))).toBe('invalid');
    expect(await kindOf(autoscaling.completeAction(action))).toBe('unauthorised');
  });
});
