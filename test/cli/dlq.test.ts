import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { lanesOf } from '../../cli/dlq.ts';
import { troubles } from '../../functions/index.ts';
import { PortError } from '../../shared/errors.ts';
import { NOW, setUp } from './fakes.ts';

const event = readFileSync(new URL('../../events/spot-interruption-terminate.json', import.meta.url), 'utf8');
const NOTICE = 'node-interruption-notice';
const LIFECYCLE = 'node-interruption-lifecycle';
const THROTTLING = 'api-throttling-lifecycle';
const VOLUMES = 'ebs-saturation-lifecycle';
const ids = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`);

test('every queue of the template that has a lane in front of it is looked at', () => {
  const text = readFileSync(new URL('../../deploy/template/queues.yml', import.meta.url), 'utf8');
  const names = [...text.matchAll(/QueueName: paramedic-\$\{sls:stage\}-(\S+)$/gm)].map(
    ([, name]) => `${name}`,
  );
  const withDlq = names.filter((name) => names.includes(`${name}-dlq`));
  expect(lanesOf(troubles).map(({ name }) => name)).toEqual(withDlq);
  expect(withDlq).toEqual([NOTICE, LIFECYCLE, THROTTLING, VOLUMES]);
});

describe('dlq ls', () => {
  test('shows what is parked, how old, what it is and why, and puts it back', async () => {
    const { run, deadLetters } = setUp();
    deadLetters.park(NOTICE, 'm1', { body: event });
    deadLetters.park(LIFECYCLE, 'm2', { body: 'nonsense', reason: 'not \u001b[31mJSON' });
    const { code, stdout, stderr } = await run('dlq ls');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^node-interruption-notice +m1 .* 1 m 00 s ago +EC2 Spot Instance Interruption Warning +failed too often$/m,
    );
    expect(stdout).toMatch(/^node-interruption-lifecycle +m2 .* not an event +not JSON$/m);
    expect(stderr).toContain('node-interruption-notice: about 1 parked');
    expect(deadLetters.hidden).toEqual(new Set());
    expect(deadLetters.sent).toEqual([]);
  });

  test('reads through a long queue up to the limit', async () => {
    const { run, deadLetters } = setUp();
    for (const id of ids(35)) deadLetters.park(NOTICE, id);
    const { stdout } = await run('dlq ls --lane notice --limit 25 --json');
    expect(JSON.parse(stdout)).toHaveLength(25);
    expect(deadLetters.hidden).toEqual(new Set());
  });
});

describe('dlq redrive', () => {
  test('sends every message through its own lane and removes it', async () => {
    const { run, deadLetters } = setUp();
    for (const id of ids(13)) deadLetters.park(LIFECYCLE, id);
    deadLetters.park(NOTICE, 'n');
    const { code, stdout } = await run('dlq redrive --json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual([
      { lane: NOTICE, sent: 1, kept: 0 },
      { lane: LIFECYCLE, sent: 13, kept: 0 },
      { lane: THROTTLING, sent: 0, kept: 0 },
      { lane: VOLUMES, sent: 0, kept: 0 },
    ]);
    expect(deadLetters.sent.map(({ lane, body }) => `${lane} ${body}`).slice(0, 2)).toEqual([
      'node-interruption-notice body-n',
      'node-interruption-lifecycle body-m0',
    ]);
    expect(deadLetters.ids(LIFECYCLE)).toEqual([]);
  });

  test('keeps to the rate', async () => {
    const { run, deadLetters, clock } = setUp();
    for (const id of ids(4)) deadLetters.park(NOTICE, id);
    await run('dlq redrive --lane notice --rate 2');
    expect(clock.now() - NOW).toBe(2_000);
  });

  test('--dry-run sends and removes nothing', async () => {
    const { run, deadLetters } = setUp();
    deadLetters.park(NOTICE, 'm1', { body: event });
    const { stdout } = await run('dlq redrive --dry-run');
    expect(stdout).toContain('m1');
    expect(deadLetters.sent).toEqual([]);
    expect(deadLetters.ids(NOTICE)).toEqual(['m1']);
  });

  test('ends although what it sends is parked again at once', async () => {
    const { run, deadLetters, clock } = setUp();
    deadLetters.park(NOTICE, 'm1');
    let copies = 0;
    deadLetters.onSend = (lane, body) =>
      deadLetters.park(lane, `copy-${copies++}`, { body, sentAt: clock.now() });
    const { code } = await run('dlq redrive --lane notice');
    expect(code).toBe(0);
    expect(deadLetters.sent).toHaveLength(1);
    expect(deadLetters.ids(NOTICE)).toEqual(['copy-0']);
    expect(deadLetters.hidden.has('receipt-copy-0')).toBe(false);
  });

  test('keeps what cannot be read back or what SQS refuses, and goes on', async () => {
    const { run, deadLetters } = setUp();
    deadLetters.park(NOTICE, 'lost', { body: undefined });
    deadLetters.park(NOTICE, 'half', { body: '\ud800' });
    deadLetters.park(NOTICE, 'odd', { body: 'refuse me' });
    deadLetters.park(NOTICE, 'good');
    deadLetters.onSend = (_, body) => {
      if (body === 'refuse me')
        throw new PortError('invalid', 'bad characters', { operation: 'sqs:SendMessage' });
    };
    const { stdout } = await run('dlq redrive --lane notice --json');
    expect(JSON.parse(stdout)).toEqual([{ lane: NOTICE, sent: 1, kept: 3 }]);
    expect(deadLetters.ids(NOTICE)).toEqual(['lost', 'half', 'odd']);
  });

  test('a failure in the middle loses nothing and leaves nothing hidden', async () => {
    const { run, deadLetters } = setUp();
    for (const id of ids(3)) deadLetters.park(NOTICE, id);
    deadLetters.onSend = (_, body) => {
      if (body === 'body-m1') throw new PortError('throttled', 'slow down', { operation: 'sqs:SendMessage' });
    };
    const { code } = await run('dlq redrive --lane notice');
    expect(code).toBe(1);
    expect(deadLetters.ids(NOTICE)).toEqual(['m1', 'm2']);
    expect([...deadLetters.hidden]).toEqual(['receipt-m0']);
  });

  test.each([
    [THROTTLING, [THROTTLING]],
    ['api-throttling', [THROTTLING]],
    ['node-interruption', [NOTICE, LIFECYCLE]],
    ['ebs-saturation', [VOLUMES]],
    ['lifecycle', [LIFECYCLE, THROTTLING, VOLUMES]],
  ])('--lane %s moves what is parked there and nothing else', async (lane, moved) => {
    const { run, deadLetters } = setUp();
    for (const each of [NOTICE, LIFECYCLE, THROTTLING, VOLUMES]) deadLetters.park(each, each);
    expect((await run(`dlq redrive --lane ${lane}`)).code).toBe(0);
    expect(deadLetters.sent).toEqual(moved.map((each) => ({ lane: each, body: `body-${each}` })));
  });

  test.each([
    'dlq redrive --rate 0',
    'dlq redrive --rate 51',
    'dlq redrive --rate x',
    'dlq ls --lane urgent',
    'dlq ls --lane api-throttling-notice',
  ])('`%s` is a usage error', async (line) => expect((await setUp().run(line)).code).toBe(2));
});
