import { describe, expect, test } from 'vitest';
import { configHash } from '../../shared/config/store.ts';
import { ANA, ask, cordon, detach, KIM, NOW, setUp } from './fakes.ts';

const CONFIG = `version: 1
approvers:
  on-call:
    awsPrincipals: ["arn:aws:iam::210987654321:role/operator", "arn:aws:iam::210987654321:role/paramedic-dev-sweep"]
approvals: { approvers: [on-call], maxSnooze: 30m }
`;

/** An incident that waits for answers about the given steps, and a pushed config that says who may give them. */
async function asking(steps: (typeof cordon)[], { config = CONFIG, required = 1 } = {}) {
  const world = setUp();
  const pushed = { text: config, hash: configHash(config), by: ANA, reason: 'test' };
  if (config !== '') await world.deployment.config.push(pushed, 0);
  const incident = await world.open((open) => ({
    ...open,
    questions: steps.map((step) => ({ ...ask(step), required })),
    waiting: { callbackId: 'callback-1', until: world.clock.now() + 60_000, why: 'answer', revision: 1 },
  }));
  const questions = async () => (await world.ledger.readIncident(incident.id))?.questions ?? [];
  const history = async () =>
    (await world.ledger.history(incident.id)).map(({ kind, text, by }) => `${kind}: ${text} (${by})`);
  return { ...world, id: incident.id, questions, history };
}

describe('approve and deny', () => {
  test('the only question is approved by the AWS principal, and the run woken', async () => {
    const { run, id, questions, woken } = await asking([cordon]);
    const { code, stdout, stderr } = await run(`approve ${id}`);
    expect(code).toBe(0);
    expect(stdout).toBe(`cordon node ip-10-0-1-7: approved by aws:${KIM}\n`);
    expect(stderr).toContain('the run goes on now');
    expect((await questions())[0]?.answer).toMatchObject({ decision: 'approved', by: `aws:${KIM}` });
    expect(woken).toEqual(['callback-1']);
  });

  test('--by is only noted: who answers is what AWS says', async () => {
    const { run, id, questions } = await asking([cordon]);
    await run(['approve', id, '--by', 'lee', '--reason', 'seen']);
    expect((await questions())[0]?.answer).toMatchObject({ by: `aws:${KIM}`, reason: 'seen (lee)' });
  });

  test('credentials that AWS does not know are an error, not an anonymous answer', async () => {
    const { run, id, deployment, questions } = await asking([cordon]);
    deployment.identity = async () => {
      throw new Error('no credentials');
    };
    expect((await run(`approve ${id}`)).code).toBe(1);
    expect((await questions())[0]?.answer).toBeUndefined();
  });

  test('a question that is asked anew while AWS says who answers is not approved unseen', async () => {
    const { run, id, deployment, ledger, questions } = await asking([cordon]);
    const identity = deployment.identity.bind(deployment);
    deployment.identity = async () => {
      await ledger.changeAny(id, (incident) => ({
        ...incident,
        questions: [{ ...ask(cordon), askedAt: NOW, guards: ['disruption-budget'] }],
      }));
      return await identity();
    };
    expect((await run(`approve ${id}`)).code).toBe(3);
    expect((await questions())[0]?.answer).toBeUndefined();
  });

  test('several open questions must be named to be approved', async () => {
    const { run, id, questions, woken } = await asking([cordon, detach]);
    const { code, stderr } = await run(`approve ${id}`);
    expect(code).toBe(2);
    expect(stderr).toContain(`detach --step ${ask(detach).key}`);
    expect((await questions()).map(({ answer }) => answer)).toEqual([undefined, undefined]);
    expect(woken).toEqual([]);
  });

  test('--step answers that question alone and may be shortened', async () => {
    const { run, id, questions } = await asking([cordon, detach]);
    expect((await run(`approve ${id} --step ${ask(detach).key.slice(0, 8)}`)).code).toBe(0);
    expect((await questions()).map(({ answer }) => answer?.decision)).toEqual([undefined, 'approved']);
  });

  test('deny without --step says no to everything that is open', async () => {
    const { run, id, questions } = await asking([cordon, detach]);
    const { code } = await run(['deny', id, '--reason', 'release is running']);
    expect(code).toBe(0);
    expect((await questions()).map(({ answer }) => [answer?.decision, answer?.reason])).toEqual([
      ['denied', 'release is running'],
      ['denied', 'release is running'],
    ]);
  });

  test('deny wants a reason', async () => {
    const { run, id, questions } = await asking([cordon]);
    expect((await run(`deny ${id}`)).code).toBe(2);
    expect((await questions())[0]?.answer).toBeUndefined();
  });

  test('a second answer is too late and shows the first', async () => {
    const { run, id, questions, woken, caller } = await asking([cordon]);
    await run(['deny', id, '--reason', 'no']);
    caller.arn = ANA;
    const { code, stdout } = await run(`approve ${id}`);
    expect(code).toBe(3);
    expect(stdout).toBe(`cordon node ip-10-0-1-7: denied by aws:${KIM}\n`);
    expect((await questions())[0]?.answer?.decision).toBe('denied');
    expect(woken).toHaveLength(1);
  });

  test('after its expiry a question cannot be approved', async () => {
    const { run, id, clock, questions } = await asking([cordon]);
    clock.time += 60_000;
    expect((await run(`approve ${id}`)).code).toBe(3);
    expect((await questions())[0]?.answer).toBeUndefined();
  });

  test('an incident that asks nothing, and one that does not exist', async () => {
    const { run, id } = await asking([]);
    expect((await run(`approve ${id}`)).code).toBe(3);
    expect((await run('approve inc-nowhere')).code).toBe(1);
  });

  test('a question asked after the look is not approved unseen', async () => {
    const { run, id, deployment, ledger, questions } = await asking([]);
    const { identity } = deployment;
    deployment.identity = async () => {
      await ledger.changeAny(id, (open) => ({ ...open, questions: [ask(cordon)] }));
      return await identity();
    };
    expect((await run(`approve ${id}`)).code).toBe(3);
    expect((await questions())[0]?.answer).toBeUndefined();
  });

  test('the answer stands when the wake fails', async () => {
    const { run, id, deployment, questions } = await asking([cordon]);
    deployment.wake = async () => {
      throw new Error('no Lambda today');
    };
    const { code, stderr } = await run(`approve ${id}`);
    expect(code).toBe(0);
    expect(stderr).toContain('when it looks next');
    expect((await questions())[0]?.answer?.decision).toBe('approved');
  });
});

