import { copyFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

/** Bundle folder under `dist/` → the file that exports `handler`. Two functions may share one bundle. */
export const BUNDLES: Readonly<Record<string, string>> = {
  'node-interruption-receive': 'functions/node-interruption/receive.ts',
  'node-interruption-remediate': 'functions/node-interruption/remediate.ts',
  sweep: 'functions/sweep/index.ts',
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
