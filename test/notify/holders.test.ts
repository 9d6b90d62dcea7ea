import { describe, expect, test } from 'vitest';
import { SECOND_MS } from '../../shared/clock.ts';
import { type Delivered, deliver } from '../../shared/notify/deliver.ts';
import { notifierEnvironment } from '../../shared/notify/delivery.ts';
import { note } from '../../shared/notify/outbox.ts';
import { acquire } from '../../shared/notify/outbox-lease.ts';
import type { HintQueue } from '../../shared/ports/notifier.ts';
import type { Table } from '../../shared/ports/table.ts';
import { FaultPlan } from '../../simulator/faults.ts';
import { gateOf } from '../../simulator/ports.ts';
import { Process } from '../../simulator/process.ts';
import { simulatedPeople } from '../../simulator/slack-ports.ts';
import { CHANNEL, ROUTE, slackApp } from '../support/slack.ts';
import { outboxWorld } from './outbox-world.ts';

describe('several notifiers at once', () => {
  test('a holder that died is followed by another after a lease, not sooner', async () => {
    const run = outboxWorld(slackApp());
    await run.world.clock.run(acquire(run.world.table, CHANNEL));
    await run.open(1);
    await run.world.clock.advance(50 * SECOND_MS);
    expect(run.world.slack.messages).toEqual([]);
    await run.world.clock.advance(20 * SECOND_MS);
    expect(run.world.slack.messages).toHaveLength(1);
  });
});

describe('a notifier that finds the channel held', () => {
  test('makes its holder look once more: nothing waits for a lease to run out', async () => {
    // The topic is down, so that nobody comes but the two of them.
    const run = outboxWorld(slackApp(), new FaultPlan([{ port: 'topic', fault: { kind: 'unreachable' } }]));
    const { simulation, world } = run;
    const [first = '', second = ''] = await run.open(1, 2);
    const noted = async (id: string) => {
      const incident = await simulation.ledger.readIncident(id);
      if (incident !== undefined) await note(world.table, CHANNEL, incident, { route: ROUTE, now: 0 });
    };
    const environmentOn = (table: Table) => {
      const process = new Process('holder');
      const { ports, ...rest } = simulation.environment(process);
      const slack = simulatedPeople(world, gateOf(world, { process }));
      return notifierEnvironment({ ...rest, ports: { clock: ports.clock, table } }, slack, NO_HINTS, {});
    };
    const other: Delivered[] = [];
    const table = beforeRelease(world.table, async () => {
      await noted(second);
      other.push(await deliver(environmentOn(world.table), CHANNEL, { isOnTime: () => true }));
    });
    await world.clock.run(noted(first));
    const done = await world.clock.run(deliver(environmentOn(table), CHANNEL, { isOnTime: () => true }));
    expect(other).toEqual([{ again: { at: expect.any(Number), seen: expect.any(Number) } }]);
    expect(done).toEqual({});
    expect([first, second].map((id) => world.slack.about(id).length)).toEqual([1, 1]);
  });
});

test('a notifier that cannot read the config gives the channel back at once', async () => {
  const run = outboxWorld(slackApp());
  const process = new Process('holder');
  const people = () => Promise.reject(new Error('no config'));
  const slack = simulatedPeople(run.world, gateOf(run.world, { process }));
  const environment = { ...run.simulation.environment(process), people };
  const told = deliver(notifierEnvironment(environment, slack, NO_HINTS, {}), CHANNEL, {
    isOnTime: () => true,
  });
  await expect(run.world.clock.run(told)).rejects.toThrow('no config');
  expect((await acquire(run.world.table, CHANNEL)).is).toBe('mine');
});

const NO_HINTS: HintQueue = { send: async () => {} };

/** Does something once, right before the holder gives the channel back. */
function beforeRelease(table: Table, happen: () => Promise<void>): Table {
  let isDone = false;
  return {
    get: (key) => table.get(key),
    query: (pk, prefix) => table.query(pk, prefix),
    queryOpen: (pk, upTo) => table.queryOpen(pk, upTo),
    putNew: (item) => table.putNew(item),
    addToSet: (key, sets, options) => table.addToSet(key, sets, options),
    update: async (key, change, conditions) => {
      if (!isDone && change.set?.['held'] === false) {
        isDone = true;
        await happen();
      }
      return await table.update(key, change, conditions);
    },
  };
}
