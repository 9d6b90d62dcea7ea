import { describe, expect, test } from 'vitest';
import { ask, cordon, detach, setUp } from './fakes.ts';

/** An incident that waits for answers about the given steps. */
async function asking(...steps: (typeof cordon)[]) {
  const world = setUp();
  const incident = await world.open((open) => ({
    ...open,
    questions: steps.map(ask),
    waiting: { callbackId: 'callback-1', until: world.clock.now() + 60_000, why: 'answer', revision: 1 },
  }));
  const questions = async () => (await world.ledger.readIncident(incident.id))?.questions ?? [];
  return { ...world, id: incident.id, questions };
}

describe('approve and deny', () => {
  test('the only question is approved and the run woken', async () => {
    const { run, id, questions, woken } = await asking(cordon);
    const { code, stdout, stderr } = await run(`approve ${id} --by lee`);
    expect(code).toBe(0);
    expect(stdout).toBe('cordon node ip-10-0-1-7: approved by cli:lee\n');
    expect(stderr).toContain('the run goes on now');
    expect((await questions())[0]?.answer).toMatchObject({ decision: 'approved', by: 'cli:lee' });
    expect(woken).toEqual(['callback-1']);
  });

  test('the person defaults to the user of this computer', async () => {
    const { run, id, questions } = await asking(cordon);
    await run(`approve ${id}`);
    expect((await questions())[0]?.answer?.by).toBe('cli:kim');
  });

  test('nobody is a usage error, not an anonymous answer', async () => {
    const { run, id, questions } = await asking(cordon);
    const { code } = await run(`approve ${id}`, { env: { AWS_REGION: 'eu-west-1' } });
    expect(code).toBe(2);
    expect((await questions())[0]?.answer).toBeUndefined();
  });

  test('several open questions must be named to be approved', async () => {
    const { run, id, questions, woken } = await asking(cordon, detach);
    const { code, stderr } = await run(`approve ${id}`);
    expect(code).toBe(2);
    expect(stderr).toContain(`detach --step ${ask(detach).key}`);
    expect((await questions()).map(({ answer }) => answer)).toEqual([undefined, undefined]);
    expect(woken).toEqual([]);
  });

  test('--step answers that question alone and may be shortened', async () => {
    const { run, id, questions } = await asking(cordon, detach);
    expect((await run(`approve ${id} --step ${ask(detach).key.slice(0, 8)}`)).code).toBe(0);
    expect((await questions()).map(({ answer }) => answer?.decision)).toEqual([undefined, 'approved']);
  });

  test('deny without --step says no to everything that is open', async () => {
    const { run, id, questions } = await asking(cordon, detach);
    const { code } = await run(['deny', id, '--reason', 'release is running']);
    expect(code).toBe(0);
    expect((await questions()).map(({ answer }) => [answer?.decision, answer?.reason])).toEqual([
      ['denied', 'release is running'],
      ['denied', 'release is running'],
    ]);
  });

  test('deny wants a reason', async () => {
    const { run, id, questions } = await asking(cordon);
    expect((await run(`deny ${id}`)).code).toBe(2);
    expect((await questions())[0]?.answer).toBeUndefined();
  });

  test('a second answer is too late and shows the first', async () => {
    const { run, id, questions, woken } = await asking(cordon);
    await run(['deny', id, '--reason', 'no', '--by', 'first']);
    const { code, stdout } = await run(`approve ${id} --by second`);
    expect(code).toBe(3);
    expect(stdout).toBe('cordon node ip-10-0-1-7: denied by cli:first\n');
    expect((await questions())[0]?.answer?.decision).toBe('denied');
    expect(woken).toHaveLength(1);
  });

  test('after its expiry a question cannot be approved', async () => {
    const { run, id, clock, questions } = await asking(cordon);
    clock.time += 60_000;
    expect((await run(`approve ${id}`)).code).toBe(3);
    expect((await questions())[0]?.answer).toBeUndefined();
  });

  test('an incident that asks nothing, and one that does not exist', async () => {
    const { run, id } = await asking();
    expect((await run(`approve ${id}`)).code).toBe(3);
    expect((await run('approve inc-nowhere')).code).toBe(1);
  });

  test('the answer stands when the wake fails', async () => {
    const { run, id, deployment, questions } = await asking(cordon);
    deployment.wake = async () => {
      throw new Error('no Lambda today');
    };
    const { code, stderr } = await run(`approve ${id}`);
    expect(code).toBe(0);
    expect(stderr).toContain('when it looks next');
    expect((await questions())[0]?.answer?.decision).toBe('approved');
  });
});

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