describe('two people', () => {
  test('two sessions of one role are two people; one of them twice is one', async () => {
    const { run, id, questions, caller } = await asking([cordon], { required: 2 });
    const first = await run(`approve ${id}`);
    expect(first.code).toBe(0);
    expect(first.stdout).toContain(
      `approved by aws:${KIM}, 1 of 2; no answer by 2026-11-03T14:11:00Z means no`,
    );
    const again = await run(`approve ${id}`);
    expect([again.code, (await questions())[0]?.answer]).toEqual([3, undefined]);
    caller.arn = ANA;
    const second = await run(`approve ${id}`);
    expect(second.stdout).toBe(`cordon node ip-10-0-1-7: approved by aws:${KIM} and aws:${ANA}\n`);
    expect((await questions())[0]?.answer?.decision).toBe('approved');
  });
});

describe('who may not', () => {
  test.each([
    ['another role', 'arn:aws:sts::210987654321:assumed-role/developer/kim', CONFIG, 'not-an-approver'],
    ['a role of ours', 'arn:aws:sts::210987654321:assumed-role/paramedic-dev-sweep/x', CONFIG, 'proposer'],
    ['anybody, where no principal is listed', KIM, 'version: 1\n', 'nobody-may'],
  ])('%s is refused with exit code 3, and it stands in the history', async (_, arn, config, why) => {
    const { run, id, questions, history, caller, woken } = await asking([cordon], { config });
    caller.arn = arn;
    for (const line of [`approve ${id}`, `deny ${id} --reason no`, `snooze ${id} --for 10m`])
      expect((await run(line)).code).toBe(3);
    expect(await questions()).toEqual([{ ...ask(cordon), required: 1 }]);
    expect((await history())[0]).toBe(`refused-answer: cordon approve: not counted, ${why} (aws:${arn})`);
    expect(woken).toEqual([]);
  });

  test('nobody may before a config is pushed, and nobody by one that cannot be read', async () => {
    for (const [config, text] of [
      ['', 'no config is pushed'],
      ['version: 99\n', 'not valid'],
    ] as const) {
      const { run, id, questions } = await asking([cordon], { config });
      const { code, stderr } = await run(`approve ${id}`);
      expect(code).toBe(3);
      expect(stderr).toContain(text);
      expect((await questions())[0]?.answer).toBeUndefined();
    }
  });
});

describe('snooze', () => {
  test('moves the end of every open question, and wakes the run', async () => {
    const { run, id, questions, woken } = await asking([cordon, detach]);
    const { code, stdout } = await run(`snooze ${id} --for 20m`);
    expect(code).toBe(0);
    expect(stdout).toContain('no answer by 2026-11-03T14:31:00Z means no');
    expect((await questions()).map(({ expiresAt }) => expiresAt - NOW)).toEqual([21 * 60_000, 21 * 60_000]);
    expect(woken).toEqual(['callback-1']);
  });

  test('--step moves one; the config bounds all snoozes together, then it is exit code 3', async () => {
    const { run, id, questions } = await asking([cordon, detach]);
    const line = `snooze ${id} --for 20m --step ${ask(cordon).key}`;
    expect([(await run(line)).code, (await run(line)).code, (await run(line)).code]).toEqual([0, 0, 3]);
    expect((await questions()).map(({ expiresAt }) => expiresAt - NOW)).toEqual([31 * 60_000, 60_000]);
  });

  test.each(['', '--for', '--for 0m', '--for 1.5h', '--for soon', '--for -5m'])(
    '`%s` is no length',
    async (given) => {
      const { run, id, questions } = await asking([cordon]);
      expect((await run(`snooze ${id} ${given}`.trim())).code).toBe(2);
      expect((await questions())[0]?.snoozes).toBeUndefined();
    },
  );
});
