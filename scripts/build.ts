import { copyFile, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';

/** Bundle folder under `dist/` → the file that exports `handler`. Two functions may share one bundle. */
export const BUNDLES: Readonly<Record<string, string>> = {
  'node-interruption-receive': 'functions/node-interruption/receive.ts',
  'node-interruption-remediate': 'functions/node-interruption/remediate.ts',
  'api-throttling-receive': 'functions/api-throttling/receive.ts',
  'api-throttling-remediate': 'functions/api-throttling/remediate.ts',
  'ebs-saturation-receive': 'functions/ebs-saturation/receive.ts',
  'ebs-saturation-remediate': 'functions/ebs-saturation/remediate.ts',
  sweep: 'functions/sweep/index.ts',
  approval: 'functions/approval/index.ts',
  notifier: 'functions/notifier/index.ts',
};

const CONFIG_FILE = 'paramedic.yaml';

/**
 * What the AWS SDK loads only where our functions never run: in a browser, or where credentials come from anything
 * but the variables that Lambda always sets (the first place the SDK looks). 130 KB of every bundle otherwise.
 */
export const LEFT_OUT: readonly string[] = [
  'bowser',
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
];

const SCHEMAS = /[\\/]@aws-sdk[\\/]client-[\w-]+[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/;

/**
 * The SDK describes every call of a service in one file. A key such as `[_xN]` could run code for all a bundler
 * knows, so it keeps them all; the same key as plain text lets it drop those we never send: 520 KB of EC2's alone.
 */
const droppableSchemas: Plugin = {
  name: 'droppable-schemas',
  setup: ({ onLoad }) => {
    onLoad({ filter: SCHEMAS }, async ({ path }) => ({
      contents: withPlainKeys(await readFile(path, 'utf8')),
      loader: 'js',
    }));
  },
};

/** `const _xN = "xmlName"; … { [_xN]: 1 }` → `{ "xmlName": 1 }`, for the text constants that `source` begins with. */
export function withPlainKeys(source: string): string {
  const constants = source.matchAll(/^const (\w+) = ("(?:[^"\\\n]|\\.)*");$/gm);
  const texts = new Map([...constants].map(([, name = '', text = '']) => [name, text]));
  return source.replaceAll(/(?<=[{,]\s*)\[(\w+)\](?=:)/g, (key, name: string) => texts.get(name) ?? key);
}

/** Some dependencies are CommonJS inside; an ES module has no `require` unless it is made. */
const REQUIRE_BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/**
 * Reads the sources under `root` and writes `dist/<bundle>/index.mjs` under `target`, with its lazily loaded
 * chunks and the config file beside it. The same sources give the same bytes, so that an unchanged function
 * keeps its version.
 */
export async function buildAll(root: string, target = root): Promise<void> {
  await Promise.all(
    Object.entries(BUNDLES).map(([name, entry]) => buildOne(root, entry, join(target, 'dist', name))),
  );
}

async function buildOne(root: string, entry: string, outdir: string): Promise<void> {
  await rm(outdir, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: { index: join(root, entry) },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // Chunks let the large EC2 client load only when it is used.
    splitting: true,
    format: 'esm',
    platform: 'node',
    external: [...LEFT_OUT],
    plugins: [droppableSchemas],
    target: 'node24',
    mainFields: ['module', 'main'],
    minify: true,
    // Errors are recognised by name; minified class names would lie in logs.
    keepNames: true,
    legalComments: 'none',
    banner: { js: REQUIRE_BANNER },
    logLevel: 'warning',
  });
  await copyFile(join(root, CONFIG_FILE), join(outdir, CONFIG_FILE));
}

if (import.meta.main) {
  await buildAll(resolve(import.meta.dirname, '..'));
  console.log(`built ${Object.keys(BUNDLES).length} bundles in dist/`);
}
