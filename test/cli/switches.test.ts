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

  test('a rule that brings less than before is no success, and says what it lost', async () => {
    const { run, deployment } = setUp();
    const why = 'its state is ENABLED, before the stop it was another';
    deployment.switches.enableRules = async () => [{ name: RULE, state: 'altered', byUs: false, why }];
    const { code, stderr } = await run(['resume', '--reason', 'over']);
    expect(code).toBe(1);
    expect(stderr).toContain(`rule disabled: ${RULE}: no longer, but ${why}`);
  });

  test('a rule that cannot be put back is still engaged, and says what is missing', async () => {
    const { run, deployment } = setUp();
    const why = 'events:PutRule: unauthorised';
    deployment.switches.enableRules = async () => [{ name: RULE, state: 'engaged', byUs: true, why }];
    const { code, stderr } = await run(['resume', '--reason', 'over']);
    expect(code).toBe(1);
    expect(stderr).toContain(`rule disabled: ${RULE}: engaged: ${why}`);
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
      'own calls: clear',
    ]);
  });

  test('names the calls of its own that AWS throttles, and hides nothing where that cannot be read', async () => {
    const { run, table } = setUp();
    const ids = Array.from({ length: 12 }, (_, index) => `id${index}`);
    const row = { pk: 'OWN-CALLS', sk: '2026-11-03T14:08:00Z#ec2:DescribeInstances' };
    await table.addToSet(row, { ids }, { bound: 100, set: { operation: 'ec2:DescribeInstances' } });
    const { stdout } = await run('stop --status');
    expect(stdout.trim().split('\n').at(-1)).toBe(
      'own calls: AWS throttles our own calls of ec2:DescribeInstances since 2026-11-03T14:08:00Z (12 in the last minutes); what can wait is not read until 2026-11-03T14:23:00Z',
    );
    table.query = async () => {
      throw new Error('throttled');
    };
    const { code, stdout: without } = await run('stop --status');
    expect(code).toBe(0);
    expect(without).toContain('stop switch: clear\n');
    expect(without).toContain('own calls: not known: Error: throttled\n');
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
      'own calls: clear',
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
