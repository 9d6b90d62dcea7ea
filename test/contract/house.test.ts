import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { troubles } from '../../functions/index.ts';
import { sections } from '../../functions/sections.ts';
import { sweepers } from '../../functions/sweepers.ts';
import {
  type Import,
  listFiles,
  loadedBy,
  ROOT,
  readSource,
  type Source,
  scanImports,
} from './house-scan.ts';

const FILES = listFiles();
const PRODUCT = /^(functions|shared|simulator|cli|console)\/.*\.(ts|mjs)$/;
const CODE = /^(functions|shared|simulator|cli|console|test|scripts|bench)\/.*\.(ts|mjs)$/;
const ADAPTER = /^shared\/(aws|kubernetes|slack)\//;
const PURE =
  /^functions\/[\w-]+\/(signals|trigger|playbook|policy)\.ts$|^shared\/(guard|diagnosis)\/|^shared\/notify\/render[\w-]*\.ts$/;
/** Only adapters may load these. */
const OUTSIDE = /^(@aws-sdk|@smithy|@aws-crypto)\/|^node:(https?|http2|net|tls|dgram|dns)(\/|$)/;
const MAX_LINES = 250;
/** Every trouble, the config section of every trouble, the risk of every action, and those that are swept. */
const REGISTRIES = [
  'functions/index.ts',
  'functions/sections.ts',
  'functions/risks.ts',
  'functions/sweepers.ts',
];

const sources = new Map(FILES.filter((path) => CODE.test(path)).map((path) => [path, readSource(path)]));
const product = [...sources.values()].filter(({ path }) => PRODUCT.test(path));

/** `file → import` for every import of the chosen files that breaks a rule. */
function broken(from: RegExp, isBroken: (each: Import, source: Source) => boolean): string[] {
  return product
    .filter(({ path }) => from.test(path))
    .flatMap((source) =>
      source.imports.filter((each) => isBroken(each, source)).map(({ to }) => `${source.path} → ${to}`),
    );
}

function folderOf(path: string): string {
  return path.split('/').slice(0, 2).join('/');
}

/** Lambda entries and the functions that serve every trouble compose the registry; nothing else does. */
function mayReadRegistry(path: string): boolean {
  const isEntry = /^functions\/[\w-]+\/(receive|remediate)\.ts$/.test(path);
  return isEntry || !FILES.includes(`${folderOf(path)}/playbook.ts`);
}

