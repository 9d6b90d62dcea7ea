import { describe, expect, test } from 'vitest';
import { nodeInterruption } from '../../functions/node-interruption/index.ts';
import { allPages } from '../../shared/aws/paging.ts';
import { clientConfig } from '../../shared/aws/ports.ts';
import { receiver } from '../../shared/pipeline/receive.ts';
import { sweeper } from '../../shared/pipeline/sweep.ts';
import type { Trouble } from '../../shared/pipeline/trouble.ts';
import { Process } from '../../simulator/process.ts';
import { simulate, warningBody } from '../support/simulate.ts';

const trouble = nodeInterruption as unknown as Trouble;
/** As `serverless.yml` sets the notice lane's function. */
const NOTICE_TIMEOUT_MS = 15_000;

const ours = { is: 'ours', cluster: 'prod', why: 'test' } as const;

function record(messageId: string, body: string) {
  const attributes = {
    ApproximateReceiveCount: '3',
    SentTimestamp: '0',
    SenderId: 's',
    ApproximateFirstReceiveTimestamp: '0',
  };
  const source = { eventSource: 'aws:sqs', eventSourceARN: 'arn', awsRegion: 'eu-west-1', md5OfBody: '' };
  return { messageId, receiptHandle: messageId, body, attributes, messageAttributes: {}, ...source };
}

describe('when time is short', () => {
  test('a record with a known owner is treated, one that must be searched for goes back to the queue', async () => {
    const run = simulate();
    await run.world.clock.advance(60_000);
    const known = warningBody(run.world, 'known');
    const ghost = known.replace(/i-[0-9a-f]{17}/, 'i-00000000000000000');
    const receive = receiver(trouble, run.simulation.environment(new Process('receive')));
    const Records = [record('ghost', ghost), record('known', known)];
    const response = await run.world.clock.run(receive({ Records }, () => 5_000));
    expect(response.batchItemFailures).toEqual([{ itemIdentifier: 'ghost' }]);
    expect(run.simulation.workflows.executions()).toHaveLength(1);
  });

  test('records that cannot be started in time all go back, and nothing is opened', async () => {
    const run = simulate();
    const receive = receiver(trouble, run.simulation.environment(new Process('receive')));
    const Records = [record('a', warningBody(run.world, 'a'))];
    const response = await run.world.clock.run(receive({ Records }, () => 1_000));
    expect(response.batchItemFailures).toEqual([{ itemIdentifier: 'a' }]);
    expect(run.simulation.workflows.executions()).toEqual([]);
  });

  test('the sweep says which clusters it did not reach, and tells people before its time is over', async () => {
    const run = simulate();
    const sweep = sweeper([trouble], run.simulation.environment(new Process('sweep')));
    const report = await run.world.clock.run(sweep(() => 10_000));
    expect(report.lines).toEqual(['node-interruption in prod: not swept, the sweep ran out of time']);
    expect(run.world.topic.messages.at(-1)?.body).toContain('not swept');
  });

  test('however much is found that no event told of, the clusters are swept', async () => {
    const run = simulate();
    let left = 240_000;
    const swept: string[] = [];
    const about = { account: '210987654321', region: 'eu-west-1', kind: 'k', meaning: 'm', data: {} };
    const signals = Array.from({ length: 1_000 }, (_, index) => ({
      ...about,
      subject: { kind: 'instance' as const, id: `i-${index}` },
      occurredAt: 0,
      eventId: `e-${index}`,
    }));
    const finding: Trouble = {
      ...trouble,
      find: async () => ({ signals, lines: [] }),
      ownersOf: async () => new Map(signals.map(({ subject }) => [subject.id, ours])),
      trigger: () => ({ do: 'nothing', why: 'test' }),
      sweep: async ({ cluster }) => {
        swept.push(cluster.name);
        return [];
      },
    };
    const sweep = sweeper([finding], run.simulation.environment(new Process('sweep')));
    const report = await run.world.clock.run(sweep(() => (left -= 1_000)));
    expect(report.lines).toEqual([expect.stringContaining('not all that no event told of was looked at')]);
    expect(swept).toEqual(['prod']);
  });

  test('three attempts of an AWS call that hangs end before the notice lane’s function does', () => {
    const { maxAttempts, requestHandler } = clientConfig('eu-west-1');
    expect(maxAttempts * requestHandler.requestTimeout).toBeLessThan(NOTICE_TIMEOUT_MS);
  });

  test.each([undefined, ''])('a list whose last page carries the token %j ends there', async (next) => {
    let reads = 0;
    const items = await allPages<number, string>(async () => ({ items: [++reads], next }));
    expect(items).toEqual([1]);
  });
});
