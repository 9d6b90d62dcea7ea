import { describe, expect, test } from 'vitest';
import { setUp } from './fakes.ts';

describe('stop and resume', () => {
  test('stop engages the switch with who and why; resume releases it', async () => {
    const { run, deployment } = setUp();
    const stopped = await run(['stop', '--reason', 'game day', '--by', 'lee']);
    expect(stopped.code).toBe(0);
    expect(stopped.stdout).toBe('stop switch: engaged at 2026-11-03T14:10:00Z by cli:lee: game day\n');
    expect(await deployment.readStop()).toMatchObject({
      state: 'engaged',
      by: 'cli:lee',
      reason: 'game day',
    });
    expect((await run(['resume', '--reason', 'over'])).stdout).toBe('stop switch: clear\n');
    expect(await deployment.readStop()).toEqual({ state: 'clear' });
  });

  test.each(['stop', 'resume', 'stop --reason ', 'stop --by lee'])(
    '`%s` without a reason changes nothing',
    async (line) => {
      const { run, deployment } = setUp();
      expect((await run(line)).code).toBe(2);
      expect(await deployment.readStop()).toEqual({ state: 'clear' });
    },
  );

  test('a switch that reads back otherwise is an error', async () => {
    const { run, deployment } = setUp();
    deployment.readStop = async () => ({ state: 'unreadable', why: 'throttled' });
    const { code, stdout } = await run(['stop', '--reason', 'x', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ state: 'unreadable', why: 'throttled' });
  });
});
