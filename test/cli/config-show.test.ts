import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { setUp } from './fakes.ts';

const TEXT = `version: 1
extends: [preset:conservative]
global:
  mode: auto
  windows:
    - { name: night, cron: "0 14 * * *", duration: 1h, mode: off }
troubles:
  node-interruption: { drain: { parallel: 7 } }
clusters:
  - name: prod-*
    mode: observe
    troubles: { node-interruption: { drain: { parallel: 3 } } }
`;

describe('config show', () => {
  let cwd = '';
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'paramedic-'));
    writeFileSync(join(cwd, 'new.yaml'), TEXT);
  });
  afterEach(() => rmSync(cwd, { recursive: true }));

  const show = async (line: string) =>
    await setUp().run(`config show --file new.yaml ${line}`.trim(), { cwd });

  test('says of every option its value and the line, preset or default it is from', async () => {
    const { code, stdout } = await show('--cluster prod-eu1');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^global\.mode +auto +new\.yaml:4 global\.mode$/m);
    expect(stdout).toMatch(/^global\.capacityFloor +90% +preset:conservative global\.capacityFloor$/m);
    expect(stdout).toMatch(/^global\.windows\[night\]\.mode +off +new\.yaml:6 global\.windows\[0\]\.mode$/m);
    expect(stdout).toMatch(/^approvals\.maxSnooze +1h +default$/m);
    expect(stdout).toMatch(
      /drain\.parallel +3 +new\.yaml:12 clusters\[0\]\.troubles\.node-interruption\.drain\.parallel$/m,
    );
    expect(stdout).toMatch(/drain\.force +false +default$/m);
  });

  test('counts a window that is open now', async () => {
    // The fakes' clock says ten past two.
    const { stdout } = await show('');
    expect(stdout).toMatch(
      /^troubles\.node-interruption\.mode +off +new\.yaml:6 global\.windows\[0\] \(night\)$/m,
    );
    expect(stdout).toMatch(/drain\.parallel +7 +new\.yaml:8 /m);
  });

  test('--json is the same as data', async () => {
    const report = JSON.parse((await show('--trouble node-interruption --json')).stdout);
    expect(report).toMatchObject({
      cluster: '(any other)',
      troubles: [{ trouble: 'node-interruption', mode: 'off' }],
    });
    expect(report.options).toContainEqual({ option: 'global.timezone', value: 'UTC', from: 'default' });
  });

  test('without a file shows what is pushed, or the packaged file', async () => {
    const cli = setUp();
    const before = await cli.run('config show', { cwd });
    expect(before.stderr).toContain('nothing was pushed');
    expect(before.stdout).toMatch(/global\.mode +observe +paramedic\.yaml:\d+/);
    const calm = TEXT.replace('mode: auto', 'mode: observe');
    writeFileSync(join(cwd, 'calm.yaml'), calm.replaceAll('preset:conservative', 'preset:observe-only'));
    expect((await cli.run('config push calm.yaml --reason x', { cwd })).code).toBe(0);
    const after = await cli.run('config show', { cwd });
    expect(after.stdout).toMatch(/global\.mode +observe +paramedic\.yaml@v1:4 global\.mode/);
  });
});

describe('init', () => {
  let cwd = '';
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'paramedic-'));
  });
  afterEach(() => rmSync(cwd, { recursive: true }));

  test('writes a config that is valid and only observes, and its schema', async () => {
    const { run } = setUp();
    expect(await run('init deploy', { cwd })).toMatchObject({ code: 0 });
    const valid = await run('config validate deploy/paramedic.yaml', { cwd });
    expect(valid.stdout).toMatch(/\(any other\) +node-interruption +observe/);
    const schema = readFileSync(join(cwd, 'deploy', 'paramedic.schema.json'), 'utf8');
    expect(JSON.parse(schema)).toMatchObject({ title: 'paramedic.yaml' });
  });

  test('says nothing that is not a default but for its preset: every push of it is harmless', async () => {
    const { run } = setUp();
    await run('init', { cwd });
    const { stderr } = await run('config diff', { cwd });
    expect(stderr).toContain('0 risky');
  });

  test('refuses to overwrite, before it has written anything, unless it is forced', async () => {
    const { run } = setUp();
    writeFileSync(join(cwd, 'paramedic.schema.json'), 'mine');
    expect(await run('init', { cwd })).toMatchObject({ code: 3, stdout: '' });
    expect(() => readFileSync(join(cwd, 'paramedic.yaml'))).toThrow('ENOENT');
    expect((await run('init --force', { cwd })).code).toBe(0);
    expect(readFileSync(join(cwd, 'paramedic.schema.json'), 'utf8')).not.toBe('mine');
  });

  test('a folder that cannot be is a usage error', async () => {
    writeFileSync(join(cwd, 'file'), '');
    expect((await setUp().run('init file/below', { cwd })).code).toBe(2);
  });
});
