import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
    windows:
      - { name: release, cron: "0 9 * * 2", duration: 3h, mode: off }
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
      /drain\.parallel +3 +new\.yaml:14 clusters\[0\]\.troubles\.node-interruption\.drain\.parallel$/m,
    );
    expect(stdout).toMatch(/drain\.force +false +default$/m);
  });

  test('shows the windows of the cluster, which are not open now, beside the global ones', async () => {
    const { stdout } = await show('--cluster prod-eu1');
    expect(stdout).toMatch(
      /^clusters\[prod-\*\]\.windows\[release\]\.cron +0 9 \* \* 2 +new\.yaml:13 clusters\[0\]\.windows\[0\]\.cron$/m,
    );
    expect((await show('')).stdout).not.toContain('release');
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
