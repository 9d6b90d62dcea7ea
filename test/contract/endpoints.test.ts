import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { troubles } from '../../functions/index.ts';
import { declaredByRun, declaredBySweeps, OUTSIDE_NETWORK, PIPELINE } from './template-iam.ts';
import { inOrder, ROOT } from './template-package.ts';

/** What is not called by code of ours in that network. */
const NOT_CALLED: Readonly<Record<string, string>> = {
  logs: 'Lambda delivers logs itself',
  kms: 'SNS asks for it in our name',
};
/** IAM prefix → endpoint, where they differ. */
const ENDPOINTS: Readonly<Record<string, string>> = { cloudwatch: 'monitoring' };

/** Lambda itself keeps failed starts of a run: only its role needs SQS. */
function isLambdas(name: string, action: string): boolean {
  return name.endsWith('Remediate') && action === 'sqs:SendMessage';
}

/** Endpoint → functions in the network that call it, by what their roles hold and the template tests check. */
function needed(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [name, base] of Object.entries(PIPELINE)) {
    if (OUTSIDE_NETWORK.has(name)) continue;
    const sweeping = name === 'sweep' ? declaredBySweeps(troubles) : [];
    const actions = [...base, ...declaredByRun(name, troubles), ...sweeping];
    const own = actions.filter((action) => !isLambdas(name, action));
    for (const service of new Set(own.map((action) => action.split(':')[0] ?? ''))) {
      if (Object.hasOwn(NOT_CALLED, service)) continue;
      const endpoint = ENDPOINTS[service] ?? service;
      found.set(endpoint, [...(found.get(endpoint) ?? []), name]);
    }
  }
  return found;
}

/** Endpoint → the cell that says who uses it. */
function told(): Map<string, string> {
  const guide = readFileSync(join(ROOT, 'docs/networking.md'), 'utf8');
  const rows = [...guide.matchAll(/^ {3}\| `(\w+)` +\| ([^|]+)\| ([^|]+)\|$/gm)];
  const wanted = rows.filter(([, , kind = '']) => kind.trim() !== 'not needed');
  return new Map(wanted.map(([, name = '', , users = '']) => [name, users.trim()]));
}

/** `*` is any text; `all` is everybody. */
function meant(users: string): string[] {
  const inNetwork = Object.keys(PIPELINE).filter((name) => !OUTSIDE_NETWORK.has(name));
  if (/^all\b/.test(users)) return inOrder(inNetwork);
  const patterns = [...users.matchAll(/`([\w*]+)`/g)].map(([, pattern = '']) => pattern);
  const isMeant = (name: string) =>
    patterns.some((pattern) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(name));
  return inOrder(inNetwork.filter(isMeant));
}

describe('endpoints in docs/networking.md', () => {
  test('every service that a function in a VPC may call has a row, and no row is for nobody', () => {
    expect(inOrder([...told().keys()])).toEqual(inOrder([...needed().keys()]));
  });

  test.each([...needed()])(
    '%s: the row names every function that calls it and no other',
    (name, functions) => {
      expect(meant(told().get(name) ?? '')).toEqual(inOrder(functions));
    },
  );
});
