import { troubles } from '../functions/index.ts';
import { policyFor } from '../shared/config/effective.ts';
import { loadConfig } from '../shared/config/load.ts';
import type { TroublePolicy } from '../shared/config/policy.ts';
import type { Trouble } from '../shared/pipeline/trouble.ts';
import type { ClusterRef } from '../shared/ports/kubernetes.ts';

export const HOME = { account: '210987654321', region: 'eu-west-1' };

/** The trouble every benchmark here is about. */
export const TROUBLE = nodeInterruption();

function nodeInterruption(): Trouble {
  const found = troubles.find(({ name }) => name === 'node-interruption');
  if (found === undefined) throw new Error('no trouble "node-interruption" is registered');
  return found;
}

/** Mode auto and the documented defaults, through the code that reads the config file in Lambda. */
export function defaultPolicies(): (cluster: ClusterRef, trouble: string) => TroublePolicy {
  const sections = Object.fromEntries(troubles.map(({ name, section }) => [name, section]));
  const loaded = loadConfig('version: 1\nglobal: { mode: auto }\n', 'benchmark', sections);
  if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('; '));
  // The defaults have no windows: any time is as good as another.
  return (cluster, trouble) => policyFor(loaded, cluster, trouble, 0);
}
