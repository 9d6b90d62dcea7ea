import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY_MS } from '../../shared/clock.ts';
import { ANA, KIM, setUp } from './fakes.ts';

const OBSERVE = 'version: 1\n';
const CAUTIOUS = 'version: 1\nglobal: { disruptionBudget: { perHour: 1 } }\n';
const RISKY = 'version: 1\nglobal: { mode: auto, disruptionBudget: { floor: 20, share: "50%" } }\n';
const ALONE = 'version: 1\napprovals: { configNeedsTwo: false }\n';

describe('config', () => {
  let cwd = '';
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'paramedic-'));
  });
  afterEach(() => rmSync(cwd, { recursive: true }));

  /** A deployment, and commands on a file with a given text. */
  function start() {
    const cli = setUp();
    const on = async (text: string, ...args: string[]) => {
      writeFileSync(join(cwd, 'new.yaml'), text);
      return await cli.run(['config', ...args], { cwd });
    };
    const push = (text: string, ...more: string[]) =>
      on(text, 'push', 'new.yaml', '--reason', 'test', ...more);
    const run = (line: string) => cli.run(`config ${line}`, { cwd });
    return { ...cli, on, push, run, head: () => cli.deployment.config.head() };
  }

  test('validate is the verb `validate`', async () => {
    const { on } = start();
    expect(await on(RISKY, 'validate', 'new.yaml')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('auto'),
    });
    const bad = await on('version: 2\n', 'validate', 'new.yaml');
    expect(bad).toMatchObject({ code: 3, stdout: expect.stringContaining('new.yaml:1:1') });
  });

  test('a push of what is not risky is in force at once, with who and why', async () => {
    const { push, head } = start();
    const { code, stdout } = await push(CAUTIOUS);
    expect(code).toBe(0);
    expect(stdout).toContain('global.disruptionBudget.perHour');
    expect(await head()).toMatchObject({ version: 1, text: CAUTIOUS, by: KIM, reason: 'test' });
  });

  test('a bad file is never pushed', async () => {
    const { push, head, targets } = start();
    expect((await push('version: 1\nglobal: { mode: on }\n')).code).toBe(3);
    expect(await head()).toBeUndefined();
    expect(targets).toEqual([]);
  });

  test('T42: observe → auto and a budget of 50 % need --accept-risk, and then a second person', async () => {
    const { push, head, run, caller } = start();
    await push(OBSERVE);
    const refused = await push(RISKY);
    expect(refused.code).toBe(3);
    expect(refused.stdout).toMatch(/global\.mode +observe → auto +higher mode/);
    expect(refused.stdout).toMatch(/global\.disruptionBudget\.share +10% → 50% +bigger budget/);
    const proposed = await push(RISKY, '--accept-risk');
    expect(proposed.code).toBe(0);
    expect((await head())?.version).toBe(1);
    const hash = /proposed ([0-9a-f]{12})/.exec(proposed.stdout)?.[1] ?? '';
    expect((await run(`accept ${hash}`)).code).toBe(3);
    expect((await head())?.version).toBe(1);
    caller.arn = ANA;
    const accepted = await run(`accept ${hash}`);
    expect(accepted.stdout).toContain('higher mode');
    expect(accepted.code).toBe(0);
    expect(await head()).toMatchObject({ version: 2, text: RISKY, by: KIM, acceptedBy: ANA });
  });

  test('T42: a proposal is void once another config was pushed, and after a week', async () => {
    const { push, head, run, caller, clock } = start();
    await push(OBSERVE);
    const hash = /proposed (\w+)/.exec((await push(RISKY, '--accept-risk')).stdout)?.[1] ?? '';
    caller.arn = ANA;
    await push(CAUTIOUS);
    const late = await run(`accept ${hash}`);
    expect(late).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('another config was pushed since'),
    });
    await push(RISKY, '--accept-risk');
    clock.time += 7 * DAY_MS;
    caller.arn = KIM;
    expect((await run(`accept ${hash}`)).code).toBe(3);
    expect(await head()).toMatchObject({ version: 2, text: CAUTIOUS });
  });

  test('T42: turning the second person off needs a second person', async () => {
    const { push, head } = start();
    await push(OBSERVE);
    expect((await push(ALONE, '--accept-risk')).stdout).toContain('proposed');
    expect((await head())?.text).toBe(OBSERVE);
  });

  test('a team of one says so in the first push, and needs only --accept-risk from then on', async () => {
    const { push, head } = start();
    expect((await push(ALONE)).code).toBe(3);
    await push(ALONE, '--accept-risk');
    await push(`${ALONE}global: { mode: auto }\n`, '--accept-risk');
    expect(await head()).toMatchObject({ version: 2, by: KIM });
  });

  test('what is in force already is not pushed again', async () => {
    const { push, head } = start();
    await push(CAUTIOUS);
    expect(await push(CAUTIOUS)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('in force already'),
    });
    expect((await head())?.version).toBe(1);
  });

  test('history tells who, when and why, the newest first; rollback makes an older version the newest', async () => {
    const { push, run, head } = start();
    await push(CAUTIOUS);
    await push('version: 1\nglobal: { disruptionBudget: { perHour: 1, share: "5%" } }\n');
    const back = await run('rollback 1 --reason wrong');
    expect(back.code).toBe(3);
    expect(back.stdout).toContain('5% → 10%');
    await push('version: 1\nglobal: { mode: off, disruptionBudget: { perHour: 1, share: "5%" } }\n');
    const list = await run('history');
    expect(
      list.stdout
        .split('\n')
        .slice(1, 4)
        .map((line) => line.split(' ')[0]),
    ).toEqual(['3', '2', '1']);
    expect(list.stdout).toContain(KIM);
    const json = JSON.parse((await run('history --json --limit 1')).stdout);
    expect(json).toMatchObject([{ version: 3, reason: 'test' }]);
    expect(json[0]).not.toHaveProperty('text');
    expect((await run('rollback 7 --reason x')).code).toBe(1);
    expect((await head())?.version).toBe(3);
  });

  test('a rollback that allows less needs nobody else', async () => {
    const { push, run, head, caller } = start();
    await push(ALONE, '--accept-risk');
    await push(`${ALONE}global: { mode: auto }\n`, '--accept-risk');
    caller.arn = ANA;
    expect((await run('rollback 1 --reason incident')).code).toBe(0);
    expect(await head()).toMatchObject({ version: 3, text: ALONE, by: ANA, reason: 'incident' });
  });

  test('diff shows changes and their risk, and changes nothing', async () => {
    const { push, on, head } = start();
    const first = await on(RISKY, 'diff', 'new.yaml');
    expect(first.stderr).toContain('nothing was pushed yet');
    await push(CAUTIOUS);
    const json = JSON.parse((await on(OBSERVE, 'diff', 'new.yaml', '--json')).stdout);
    expect(json).toEqual({
      base: 1,
      changes: [{ path: 'global.disruptionBudget.perHour', before: '1', after: '3', risk: 'bigger budget' }],
    });
    expect((await head())?.version).toBe(1);
  });

  test.each([
    'accept nothing',
    'push',
    'rollback v1 --reason x',
    'rollback 1',
    'pull',
    'show --trouble none --file x',
    'show prod-eu1 --file x',
    'history 5',
    'push --file new.yaml --reason x',
    'validate --file new.yaml',
    'diff --cluster a',
    'accept 0123456789ab --reason x',
  ])('`config %s` is a usage error', async (line) => {
    const { run } = start();
    const { code, stdout } = await run(line);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});
