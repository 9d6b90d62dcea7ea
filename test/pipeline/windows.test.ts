import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { configOf, readWorld, shipped } from '../../cli/files.ts';
import { simulateEvent } from '../../cli/simulate/run.ts';
import { troubles } from '../../functions/index.ts';

const SAMPLE = JSON.parse(readFileSync(shipped('events', 'spot-interruption-terminate.json'), 'utf8')) as {
  detail: Record<string, unknown>;
};
/** Two seconds before the window. */
const WARNED = '2026-11-03T14:02:58Z';
const OPENS = '2026-11-03T14:03:00Z';

async function warned(windows: string) {
  const text = `version: 1\nglobal:\n  mode: auto\n  windows: [${windows}]\n`;
  const world = await readWorld(shipped(), shipped('simulator', 'worlds', 'small.yaml'));
  const body = JSON.stringify({ ...SAMPLE, time: WARNED });
  return await simulateEvent({ body, world, config: configOf(text, 'windows.yaml'), troubles });
}

describe('a window that opens during a run', () => {
  test('ends what is going on: nothing is changed after it opened, and the plan is decided again', async () => {
    const freely = await warned('');
    const capped = await warned('{ name: release, cron: "3 14 * * *", duration: 1h, mode: observe }');
    const late = ({ calls }: typeof freely) =>
      calls.filter(({ changes, at }) => changes && at > OPENS).length;
    expect(late(freely)).toBeGreaterThan(0);
    expect(capped.calls.some(({ changes }) => changes)).toBe(true);
    expect(late(capped)).toBe(0);
    expect(capped.incident?.planConfig).toMatch(/-window-observe$/);
  });
});
