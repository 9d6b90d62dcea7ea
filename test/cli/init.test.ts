import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { configOf, shipped } from '../../cli/files.ts';
import { policyFor } from '../../shared/config/effective.ts';
import { PRESET_NAMES } from '../../shared/config/presets.ts';
import { setUp } from './fakes.ts';

const STARTER = readFileSync(shipped('cli', 'config', 'starter.yaml'), 'utf8');
/** A commented block that begins with an option; what follows it deeper in belongs to it. */
const EXAMPLE = /^ *# \w+:.*\n(?: *# {2,}.*\n)*/gm;

const policyOf = (text: string) =>
  policyFor(configOf(text, 'starter.yaml'), { name: 'any', account: '', region: '' }, 'node-interruption', 0);

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

  test('names the file it wrote in what to do next', async () => {
    const { stderr } = await setUp().run('init deploy', { cwd });
    expect(stderr).toContain('config validate deploy/paramedic.yaml');
    expect(stderr).toContain('config diff deploy/paramedic.yaml');
  });

  test('another preset in it sets the limits, and its mode stays until that line is changed too', () => {
    const limits = (text: string) => {
      const { mode, disruptionBudget, brake, quarantine, capacityFloor, approvals } = policyOf(text);
      return { mode, disruptionBudget, brake, quarantine, capacityFloor, approvals };
    };
    for (const name of PRESET_NAMES) {
      const alone = limits(`version: 1\nextends: ["${name}"]\n`);
      const inStarter = limits(STARTER.replace('preset:observe-only]', `${name}]`));
      expect(inStarter).toEqual({ ...alone, mode: 'observe' });
    }
  });

  test('its examples are valid once they are no comments any more', () => {
    const bare = STARTER.replace(/^ *(windows|routes|clusters): \[\]\n|^approvers: \{\}\n/gm, '')
      .replace('slack:\n  delivery: off\n', '')
      .replace(EXAMPLE, (block) => block.replaceAll(/^( *)# ?/gm, '$1'));
    expect(configOf(bare, 'starter.yaml').config).toMatchObject({
      global: { windows: [{ name: 'month-end' }], capacityFloor: 0.8 },
      approvers: { sre: { slackTeam: 'T0123ABCD' } },
      slack: { delivery: 'app' },
      routes: [{ channels: ['C0123ABCD'] }, { stormAfter: 5 }],
      clusters: [{ name: 'prod-*' }, { name: 'prod-eu1' }],
    });
    expect(bare).not.toMatch(/^ *# {2,3}(-|\w+:) /m);
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
