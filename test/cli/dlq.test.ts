import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PortError } from '../../shared/errors.ts';
import { NOW, setUp } from './fakes.ts';

const event = readFileSync(new URL('../../events/spot-interruption-terminate.json', import.meta.url), 'utf8');
const ids = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`);

describe('dlq ls', () => {
  test('shows what is parked, how old, what it is and why, and puts it back', async () => {
    const { run, deadLetters } = setUp();
    deadLetters.park('notice', 'm1', { body: event });
    deadLetters.park('lifecycle', 'm2', { body: 'nonsense', reason: 'not \u001b[31mJSON' });
    const { code, stdout, stderr } = await run('dlq ls');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^notice +m1 .* 1 m 00 s ago +EC2 Spot Instance Interruption Warning +failed too often$/m,
    );
    expect(stdout).toMatch(/^lifecycle +m2 .* not an event +not JSON$/m);
    expect(stderr).toContain('notice: about 1 parked');
    expect(deadLetters.hidden).toEqual(new Set());
    expect(deadLetters.sent).toEqual([]);
  });

  test('reads through a long queue up to the limit', async () => {
    const { run, deadLetters } = setUp();
    for (const id of ids(35)) deadLetters.park('notice', id);
    const { stdout } = await run('dlq ls --lane notice --limit 25 --json');
    expect(JSON.parse(stdout)).toHaveLength(25);
    expect(deadLetters.hidden).toEqual(new Set());
  });
});

describe('dlq redrive', () => {
  test('sends every message through its own lane and removes it', async () => {
    const { run, deadLetters } = setUp();
    for (const id of ids(13)) deadLetters.park('lifecycle', id);
    deadLetters.park('notice', 'n');
    const { code, stdout } = await run('dlq redrive --json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual([
      { lane: 'notice', sent: 1, kept: 0 },
      { lane: 'lifecycle', sent: 13, kept: 0 },
    ]);
    expect(deadLetters.sent.map(({ lane, body }) => `${lane} ${body}`).slice(0, 2)).toEqual([
      'notice body-n',
      'lifecycle body-m0',
    ]);
    expect(deadLetters.ids('lifecycle')).toEqual([]);
  });

  test('keeps to the rate', async () => {
    const { run, deadLetters, clock } = setUp();
    for (const id of ids(4)) deadLetters.park('notice', id);
    await run('dlq redrive --lane notice --rate 2');
    expect(clock.now() - NOW).toBe(2_000);
  });

  test('--dry-run sends and removes nothing', async () => {
    const { run, deadLetters } = setUp();
    deadLetters.park('notice', 'm1', { body: event });
    const { stdout } = await run('dlq redrive --dry-run');
    expect(stdout).toContain('m1');
    expect(deadLetters.sent).toEqual([]);
    expect(deadLetters.ids('notice')).toEqual(['m1']);
  });

  test('ends although what it sends is parked again at once', async () => {
    const { run, deadLetters, clock } = setUp();
    deadLetters.park('notice', 'm1');
    let copies = 0;
    deadLetters.onSend = (lane, body) =>
      deadLetters.park(lane, `copy-${copies++}`, { body, sentAt: clock.now() });
    const { code } = await run('dlq redrive --lane notice');
    expect(code).toBe(0);
    expect(deadLetters.sent).toHaveLength(1);
    expect(deadLetters.ids('notice')).toEqual(['copy-0']);
    expect(deadLetters.hidden.has('receipt-copy-0')).toBe(false);
  });

  test('keeps what cannot be read back or what SQS refuses, and goes on', async () => {
    const { run, deadLetters } = setUp();
    deadLetters.park('notice', 'lost', { body: undefined });
    deadLetters.park('notice', 'half', { body: '\ud800' });
    deadLetters.park('notice', 'odd', { body: 'refuse me' });
    deadLetters.park('notice', 'good');
    deadLetters.onSend = (_, body) => {
      if (body === 'refuse me')
        throw new PortError('invalid', 'bad characters', { operation: 'sqs:SendMessage' });
    };
    const { stdout } = await run('dlq redrive --lane notice --json');
    expect(JSON.parse(stdout)).toEqual([{ lane: 'notice', sent: 1, kept: 3 }]);
    expect(deadLetters.ids('notice')).toEqual(['lost', 'half', 'odd']);
  });

  test('a failure in the middle loses nothing and leaves nothing hidden', async () => {
    const { run, deadLetters } = setUp();
    for (const id of ids(3)) deadLetters.park('notice', id);
    deadLetters.onSend = (_, body) => {
      if (body === 'body-m1') throw new PortError('throttled', 'slow down', { operation: 'sqs:SendMessage' });
    };
    const { code } = await run('dlq redrive --lane notice');
    expect(code).toBe(1);
    expect(deadLetters.ids('notice')).toEqual(['m1', 'm2']);
    expect([...deadLetters.hidden]).toEqual(['receipt-m0']);
  });

  test.each([
    'dlq redrive --rate 0',
    'dlq redrive --rate 51',
    'dlq redrive --rate x',
    'dlq ls --lane urgent',
  ])('`%s` is a usage error', async (line) => expect((await setUp().run(line)).code).toBe(2));
});
