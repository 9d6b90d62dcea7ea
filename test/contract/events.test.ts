import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { troubles } from '../../functions/index.ts';
import { MAX_EVENT_BYTES, parseEnvelope } from '../../shared/pipeline/envelope.ts';
import { loadWorld } from '../../simulator/load.ts';
import { World } from '../../simulator/world.ts';

const EVENTS = resolve(import.meta.dirname, '../../events');
const SMALL_WORLD = resolve(import.meta.dirname, '../../simulator/worlds/small.yaml');

interface Sample {
  file: string;
  kind: 'signal' | 'ignored' | 'malformed';
  /** The trouble whose rule delivers it; a malformed sample without one is refused before any trouble sees it. */
  trouble?: string;
  detailType?: string;
  rules: string[];
  doc: string;
  note: string;
}

const samples = JSON.parse(readFileSync(join(EVENTS, 'manifest.json'), 'utf8')) as Sample[];

function body(file: string): string {
  return readFileSync(join(EVENTS, file), 'utf8');
}

function ofKind(kind: Sample['kind']): Sample[] {
  return samples.filter((sample) => sample.kind === kind);
}

/** What one trouble makes of a body: the word of its result, or why the envelope was refused. */
function reading(trouble: (typeof troubles)[number], file: string): string {
  const parsed = parseEnvelope(body(file));
  return parsed.ok ? trouble.toSignals(parsed.event).kind : 'refused';
}

describe('event samples', () => {
  test('every file is in the manifest, and every entry has its file', () => {
    const files = readdirSync(EVENTS, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'manifest.json')
      .map((entry) => relative(EVENTS, join(entry.parentPath, entry.name)));
    expect(new Set(samples.map(({ file }) => file))).toEqual(new Set(files));
    expect(samples).toHaveLength(files.length);
  });

  test('every entry says where the shape is documented and what it shows', () => {
    for (const { doc, note } of samples) {
      expect(doc).toMatch(/^(Amazon|AWS) .+: .+/);
      expect(note.length).toBeGreaterThan(10);
    }
  });

  test('every event a trouble reads has a sample that becomes a signal', () => {
    for (const trouble of troubles) {
      for (const { detailType } of trouble.events) {
        const own = ofKind('signal').filter(
          (each) => each.trouble === trouble.name && each.detailType === detailType,
        );
        expect(own.length).toBeGreaterThan(0);
        expect(own.map(({ file }) => reading(trouble, file))).toEqual(own.map(() => 'signals'));
      }
    }
  });

  test('samples of a group name the one in the fleet that simulate plays them on', () => {
    const world = new World(loadWorld(readFileSync(SMALL_WORLD, 'utf8'), SMALL_WORLD));
    const named = ofKind('signal')
      .map(({ file }) => JSON.parse(body(file)) as { detail: { AutoScalingGroupName?: string } })
      .flatMap(({ detail }) => detail.AutoScalingGroupName ?? []);
    expect(new Set(named)).toEqual(new Set([world.fleet.groups[0]?.asg]));
  });

  test('ignored samples are valid events that no trouble acts on', () => {
    for (const { file } of ofKind('ignored'))
      for (const trouble of troubles)
        expect({ file, is: reading(trouble, file) }).toEqual({ file, is: 'ignored' });
  });

  test('malformed samples are refused where the manifest says: by the envelope or by the trouble', () => {
    for (const { file, trouble: name } of ofKind('malformed')) {
      const readings = troubles.filter((each) => name === undefined || each.name === name);
      const expected = name === undefined ? 'refused' : 'malformed';
      expect(readings.length).toBeGreaterThan(0);
      for (const trouble of readings)
        expect({ file, is: reading(trouble, file) }).toEqual({ file, is: expected });
    }
  });

  test('an event of 300 KB is refused unread, and one of the largest size is not', () => {
    const event = JSON.parse(body('spot-interruption-terminate.json')) as Record<string, unknown>;
    const padded = (bytes: number) => JSON.stringify({ ...event, padding: 'x'.repeat(bytes) });
    expect(parseEnvelope(padded(300 * 1024))).toMatchObject({ ok: false });
    const room = MAX_EVENT_BYTES - Buffer.byteLength(padded(0), 'utf8');
    expect(parseEnvelope(padded(room))).toMatchObject({ ok: true });
    expect(parseEnvelope(padded(room + 1))).toMatchObject({ ok: false });
  });

  test('samples name nobody: invented accounts and ids only', () => {
    for (const { file } of samples)
      for (const account of body(file).match(/(?<!\d)\d{12}(?!\d)/g) ?? []) {
        expect(['210987654321', '123456789012']).toContain(account);
      }
  });
});
