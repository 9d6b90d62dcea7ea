import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { overrides } from '../../cli/overrides.ts';
import { ebsSaturation } from '../../functions/ebs-saturation/index.ts';
import { parseEnvelope } from '../../shared/pipeline/envelope.ts';
import { setUp } from './fakes.ts';

const SAMPLE = 'spot-interruption-terminate';
const sample = JSON.parse(readFileSync(new URL(`../../events/${SAMPLE}.json`, import.meta.url), 'utf8'));
/** Of every shape, contributors among them. */
const ALARMS = readdirSync(new URL('../../events/', import.meta.url))
  .filter((file) => /^ebs-(alarm|contributor)/.test(file))
  .map((file) => file.replace(/\.json$/, ''));

describe('trigger', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'paramedic-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('without a name lists the samples and nothing else on stdout', async () => {
    const { code, stdout } = await setUp().run('trigger');
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toContain(SAMPLE);
    expect(stdout).not.toContain('manifest');
  });

  test('prints a sample as it stands', async () => {
    const { code, stdout } = await setUp().run(`trigger events/${SAMPLE}.json`);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(sample);
  });

  test('--now gives it a new id and the present as time; the pipeline can read it', async () => {
    const { stdout } = await setUp().run(`trigger ${SAMPLE} --now`);
    const event = JSON.parse(stdout);
    expect(event).toMatchObject({
      time: '2026-11-03T14:10:00Z',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(event.id).not.toBe(sample.id);
    expect(parseEnvelope(stdout).ok).toBe(true);
  });

  test('--now makes a new call of a CloudTrail record too, and says that one is not enough', async () => {
    const { stdout, stderr } = await setUp().run('trigger throttled-irsa --now');
    const before = JSON.parse(
      readFileSync(new URL('../../events/throttled-irsa.json', import.meta.url), 'utf8'),
    );
    const { detail } = JSON.parse(stdout);
    expect(detail.eventTime).toBe('2026-11-03T14:10:00Z');
    expect(detail.eventID).toMatch(/^[0-9a-f-]{36}$/);
    expect(detail.eventID).not.toBe(before.detail.eventID);
    expect(stderr).toContain('api-throttling counts these: one alone opens no incident');
    expect((await setUp().run(`trigger ${SAMPLE}`)).stderr).toBe('');
  });

  test.each(ALARMS)('--now makes %s news of this moment: it is not heard of too late', async (name) => {
    const { stdout } = await setUp().run(`trigger ${name} --now`);
    const parsed = parseEnvelope(stdout);
    const read = parsed.ok ? ebsSaturation.toSignals(parsed.event) : undefined;
    const signals = read?.kind === 'signals' ? read.signals : [];
    const now = Date.parse('2026-11-03T14:10:00Z');
    expect(signals.length).toBeGreaterThan(0);
    expect(new Set(signals.map(({ occurredAt }) => occurredAt))).toEqual(new Set([now]));
  });

  test('--now leaves the time of a state that has none to the envelope', async () => {
    const { stdout } = await setUp().run('trigger ebs-modify-completed --now');
    expect(JSON.parse(stdout)).toMatchObject({ time: '2026-11-03T14:10:00Z' });
    expect(JSON.parse(stdout).detail).not.toHaveProperty('state');
  });

  test('--set changes fields and wins over --now', async () => {
    const { stdout } = await setUp().run(
      `trigger ${SAMPLE} --now --set detail.instance-id=i-1 --set time=2026-01-01T00:00:00Z --set account=999988887777`,
    );
    expect(JSON.parse(stdout)).toMatchObject({
      detail: { 'instance-id': 'i-1', 'instance-action': 'terminate' },
      time: '2026-01-01T00:00:00Z',
      account: '999988887777',
    });
  });

  test('--out writes the file and leaves stdout empty', async () => {
    const { code, stdout } = await setUp().run(`trigger ${SAMPLE} --out event.json`, { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(JSON.parse(readFileSync(join(folder, 'event.json'), 'utf8'))).toEqual(sample);
  });

  test.each(['spot-interuption-terminate', '../package', 'manifest', '../../etc/passwd'])(
    'there is no sample %s',
    async (name) => {
      const { code, stdout } = await setUp().run(`trigger ${name}`);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    },
  );
});

describe('overrides', () => {
  const value = { text: 'a', count: 1, list: ['x'], deep: { on: true } };

  test.each([
    ['text=b=c', { text: 'b=c' }],
    ['text=', { text: '' }],
    ['count=7', { count: 7 }],
    ['list.0=y', { list: ['y'] }],
    ['list.1=y', { list: ['x', 'y'] }],
    ['deep.on=false', { deep: { on: false } }],
    ['deep.new=1', { deep: { on: true, new: '1' } }],
    ['deep={"a":1}', { deep: { a: 1 } }],
  ])('%s', (assignment, expected) =>
    expect(overrides(value, [assignment])).toEqual({ ...value, ...expected }),
  );

  test.each(['text', '=b', 'text.x=1', 'missing.x=1', 'count=abc', 'list.5=y', 'list.length=0', 'a..b=1'])(
    '%s is refused',
    (assignment) => expect(() => overrides(value, [assignment])).toThrow('--set'),
  );

  test.each(['__proto__.polluted=1', 'deep.constructor=1', 'deep.__proto__.polluted=1'])(
    '%s cannot reach a prototype',
    (assignment) => {
      expect(() => overrides(value, [assignment])).toThrow('--set');
      expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    },
  );

  test('the original is left alone', () => {
    overrides(value, ['deep.on=false']);
    expect(value.deep.on).toBe(true);
  });
});
