import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { withPlainKeys } from '../../scripts/build.ts';

const CLIENTS = ['auto-scaling', 'dynamodb', 'ec2', 'eks', 'lambda', 'sns', 'sqs'];
const COMPUTED_KEY = /[{,]\s*\[_\w+\]:/;

/** Every exported schema of one module as text. What they point to are exports as well. */
async function saidBy(source: string, resolveDir: string): Promise<string> {
  const stdin = { contents: source, resolveDir };
  const built = await build({ stdin, bundle: true, format: 'esm', platform: 'node', write: false });
  const url = `data:text/javascript,${encodeURIComponent(built.outputFiles[0]?.text ?? '')}`;
  return JSON.stringify(await import(url));
}

describe('plain keys in the schemas of the SDK', () => {
  test.each(CLIENTS)('leave no key of %s computed and change nothing it says', async (client) => {
    const path = join(process.cwd(), `node_modules/@aws-sdk/client-${client}/dist-es/schemas/schemas_0.js`);
    const source = await readFile(path, 'utf8');
    const plain = withPlainKeys(source);
    expect(source).toMatch(COMPUTED_KEY);
    expect(plain).not.toMatch(COMPUTED_KEY);
    const said = await saidBy(source, dirname(path));
    expect(said.length).toBeGreaterThan(1_000);
    expect((await saidBy(plain, dirname(path))) === said).toBe(true);
  });

  test('are only put where a text constant of the same module stands', () => {
    const source =
      'const _a = "x";\nconst _n = 7;\nlet v = [{ [_a]: 1, [_n]: 2, [other]: 3 }, c ? d[_a]: e[_a]];';
    expect(withPlainKeys(source)).toBe(
      'const _a = "x";\nconst _n = 7;\nlet v = [{ "x": 1, [_n]: 2, [other]: 3 }, c ? d[_a]: e[_a]];',
    );
  });
});
