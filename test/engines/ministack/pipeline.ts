import { describe, expect, test, vi } from 'vitest';
import { earlyInASecond, entryOf, keepEvents, putEvents, repeatEvents } from './bus.ts';
import { CLUSTER } from './cluster.ts';
import {
  deadLetters,
  executionStatuses,
  ledgerRows,
  linesOf,
  remembered,
  subscribe,
  type Told,
} from './observe.ts';
import { STACK } from './stack.ts';
import { launch, type Machine, type Stage } from './stage.ts';

const WARNING = 'spot-interruption-terminate.json';
const DEADLINE = { timeout: 60_000, interval: 250 };

export function pipelineTests(stageOf: () => Stage): void {
  describe('an event on the bus', () => {
    let machine: Machine;

    test('a Spot warning, put twice, becomes one incident, one run and one end that people hear of', async () => {
      const stage = stageOf();
      machine = await launch(stage, CLUSTER);
      stage.cluster.join(machine.id, machine.privateDnsName);
      const hear = await subscribe(stage);
      await keepEvents(stage);
      const warning = await entryOf(WARNING, machine.id);
      await earlyInASecond();
      await putEvents(stage, warning, warning);
      const told: Told[] = [];
      await vi.waitFor(async () => {
        told.push(...(await hear()));
        expect(told.map((each) => each.stage)).toContain('closed');
      }, DEADLINE);

      const { incident, history } = await remembered(stage, machine.id);
      expect(incident).toMatchObject({ status: 'closed', generation: 1, outcome: { kind: 'fixed' } });
      expect(history.filter((line) => !line.startsWith('plan: '))).toEqual([
        expect.stringMatching(/^signal: spot-interruption:terminate .*: opened$/),
        `intent: cordon on ${machine.privateDnsName}: mode auto`,
        'done: cordon: cordoned',
        `intent: drain on ${machine.privateDnsName}: mode auto`,
        'done: drain: 1 pods asked to leave, 0 still ending, 0 held back',
        expect.stringMatching(/^closed: fixed: 1 of 1 pods Ready elsewhere, drain took \d+ s\.$/),
      ]);
      const endings = told.filter((each) => each.stage === 'closed').map(({ body }) => body);
      expect(endings).toEqual([expect.stringContaining('Outcome: fixed. 1 of 1 pods Ready elsewhere')]);
    });

    test('the node was cordoned and drained through the TLS server of the cluster', () => {
      const { cluster } = stageOf();
      expect(cluster.node().spec?.unschedulable).toBe(true);
      expect(cluster.evicted()).toEqual(['cart-1']);
    });

    test('the run waited for the new pod, was carried over that wait by the engine and succeeded', async () => {
      const { starts } = stageOf().durable;
      const [run, ...others] = starts.values();
      expect(run?.name).toMatch(/^inc-[0-9a-f]{16}-g1-a1$/);
      expect(others).toEqual([]);
      expect(await run?.first).toBe('PENDING');
      await vi.waitFor(async () => {
        expect(await executionStatuses(stageOf())).toEqual(['SUCCEEDED']);
      }, DEADLINE);
    });

    test('the same two events once more, after the end, open nothing', async () => {
      const stage = stageOf();
      const before = await remembered(stage, machine.id);
      await repeatEvents(stage);
      // Of the first two one opened the incident; the other, with its own id, is known by its time.
      await vi.waitFor(async () => {
        expect(await linesOf(stage, 'notice', '"disposition":"duplicate"')).toHaveLength(1);
        expect(await linesOf(stage, 'notice', '"disposition":"late"')).toHaveLength(2);
      }, DEADLINE);
      expect(await remembered(stage, machine.id)).toEqual(before);
      expect(stage.durable.starts.size).toBe(1);
    });

    test('a warning without an instance ends in the dead-letter queue with its reason', async () => {
      const stage = stageOf();
      await putEvents(stage, await entryOf('malformed/missing-instance-id.json', machine.id));
      const parked = await vi.waitFor(async () => {
        const letters = await deadLetters(stage);
        expect(letters).toHaveLength(1);
        return letters[0];
      }, DEADLINE);
      expect(parked?.MessageAttributes?.['reason']?.StringValue).toContain('instance-id');
      expect(JSON.parse(parked?.Body ?? '')).toMatchObject({
        'detail-type': 'EC2 Spot Instance Interruption Warning',
        detail: { 'instance-action': 'terminate' },
      });
    });

    test('what no rule wants, and a machine of no cluster, leave no row in the ledger', async () => {
      const stage = stageOf();
      const unwanted = await launch(stage, CLUSTER);
      const foreign = await launch(stage);
      const before = await ledgerRows(stage);
      await putEvents(
        stage,
        await entryOf('ignored/state-change-running.json', unwanted.id),
        await entryOf(WARNING, foreign.id),
      );
      await vi.waitFor(async () => {
        expect(await linesOf(stage, 'notice', foreign.id)).toEqual([
          expect.stringContaining('subject is in no cluster'),
        ]);
      }, DEADLINE);
      expect(await ledgerRows(stage)).toEqual(before);
      // The bus delivers before it answers: what was not sent by now never will be.
      expect(await stage.log()).not.toContain(`EventBridge → SQS ${STACK}-node-interruption-lifecycle`);
    });

    test('not by this engine: a Spot instance that says so', () => {
      expect(machine.lifecycle).toBeUndefined();
    });
  });
}
