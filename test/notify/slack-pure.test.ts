import { expect, test } from 'vitest';
import { listFiles, loadedBy, readSource } from '../contract/house-scan.ts';

test('rendering loads no adapter, no SDK and no I/O, however far down', () => {
  const files = listFiles().filter((path) => /^shared\/.*\.ts$/.test(path));
  const sources = new Map(files.map((path) => [path, readSource(path)]));
  const rendering = files.filter((path) => path.startsWith('shared/notify/slack/'));
  expect(rendering.length).toBeGreaterThan(10);
  const loaded = new Set(rendering.flatMap((path) => [...loadedBy(path, sources)]));
  const strays = [...loaded].filter(
    (path) => !sources.has(path) || /^shared\/(aws|kubernetes|slack)\//.test(path),
  );
  expect(strays).toEqual(['node:crypto']);
});
