import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { setUp } from './fakes.ts';

const GOOD = 'version: 1\nglobal: { mode: auto }\nclusters:\n  - name: prod\n    mode: approve\n';
const BAD = 'version: 1\nglobal:\n  mode: sometimes\ntroubles: { node-interruption: { drian: {} } }\n';

describe('validate', () => {
  let cwd = '';
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'paramedic-'));
    writeFileSync(join(cwd, 'paramedic.yaml'), GOOD);
    writeFileSync(join(cwd, 'bad.yaml'), BAD);
  });
  afterEach(() => rmSync(cwd, { recursive: true }));

  test('a good file shows the mode of every cluster and the line that decides it', async () => {
    const { code, stdout, stderr } = await setUp().run('validate', { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^prod +node-interruption +approve +paramedic\.yaml:5 clusters\[0\]\.mode$/m);
    expect(stdout).toMatch(/^\(any other\) +node-interruption +auto +paramedic\.yaml:2 global\.mode$/m);
    expect(stderr).toContain('is valid');
  });

  test('a bad file is exit code 3 and every problem has file:line:column', async () => {
    const { code, stdout, stderr } = await setUp().run('validate bad.yaml', { cwd });
    expect(code).toBe(3);
    expect(stdout).toMatch(/^bad\.yaml:3:3 +global\.mode +must be one of/m);
    expect(stdout).toMatch(/^bad\.yaml:4:34 +troubles\.node-interruption\.drian .*did you mean 'drain'/m);
    expect(stderr).toContain('2 problems in bad.yaml');
  });

  test('--json gives the same as data', async () => {
    const bad = await setUp().run('validate bad.yaml --json', { cwd });
    expect(JSON.parse(bad.stdout)).toMatchObject({
      ok: false,
      problems: [{ line: 3, path: 'global.mode' }, { line: 4 }],
    });
    const good = await setUp().run('validate --json', { cwd });
    expect(JSON.parse(good.stdout)).toMatchObject({
      ok: true,
      // One for each trouble, in the named cluster and in any other.
      modes: ['approve', 'approve', 'approve', 'auto', 'auto', 'auto'].map((mode) => ({ mode })),
    });
  });

  test('a file that is not there is an error, not a verdict', async () => {
    const { code, stdout, stderr } = await setUp().run('validate nowhere.yaml', { cwd });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('not-found');
  });

  test('says where a question would find nobody who may answer it', async () => {
    const says = async (text: string) => {
      writeFileSync(join(cwd, 'people.yaml'), text);
      return await setUp().run('validate people.yaml', { cwd });
    };
    const role = 'awsPrincipals: ["arn:aws:iam::111122223333:role/sre"]';
    const users = 'slackTeam: T0123, slackUsers: [U0123]';
    const named = (who: string) => `${GOOD}approvers: { sre: { ${who} } }\napprovals: { approvers: [sre] }\n`;
    expect(await says(GOOD)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('nobody may answer for prod, (any other)'),
    });
    expect((await says(named(users))).stderr).toContain('nobody may answer');
    expect((await says(named(role))).stderr).not.toContain('nobody');
    expect((await says('version: 1\n')).stderr).not.toContain('nobody');
  });
});
