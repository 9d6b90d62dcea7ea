import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodeInterruption } from '../../functions/node-interruption/index.ts';
import { remediateHandler } from '../../shared/aws/handlers/remediate.ts';
import { wallClock } from '../../shared/clock.ts';
import type { Trouble } from '../../shared/pipeline/trouble.ts';
import type { Durable } from '../../shared/ports/durable.ts';
import { Process } from '../../simulator/process.ts';
import { simulate, TROUBLE } from '../support/simulate.ts';

beforeAll(() => LocalDurableTestRunner.setupTestEnvironment({ skipTime: false }));
afterAll(() => LocalDurableTestRunner.teardownTestEnvironment());

/** The world's time runs by itself here: the durable SDK brings its own clock. */
async function letTimeRun(run: ReturnType<typeof simulate>, until: { done: boolean }): Promise<void> {
  while (!until.done) {
    await run.world.clock.advance(250);
    await wallClock.sleep(5);
  }
}

test('the Lambda handler takes an opened incident through durable steps to the message that it is fixed', async () => {
  const run = simulate();
  await run.world.clock.advance(60_000);
  // Opened by receive, as in production; its durable start is held back so that the real SDK runs it.
  const started: { name: string; payload: unknown }[] = [];
  const durable: Durable = run.simulation.workflows;
  durable.start = async (_functionName, name, payload) => {
    started.push({ name, payload });
  };
  run.world.interrupt('spot/0');
  await run.simulation.settle();
  expect(started.map(({ name }) => name)).toEqual([expect.stringMatching(/^inc-[0-9a-f]{16}-g1-a1$/)]);

  const environment = run.simulation.environment(new Process('lambda'));
  const handler = remediateHandler(nodeInterruption as unknown as Trouble, environment);
  const runner = new LocalDurableTestRunner({ handlerFunction: handler });
  const over = { done: false };
  const ticking = letTimeRun(run, over);
  const result = await runner.run({ payload: started[0]?.payload });
  over.done = true;
  await ticking;

  expect(result.getResult()).toMatchObject({ ended: 'fixed' });
  const last = run.world.topic.messages.at(-1);
  expect(last?.attributes).toMatchObject({ stage: 'closed', trouble: TROUBLE });
  expect(last?.body).toContain('4 of 4 pods Ready elsewhere');
}, 60_000);
