import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { nodeInterruptionSection } from '../../functions/node-interruption/policy.ts';
import { readConfigFile } from '../../shared/config/file.ts';
import { configSource } from '../../shared/config/source.ts';
import { PortError } from '../../shared/errors.ts';

const sections = { 'node-interruption': nodeInterruptionSection };
const AUTO = 'version: 1\nglobal: { mode: auto }\n';
const APPROVE = 'version: 1\nglobal: { mode: approve }\n';
const BAD = 'version: 1\nglobal: { mode: sometimes }\n';

/** A source over a text that tests change, and a clock that tests move. */
function setUp(first: string | Error) {
  const world = { text: first, now: 1_000_000, reads: 0 };
  const read = async () => {
    world.reads++;
    if (world.text instanceof Error) throw world.text;
    return { text: world.text, fileName: 'paramedic.yaml' };
  };
  const clock = { now: () => world.now, sleep: async () => {} };
  const source = configSource({ read, sections, clock, maxAgeMs: 60_000 });
  return { world, source };
}

const unreadable = new PortError('not-found', 'the config file cannot be read', { operation: 'read config' });

describe('the config in use', () => {
  test('is read once per maxAgeMs and follows the file after that', async () => {
    const { world, source } = setUp(AUTO);
    await source.get();
    world.text = APPROVE;
    world.now += 59_999;
    expect((await source.get()).config.global.mode).toBe('auto');
    expect(world.reads).toBe(1);
    world.now += 1;
    expect((await source.get()).config.global.mode).toBe('approve');
  });

  test('many callers at once cause one read', async () => {
    const { world, source } = setUp(AUTO);
    await Promise.all(Array.from({ length: 10 }, () => source.get()));
    expect(world.reads).toBe(1);
  });

  test('a bad text leaves the last good config in place and says why', async () => {
    const { world, source } = setUp(AUTO);
    const { hash } = await source.get();
    world.text = BAD;
    world.now += 60_000;
    const current = await source.get();
    expect(current.config.global.mode).toBe('auto');
    expect(current.hash).toBe(hash);
    expect(current.problem).toMatch(
      /^paramedic\.yaml:2 global\.mode must be one of .* keeping the last good/,
    );
  });

  test('the problem goes away with a good text', async () => {
    const { world, source } = setUp(BAD);
    expect((await source.get()).problem).toBeDefined();
    world.text = APPROVE;
    world.now += 60_000;
    expect(await source.get()).not.toHaveProperty('problem');
  });

  test('an unreadable file after a good one keeps the good one', async () => {
    const { world, source } = setUp(AUTO);
    await source.get();
    world.text = unreadable;
    world.now += 60_000;
    const current = await source.get();
    expect(current.config.global.mode).toBe('auto');
    expect(current.problem).toContain('not-found');
  });

  test.each([
    ['unreadable', unreadable],
    ['bad', BAD],
  ])('a file that is %s at cold start gives the built-in config, which only observes', async (_, text) => {
    const { source } = setUp(text);
    const current = await source.get();
    expect(current.config.global.mode).toBe('observe');
    expect(current.hash).toBe('built-in');
    expect(current.problem).toContain('only observes');
  });

  test('a bad file is not read again before maxAgeMs has passed', async () => {
    const { world, source } = setUp(BAD);
    await source.get();
    await source.get();
    expect(world.reads).toBe(1);
  });
});

describe('reading the file', () => {
  test('gives its text', async () => {
    const path = fileURLToPath(new URL('../../paramedic.yaml', import.meta.url));
    expect(await readConfigFile(path)).toContain('version: 1');
  });

  test('a missing file is not-found, a folder transient', async () => {
    await expect(readConfigFile('/no/such/file')).rejects.toMatchObject({ kind: 'not-found' });
    await expect(readConfigFile('/')).rejects.toMatchObject({ kind: 'transient', code: 'EISDIR' });
  });
});