describe('import rules', () => {
  test('the scanner sees every form of import, and tells types from values', () => {
    const text = [
      "import { a } from './a.ts';",
      "import type { B } from './b.ts';",
      'import {',
      '  type C,',
      '  type D,',
      "} from './c.ts';",
      "import { type E, f } from './e.ts';",
      "export * from '../up.ts';",
      "import 'node:https';",
      "const lazy = await import('./lazy.ts');",
      "// import { no } from './comment.ts';",
    ].join('\n');
    const found = scanImports('shared/x/y.ts', text).map(
      ({ to, typeOnly }) => `${typeOnly ? 'type ' : ''}${to}`,
    );
    expect(found).toEqual([
      'shared/x/a.ts',
      'type shared/x/b.ts',
      'type shared/x/c.ts',
      'shared/x/e.ts',
      'shared/up.ts',
      'node:https',
      'shared/x/lazy.ts',
    ]);
  });

  test('a function reads its own folder and shared; troubles never read each other', () => {
    const strays = broken(/^functions\/[\w-]+\//, ({ to }, { path }) => {
      if (REGISTRIES.includes(to)) return !mayReadRegistry(path);
      return to.startsWith('functions/') && folderOf(to) !== folderOf(path);
    });
    expect(strays).toEqual([]);
  });

  test('what is in one registry is in the other, with the same section', () => {
    expect(sections).toEqual(troubles.map(({ name, section }) => ({ name, section })));
    sections.forEach(({ section }, index) => {
      expect(section).toBe(troubles[index]?.section);
    });
  });

  test('every trouble that has leftovers is swept', () => {
    expect(sweepers).toEqual(troubles.filter(({ sweep }) => sweep !== undefined));
  });

  test('shared knows no function, and neither knows the simulator, the CLI or the console', () => {
    expect(broken(/^shared\//, ({ to }) => to.startsWith('functions/'))).toEqual([]);
    expect(
      broken(/^(shared|functions)\//, ({ to }) => /^(simulator|cli|console|test|scripts|bench)\//.test(to)),
    ).toEqual([]);
  });

  test('pure files load no adapter, no SDK and no I/O, however far down', () => {
    const pure = product.filter(({ path }) => PURE.test(path));
    expect(pure.length).toBeGreaterThan(3);
    const impure = pure.flatMap(({ path }) =>
      [...loadedBy(path, sources)].filter((to) => !isPureImport(to)).map((to) => `${path} → … → ${to}`),
    );
    expect(impure).toEqual([]);
  });

  test('adapters import ports, errors, clock and types, and each other', () => {
    const strays = broken(
      ADAPTER,
      ({ to, typeOnly }, { path }) =>
        to.startsWith('shared/') && !typeOnly && !isForAdapters(to) && !isComposition(path),
    );
    expect(strays).toEqual([]);
  });

  test('only adapters load the AWS SDK and the network', () => {
    expect(
      broken(
        /^(functions|shared)\/(?!aws\/|kubernetes\/|slack\/)/,
        ({ to, typeOnly }) => !typeOnly && OUTSIDE.test(to),
      ),
    ).toEqual([]);
  });

  test('nothing imports in a circle', () => {
    expect(product.filter(({ path }) => loadedBy(path, sources).has(path)).map(({ path }) => path)).toEqual(
      [],
    );
  });
});

/** Lies with its adapter because it speaks Kubernetes, and is pure itself: what it loads is checked as well. */
const PURE_BESIDE_ADAPTER = 'shared/kubernetes/selector.ts';

function isPureImport(to: string): boolean {
  if (to === 'node:crypto' || to === 'valibot' || to === PURE_BESIDE_ADAPTER) return true;
  return sources.has(to) && !ADAPTER.test(to);
}

function isForAdapters(to: string): boolean {
  return /^shared\/(ports\/|errors\.ts|clock\.ts)/.test(to) || ADAPTER.test(to);
}

/** Where the adapters are put together into what a Lambda entry needs. */
function isComposition(path: string): boolean {
  return /^shared\/aws\/(handlers\/|(environment|ports)\.ts$)/.test(path);
}

describe('house rules', () => {
  test('time comes from the clock port alone', () => {
    const reads =
      /\bDate\.now\(|\bnew Date\(\s*\)|\b(setTimeout|setInterval|setImmediate)\(|\bperformance\.now\(/;
    const found = product.filter(({ path, text }) => path !== 'shared/clock.ts' && reads.test(text));
    expect(found.map(({ path }) => path)).toEqual([]);
  });

  test('failures are told apart by code, never by message text', () => {
    const guesses =
      /\bmessage\s*\??\.(includes|match|startsWith|endsWith|search|indexOf)\(|\.test\(\s*\w+\.message\b/;
    expect(product.filter(({ text }) => guesses.test(text)).map(({ path }) => path)).toEqual([]);
  });

  test(`no source file is longer than ${MAX_LINES} lines`, () => {
    const long = [...sources.values()].filter(({ text }) => text.split('\n').length - 1 > MAX_LINES);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  test('nothing silences the compiler or the linter', () => {
    const words = ['@ts-ignore', '@ts-expect-error', '@ts-nocheck', 'biome-ignore', 'eslint-disable'];
    const found = [...sources.values()].filter(
      ({ path, text }) => path !== 'test/contract/house.test.ts' && words.some((word) => text.includes(word)),
    );
    expect(found.map(({ path }) => path)).toEqual([]);
  });

  test('the lockfile names no place to download from', () => {
    expect(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).not.toContain('"resolved"');
  });

  test('no file names a package registry', () => {
    // Taken apart so that this file does not name one either.
    const hosts = [
      ['registry', 'npmjs'],
      ['registry', 'yarnpkg'],
      ['npm', 'pkg', 'github'],
      ['pypi', 'org'],
      ['files', 'pythonhosted'],
      ['proxy', 'golang'],
      ['jfrog', 'io'],
    ];
    const pattern = new RegExp(hosts.map((parts) => parts.join('\\.')).join('|'));
    const named = FILES.filter((path) => pattern.test(readFileSync(join(ROOT, path), 'utf8')));
    expect(named).toEqual([]);
  });
});
