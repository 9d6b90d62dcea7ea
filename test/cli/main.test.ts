import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { VERBS } from '../../cli/main.ts';
import { PortError } from '../../shared/errors.ts';
import { setUp } from './fakes.ts';

const loaded = await Promise.all(VERBS.map(async (entry) => ({ entry, verb: (await entry.load()).verb })));

describe('the command line', () => {
  test('without a verb lists them on stderr and is a usage error', async () => {
    const { code, stdout, stderr } = await setUp().run([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    for (const { name } of VERBS) expect(stderr).toContain(name);
  });

  test('--help is data', async () => {
    const { code, stdout, stderr } = await setUp().run('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('usage: paramedic <verb>');
  });

  test('an unknown verb names the nearest one', async () => {
    const { code, stdout, stderr } = await setUp().run('aprove inc-1');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain("did you mean 'approve'?");
  });

  test('an unknown verb cannot write escape sequences to the terminal', async () => {
    const { stderr } = await setUp().run(['\u001b[31mred\u001b]0;title\u0007']);
    expect(stderr).not.toMatch(/\p{Cc}(?<!\n)/u);
  });

  test.each(loaded.map(({ entry, verb }) => [entry.name, verb] as const))(
    '%s --help shows its usage and every option, and connects to nothing',
    async (name, verb) => {
      const { run, targets } = setUp();
      const { code, stdout } = await run(`${name} --help`);
      expect(code).toBe(0);
      expect(verb.name).toBe(name);
      expect(stdout).toContain(`usage: paramedic ${name}`);
      for (const option of Object.keys(verb.options)) expect(stdout).toContain(`--${option}`);
      expect(targets).toEqual([]);
    },
  );

  test.each(['stop --colour red --reason x', 'approve', 'approve a b', 'why --json=yes', 'dlq', 'dlq rm'])(
    '`%s` is a usage error and connects to nothing',
    async (line) => {
      const { run, targets } = setUp();
      const { code, stdout, stderr } = await run(line);
      expect({ code, stdout, targets }).toEqual({ code: 2, stdout: '', targets: [] });
      expect(stderr).toContain('usage: paramedic ');
    },
  );

  test('a failure of AWS is exit code 1 and names the missing permission', async () => {
    const failure = new PortError('unauthorised', 'missing permission dynamodb:GetItem', {
      operation: 'dynamodb:GetItem',
    });
    const connect = async () => {
      throw failure;
    };
    const { code, stderr } = await setUp().run('why inc-1', { connect });
    expect(code).toBe(1);
    expect(stderr).toContain('missing permission dynamodb:GetItem');
  });
});

describe('the target', () => {
  test('is the stage and region given, else those of the environment', async () => {
    const { run, targets } = setUp();
    await run('why --stage prod --region us-east-1');
    await run('why', { env: { AWS_DEFAULT_REGION: 'eu-north-1', PARAMEDIC_STAGE: 'qa' } });
    await run('why', { env: { AWS_REGION: 'eu-west-1' } });
    expect(targets).toEqual([
      { stage: 'prod', region: 'us-east-1' },
      { stage: 'qa', region: 'eu-north-1' },
      { stage: 'dev', region: 'eu-west-1' },
    ]);
  });

  test.each([
    ['why', 'no region'],
    ['why --region eu-west-1 --stage ../x', '--stage'],
    ['why --region moon', '--region'],
  ])('`%s` without a usable one is a usage error', async (line, message) => {
    const { code, stderr } = await setUp().run(line, { env: {} });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('docs/cli.md', () => {
  const docs = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');

  test.each(loaded.map(({ verb }) => [verb.name, verb] as const))(
    'documents %s with all its options',
    (name, verb) => {
      const chapter = docs.split(/^## /m).find((part) => part.startsWith(`${name}\n`)) ?? '';
      for (const option of Object.keys(verb.options)) expect(chapter).toContain(`--${option}`);
      expect(chapter).toMatch(/Exit codes?: /);
    },
  );

  test('documents no verb that does not exist', () => {
    const documented = [...docs.matchAll(/^## ([a-z]+)$/gm)].map(([, name]) => name);
    expect(new Set(documented)).toEqual(new Set(VERBS.map(({ name }) => name)));
  });
});
