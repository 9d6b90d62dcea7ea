import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUNDLES } from '../../scripts/build.ts';
import { AIM_KB, BUDGET_KB, judge, measure } from '../../scripts/bundle-size.ts';

function sized(total: number) {
  return [{ bundle: 'sweep', total }];
}

describe('the bundle budget', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'paramedic-size-'));
    for (const bundle of Object.keys(BUNDLES)) {
      await mkdir(join(folder, 'dist', bundle), { recursive: true });
      await writeFile(join(folder, 'dist', bundle, 'index.mjs'), 'import"./now.mjs";import("./later.mjs");');
      await writeFile(join(folder, 'dist', bundle, 'now.mjs'), 'x'.repeat(100));
      await writeFile(join(folder, 'dist', bundle, 'later.mjs'), 'x'.repeat(1_000));
    }
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('counts every chunk, and apart from them what a cold start loads at once', async () => {
    for (const { total, entry } of await measure(folder)) {
      expect(total - entry).toBe(1_000);
      expect(entry).toBeGreaterThan(100);
    }
  });

  test('is silent up to the aim, notes what is above it and fails above the budget', () => {
    expect(judge(sized(AIM_KB * 1_024))).toEqual({ lines: [], isOver: false });
    expect(judge(sized(AIM_KB * 1_024 + 1))).toEqual({
      lines: ['note: sweep is above the aim: 1001 KB of 1000 KB'],
      isOver: false,
    });
    expect(judge(sized(BUDGET_KB * 1_024))).toMatchObject({ isOver: false });
    expect(judge(sized(BUDGET_KB * 1_024 + 1))).toEqual({
      lines: ['sweep is over the budget: 1301 KB of 1300 KB'],
      isOver: true,
    });
  });

  test('one bundle over it is enough', () => {
    const sizes = [...sized(1), { bundle: 'big', total: 2_000 * 1_024 }, ...sized(2)];
    expect(judge(sizes)).toMatchObject({ isOver: true, lines: [expect.stringContaining('big')] });
  });
});
