import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { configHash } from '../../shared/config/store.ts';
import { ANA, setUp } from './fakes.ts';

/** As another version of the program would push it: this one does not know the option. */
const NEWER = 'version: 1\nglobal: { someday: true }\n';
const ALONE = 'version: 1\napprovals: { configNeedsTwo: false }\nglobal: { mode: auto }\n';

describe('a pushed config that is not valid to this version', () => {
  let cwd = '';
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'paramedic-'));
    writeFileSync(join(cwd, 'alone.yaml'), ALONE);
    writeFileSync(join(cwd, 'calm.yaml'), 'version: 1\n');
  });
  afterEach(() => rmSync(cwd, { recursive: true }));

  async function start(...texts: string[]) {
    const cli = setUp();
    for (const [base, text] of texts.entries())
      await cli.deployment.config.push({ text, hash: configHash(text), by: ANA, reason: 'x' }, base);
    return { ...cli, config: (line: string) => cli.run(`config ${line}`, { cwd }) };
  }

  test.each([
    ['nothing else was pushed', [NEWER]],
    ['two were needed before', ['version: 1\n', NEWER]],
  ])('does not let the new file say that one person is enough: %s', async (_, texts) => {
    const { config, deployment } = await start(...texts);
    const { code, stdout, stderr } = await config('push alone.yaml --reason x --accept-risk');
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('proposed') });
    expect(stderr).toContain('not valid any more: compared with the defaults');
    expect((await deployment.config.head())?.text).toBe(NEWER);
  });

  test('leaves a team of one what it said in the newest version that is valid', async () => {
    const { config, deployment } = await start(ALONE, NEWER, NEWER.replace('true', 'false'));
    expect((await config('push alone.yaml --reason x --accept-risk')).stdout).toContain('version 4');
    expect((await deployment.config.head())?.text).toBe(ALONE);
  });

  test('is replaced at once by what only observes', async () => {
    const { config } = await start('version: 1\n', NEWER);
    expect(await config('push calm.yaml --reason incident')).toMatchObject({ code: 0 });
  });

  test('is shown as what is wrong with it, exit code 3, without a lecture on how to call show', async () => {
    const { config } = await start(NEWER);
    const { code, stdout, stderr } = await config('show');
    expect(code).toBe(3);
    expect(stdout).toMatch(/^paramedic\.yaml@v1:2:11 +global\.someday +unknown key/);
    expect(stderr).not.toContain('usage:');
  });
});

describe('config show --file', () => {
  let cwd = '';
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'paramedic-'));
  });
  afterEach(() => rmSync(cwd, { recursive: true }));

  test('of a file that is not valid says every problem on a line, exit code 3', async () => {
    writeFileSync(join(cwd, 'bad.yaml'), 'version: 2\nglobal: { mode: sometimes }\n');
    const { code, stdout, stderr } = await setUp().run('config show --file bad.yaml', { cwd });
    expect(code).toBe(3);
    expect(stdout.trim().split('\n')).toEqual([
      expect.stringMatching(/^bad\.yaml:1:1 +version +must be 1$/),
      expect.stringMatching(/^bad\.yaml:2:11 +global\.mode +must be one of/),
    ]);
    expect(stderr).not.toContain('usage:');
  });

  test.each(['validate', 'diff', 'push --reason x', 'show --file'])(
    '`config %s` names a file that is not there, exit code 1',
    async (command) => {
      const [verb, ...rest] = command.split(' ');
      const { code, stderr } = await setUp().run(['config', String(verb), ...rest, 'no.yaml'], { cwd });
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('no.yaml') });
      expect(stderr).toContain('ENOENT');
    },
  );
});
