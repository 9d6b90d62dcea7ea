import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Makes a Node believe it is an old one. */
const OLD = `data:text/javascript,${encodeURIComponent(
  "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.0' } })",
)}`;

describe('the launcher', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'paramedic-'));
    mkdirSync(join(folder, 'cli'));
    mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
    cpSync(join(ROOT, 'cli/paramedic.mjs'), join(folder, 'cli/paramedic.mjs'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const launchOld = (...args: string[]) =>
    spawnSync(process.execPath, ['--import', OLD, join(folder, 'cli/paramedic.mjs'), ...args], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
    });

  const bundle = (script: string) => {
    const node = join(folder, 'node_modules/.bin/node');
    writeFileSync(node, `#!/bin/sh\n${script}\n`);
    chmodSync(node, 0o755);
  };

  test('an old Node hands over to the one that npm installed, with arguments and exit code', () => {
    bundle('shift; echo "ran: $*"; exit 3');
    const { status, stdout } = launchOld('validate', 'a file');
    expect({ status, stdout }).toEqual({ status: 3, stdout: 'ran: validate a file\n' });
  });

  test('an old Node without another one says what is needed and exits with 2', () => {
    const { status, stdout, stderr } = launchOld('validate');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('needs Node 24 or later; this is 18.20.0');
  });

  test('an installed Node that is old as well does not start itself for ever', () => {
    bundle(`exec "${process.execPath}" --import "${OLD}" "$@"`);
    const { status, stderr } = launchOld('validate');
    expect(status).toBe(2);
    expect(stderr).toContain('needs Node 24');
  });

  test('an installed Node that cannot be started is the same clear message', () => {
    writeFileSync(join(folder, 'node_modules/.bin/node'), 'not executable');
    const { status, stderr } = launchOld('validate');
    expect(status).toBe(2);
    expect(stderr).toContain('needs Node 24');
  });

  test('the real one runs a verb from end to end', () => {
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [join(ROOT, 'cli/paramedic.mjs'), ...args], {
        encoding: 'utf8',
        cwd: ROOT,
      });
    expect(run('validate')).toMatchObject({ status: 0, stderr: expect.stringContaining('is valid') });
    expect(run('no-such-verb')).toMatchObject({ status: 2, stdout: '' });
  });
});
