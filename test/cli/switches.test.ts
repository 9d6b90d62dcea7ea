import { describe, expect, test } from 'vitest';
import { configHash } from '../../shared/config/store.ts';
import { setUp } from './fakes.ts';

const ROLE = 'paramedic-test-nodeInterruptionRemediate';
const RULE = 'paramedic-test-node-interruption-notice';

describe('stop with the switches that work without us', () => {
  test('alone it touches the ledger and nothing else', async () => {
    const { run, switches } = setUp();
    expect((await run(['stop', '--reason', 'game day'])).code).toBe(0);
    expect(switches.calls).toEqual([]);
  });

  test('--deny and --rules engage each and say so', async () => {
    const { run, switches, deployment } = setUp();
    const { code, stderr } = await run(['stop', '--reason', 'runaway', '--deny', '--rules']);
    expect(code).toBe(0);
    expect(stderr).toContain(`explicit Deny: ${ROLE}: engaged`);
    expect(stderr).toContain(`rule disabled: ${RULE}: engaged`);
    expect(new Set(switches.calls)).toEqual(new Set(['deny', 'disable']));
    expect((await deployment.readStop()).state).toBe('engaged');
  });

  test('a ledger that cannot be written does not keep the others from being engaged', async () => {
    const { run, switches, deployment } = setUp();
    deployment.writeStop = async () => {
      throw new Error('no table');
    };
    const { code, stdout } = await run(['stop', '--reason', 'runaway', '--deny']);
    expect(code).toBe(1);
    expect(stdout).toContain('not written: Error: no table');
    expect(switches.denied.get(ROLE)).toBe(true);
  });

  test('a switch that may not be changed is an error that names it', async () => {
    const { run, switches } = setUp();
    switches.forbidden = 'iam:PutRolePolicy: unauthorised (AccessDenied)';
    const { code, stderr } = await run(['stop', '--reason', 'runaway', '--deny']);
    expect(code).toBe(1);
    expect(stderr).toContain(`${ROLE}: not known: iam:PutRolePolicy: unauthorised`);
  });

  test('where there is no role and no rule to act on nothing was stopped, and that is no success', async () => {
    const { run, switches, deployment } = setUp();
    switches.disabled.clear();
    deployment.switches.deny = async () => [{ name: ROLE, state: 'absent', byUs: false }];
    for (const [option, line] of [
      ['--deny', 'explicit Deny: found nothing to act on'],
      ['--rules', 'rule disabled: found nothing to act on'],
    ] as const) {
      const { code, stderr } = await run(['stop', '--reason', 'runaway', option]);
      expect(code).toBe(1);
      expect(stderr).toContain(line);
    }
  });
});

describe('resume', () => {
  test('is not done without its line in the history, and says what holds', async () => {
    const { run, table, deployment } = setUp();
    await run(['stop', '--reason', 'runaway']);
    table.putNew = async () => {
      throw new Error('throttled');
    };
    const { code, stdout } = await run(['resume', '--reason', 'over']);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^stop switch: engaged .*: runaway\nstop switch: not written: Error: throttled\n$/,
    );
    expect((await deployment.readStop()).state).toBe('engaged');
  });

  test('a config that cannot be read hides no other switch', async () => {
    const { run, deployment } = setUp();
    await run(['stop', '--reason', 'runaway']);
    deployment.config.head = async () => {
      throw new Error('throttled');
    };
    const { code, stdout, stderr } = await run(['resume', '--reason', 'over']);
    expect([code, stdout]).toEqual([0, 'stop switch: clear\n']);
    expect(stderr).toContain('config: not known: Error: throttled');
  });

  test('undoes what stop engaged, and says what somebody else still holds', async () => {
    const { run, switches, deployment } = setUp();
    switches.disabled.set('paramedic-test-node-interruption-lifecycle', 'by somebody');
    await run(['stop', '--reason', 'runaway', '--deny', '--rules']);
    const { code, stderr } = await run(['resume', '--reason', 'over']);
    expect(code).toBe(1);
    expect(stderr).toContain(
      'rule disabled: paramedic-test-node-interruption-lifecycle: engaged by somebody else, who must release it',
    );
    expect(stderr).not.toContain(RULE);
    expect(switches.denied.get(ROLE)).toBe(false);
    expect(switches.disabled.get(RULE)).toBeUndefined();
    expect(await deployment.readStop()).toEqual({ state: 'clear' });
  });

  test('the ledger is released last: nothing runs while another switch is being released', async () => {
    const { run, switches, deployment } = setUp();
    await run(['stop', '--reason', 'runaway', '--deny']);
    const write = deployment.writeStop;
    deployment.writeStop = async (change) => {
      expect(switches.calls).toContain('allow');
      await write(change);
    };
    expect((await run(['resume', '--reason', 'over'])).code).toBe(0);
  });

  test('without access to the others it releases the ledger and says what it does not know', async () => {
    const { run, switches } = setUp();
    switches.forbidden = 'iam:GetRole: unauthorised';
    const { code, stdout, stderr } = await run(['resume', '--reason', 'over']);
    expect([code, stdout]).toEqual([0, 'stop switch: clear\n']);
    expect(stderr).toContain(`${ROLE}: not known: iam:GetRole: unauthorised`);
  });
});

describe('stop --status', () => {
  test('says of a config that it cannot read or use, and shows the others all the same', async () => {
    const { run, deployment } = setUp();
    const text = 'version: 1\nglobal:\n  modus: off\n';
    await deployment.config.push({ hash: configHash(text), text, by: 'arn', reason: 'typo' }, 0);
    const invalid = await run('stop --status');
    expect(invalid.stdout).toContain(
      'config: not known: version 1 is not valid to this version of paramedic',
    );
    deployment.config.head = async () => {
      throw new Error('throttled');
    };
    const { code, stdout } = await run('stop --status');
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toEqual([
      'stop switch: clear',
      'config: not known: Error: throttled',
      'explicit Deny: clear',
      'rule disabled: clear',
    ]);
  });

  test('shows every switch and needs no reason', async () => {
    const { run } = setUp();
    const { code, stdout } = await run('stop --status');
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toEqual([
      'stop switch: clear',
      'config: clear, as far as was pushed: the packaged paramedic.yaml holds',
      'explicit Deny: clear',
      'rule disabled: clear',
    ]);
  });

  test('names the config that says off, roles and rules, and changes nothing', async () => {
    const { run, deployment, switches } = setUp();
    const text = 'version: 1\nglobal:\n  mode: off\n';
    await deployment.config.push({ hash: configHash(text), text, by: 'arn', reason: 'stop' }, 0);
    await switches.deny();
    switches.disabled.set(RULE, 'by somebody');
    switches.calls = [];
    const { stdout } = await run('stop --status');
    expect(stdout).toContain('config: engaged, global.mode is off');
    expect(stdout).toContain(`explicit Deny: ${ROLE}: engaged`);
    expect(stdout).toContain(`rule disabled: ${RULE}: engaged by somebody else`);
    expect(switches.calls).toEqual([]);
    const resumed = await run(['resume', '--reason', 'over']);
    expect(resumed.code).toBe(1);
    expect(resumed.stderr).toContain('config: engaged, global.mode is off');
    await switches.deny();
    const json = JSON.parse((await run('stop --status --json')).stdout);
    expect(json).toMatchObject({ ledger: { state: 'clear' }, mode: 'off', rules: expect.any(Array) });
  });
});
