import { describe, expect, test } from 'vitest';
import { isoTime, MINUTE_MS, SECOND_MS } from '../../shared/clock.ts';
import { assertAppliedOnce, watchAuthorisation } from '../../simulator/invariants.ts';
import type { WorldInput } from '../../simulator/world-file.ts';
import { poke, setUpProbe } from '../support/probe.ts';
import { byItsAction, cutOff, onlyIncident, simulate, smallWorld, TROUBLE } from '../support/simulate.ts';

const [base] = smallWorld.clusters;

function world(over: Partial<WorldInput> = {}, ahead?: string): WorldInput {
  if (base === undefined) throw new Error('no cluster');
  return { ...over, clusters: [ahead === undefined ? base : { ...base, ahead }] };
}

async function interrupted(of: WorldInput, jumpMs = 0) {
  const run = simulate({ world: of });
  const watch = watchAuthorisation(run.world, byItsAction);
  await run.world.clock.advance(MINUTE_MS);
  run.world.interrupt('spot/0');
  if (jumpMs !== 0) {
    await run.world.clock.advance(3_000);
    run.world.clock.jump(jumpMs);
  }
  await run.simulation.settle(24 * 60 * MINUTE_MS);
  watch.assert();
  assertAppliedOnce(run.world);
  return { ...run, incident: await onlyIncident(run.simulation) };
}

describe('T13: clocks that disagree', () => {
  test.each(['10m', '-10m', '3s', '-3s'])(
    'the API server’s clock is off by %s: the pods are counted right',
    async (ahead) => {
      const { incident, world: of } = await interrupted(world({}, ahead));
      expect(incident.outcome).toMatchObject({ kind: 'fixed' });
      expect(incident.outcome?.summary).toMatch(/^4 of 4 pods Ready elsewhere/);
      await of.clock.advance(5 * MINUTE_MS);
      expect(cutOff(of)).toEqual([]);
    },
  );

  test.each(['10m', '-10m'])(
    'a sweep under an API server that is %s ahead finds a dead machine, and no other',
    async (ahead) => {
      const [cluster] = world({}, ahead).clusters;
      const groups = [{ name: 'spot', kind: 'self-managed' as const, count: 3, replaceUnhealthy: false }];
      const run = simulate({
        world: { clusters: [{ ...cluster, groups }] } as WorldInput,
        loses: () => true,
      });
      await run.world.clock.advance(MINUTE_MS);
      run.world.stop('spot/0');
      await run.world.clock.advance(2 * MINUTE_MS);
      await run.simulation.sweep();
      expect(await run.simulation.incidents()).toEqual([]);
      await run.world.clock.advance(5 * MINUTE_MS);
      await run.simulation.sweep();
      await run.simulation.settle();
      expect(await run.simulation.incidents()).toHaveLength(1);
    },
  );

  test('an event from the future buys no time: the grace still ends before the real deadline', async () => {
    const run = simulate({
      world: {
        clusters: [
          {
            ...world().clusters[0],
            workloads: [{ name: 'slow', namespace: 'web', replicas: 3, grace: '900s', shutdown: '800s' }],
          },
        ],
      } as WorldInput,
      loses: () => true,
    });
    await run.world.clock.advance(MINUTE_MS);
    run.world.interrupt('spot/0');
    const { account, region } = run.world.spec;
    const body = {
      id: 'future',
      source: 'aws.ec2',
      'detail-type': 'EC2 Spot Instance Interruption Warning',
      account,
      region,
      time: isoTime(run.world.clock.now() + 10 * MINUTE_MS),
      detail: { 'instance-id': run.world.instance('spot/0').id, 'instance-action': 'terminate' },
    };
    run.simulation.send(TROUBLE, JSON.stringify(body));
    await run.simulation.settle();
    await run.world.clock.advance(5 * MINUTE_MS);
    expect(cutOff(run.world)).toEqual([]);
  });

  test.each([10 * MINUTE_MS, -10 * MINUTE_MS])(
    'our own clock jumps by %i ms in the middle: one end, nothing twice',
    async (jump) => {
      const { incident } = await interrupted(world(), jump);
      expect(incident.status).toBe('closed');
      expect(incident.generation).toBe(1);
    },
  );

  test.each([
    ['the end of daylight saving time', '2026-10-25T00:59:00Z'],
    ['its beginning', '2027-03-28T00:59:00Z'],
    ['2038, when 32 bits of seconds end', '2038-01-19T03:13:00Z'],
    ['a leap day', '2028-02-29T23:58:30Z'],
  ])('%s', async (_name, start) => {
    const { incident, world: of } = await interrupted(world({ start }));
    expect(incident.outcome?.kind).toBe('fixed');
    expect(incident.closedAt).toBeGreaterThan(Date.parse(start));
    const messages = of.topic.messages.map(({ body }) => body).join('\n');
    expect(messages).toContain(`opened ${start.slice(0, 4)}-`);
  });

  test('the same event delivered by two hosts with different clocks is one piece of news', async () => {
    const run = simulate({ loses: () => true });
    await run.world.clock.advance(MINUTE_MS);
    run.world.rebalance('spot/0');
    const [event] = run.world.events;
    const policyEvent = JSON.stringify({
      ...event,
      'detail-type': 'EC2 Spot Instance Interruption Warning',
      detail: { ...event?.detail, 'instance-action': 'stop' },
    });
    run.simulation.send(TROUBLE, policyEvent);
    await run.world.clock.advance(5_000);
    run.world.clock.jump(-10 * MINUTE_MS);
    run.simulation.send(TROUBLE, policyEvent);
    await run.simulation.settle(60 * MINUTE_MS);
    const incident = await onlyIncident(run.simulation);
    expect(incident.signals).toHaveLength(1);
  });
});

test('T13: a clock that is set back while a step runs keeps no news from it', async () => {
  const heard: number[] = [];
  const setup = setUpProbe((probe) => ({
    actions: [
      poke(probe, {
        apply: async ({ hasNews }) => {
          const { clock } = setup.world;
          clock.jump(-10 * MINUTE_MS);
          while (heard.length === 0 && clock.elapsed() < 2 * MINUTE_MS) {
            await clock.sleep(SECOND_MS);
            if (await hasNews()) heard.push(clock.elapsed());
          }
          return { status: 'done', summary: 'poked' };
        },
      }),
    ],
  }));
  setup.send('event-1', setup.ids[0] ?? '');
  await setup.world.clock.advance(20 * SECOND_MS);
  // AWS goes by its own clock.
  setup.world.clock.jump(10 * MINUTE_MS);
  setup.send('event-2', setup.ids[0] ?? '');
  setup.world.clock.jump(-10 * MINUTE_MS);
  await setup.world.clock.advance(3 * MINUTE_MS);
  expect(heard[0]).toBeLessThan(40 * SECOND_MS);
});
