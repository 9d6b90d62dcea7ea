import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
const SKIPPED = new Set(['node_modules', '.git', 'dist', '.serverless', 'coverage']);

export interface Import {
  /** A path from the root for our own files, otherwise the package or `node:` name as written. */
  to: string;
  typeOnly: boolean;
}

export interface Source {
  path: string;
  text: string;
  imports: Import[];
}

/** Paths from the root of every file a checkout would hold. */
export function listFiles(folder = ROOT): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !SKIPPED.has(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return listFiles(path);
      return entry.isFile() ? [relative(ROOT, path)] : [];
    });
}

export function readSource(path: string): Source {
  const text = readFileSync(join(ROOT, path), 'utf8');
  return { path, text, imports: scanImports(path, text) };
}

const STATEMENT = /^(?:import|export)\s+(type\s+)?([^'";]*?)\s*from\s*'([^']+)'/gm;
const SIDE_EFFECT = /^import\s*'([^']+)'/gm;
const DYNAMIC = /\bimport\(\s*'([^']+)'/g;

/** `import`/`export … from`, side-effect and dynamic imports of one file. */
export function scanImports(path: string, text: string): Import[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const found = [...code.matchAll(STATEMENT)].map(([, type, names = '', to = '']) => ({
    to,
    typeOnly: type !== undefined || namesOnlyTypes(names),
  }));
  const bare = [...code.matchAll(SIDE_EFFECT), ...code.matchAll(DYNAMIC)].map(([, to = '']) => ({
    to,
    typeOnly: false,
  }));
  return [...found, ...bare].map(({ to, typeOnly }) => ({
    to: to.startsWith('.') ? join(dirname(path), to) : to,
    typeOnly,
  }));
}

/** `{ type A, type B }`: nothing is left after type stripping. */
function namesOnlyTypes(names: string): boolean {
  const inner = /^\{([\s\S]*)\}$/.exec(names.trim())?.[1];
  if (inner === undefined) return false;
  const parts = inner
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return parts.length > 0 && parts.every((part) => part.startsWith('type '));
}

/** Everything a file loads when it runs: its value imports, and theirs. */
export function loadedBy(path: string, sources: ReadonlyMap<string, Source>): Set<string> {
  const seen = new Set<string>();
  const queue = [path];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const { to, typeOnly } of sources.get(next)?.imports ?? []) {
      if (typeOnly || seen.has(to)) continue;
      seen.add(to);
      queue.push(to);
    }
  }
  return seen;
}
