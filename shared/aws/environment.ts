import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { wallClock } from '../clock.ts';
import { policyFor } from '../config/effective.ts';
import { readConfigFile } from '../config/file.ts';
import { configSource } from '../config/source.ts';
import type { Environment } from '../pipeline/environment.ts';
import type { Trouble } from '../pipeline/trouble.ts';
import { lambdaLog } from './log.ts';
import { lambdaMetrics } from './metrics.ts';
import { awsPorts } from './ports.ts';

const CONFIG_NAME = 'paramedic.yaml';

/**
 * What a Lambda instance knows besides its event, from its environment variables and the packaged config.
 * Nothing is read or connected here: that happens on first use.
 */
export function lambdaEnvironment(
  variables: Record<string, string | undefined>,
  troubles: readonly Trouble[],
): Environment {
  const path = variables['PARAMEDIC_CONFIG'] ?? join(dirname(fileURLToPath(import.meta.url)), CONFIG_NAME);
  const log = lambdaLog();
  const config = configSource({
    read: () => readConfigFile(path),
    fileName: CONFIG_NAME,
    sections: Object.fromEntries(troubles.map((trouble) => [trouble.name, trouble.section])),
    clock: wallClock,
    maxAgeMs: 60_000,
  });
  return {
    ports: awsPorts(variables),
    log,
    metrics: lambdaMetrics(),
    policyFor: async (cluster, trouble) => {
      const { config: current, hash, problem } = await config.get();
      if (problem !== undefined) log.error('config problem', { problem, hash });
      return policyFor({ config: current, hash }, cluster, trouble);
    },
    configuredClusters: async () => (await config.get()).config.clusters.map((cluster) => cluster.name),
    home: { account: required(variables, 'ACCOUNT_ID'), region: required(variables, 'AWS_REGION') },
    remediateFunction: () => required(variables, 'REMEDIATE_FUNCTION'),
  };
}

function required(variables: Record<string, string | undefined>, name: string): string {
  const value = variables[name];
  if (value === undefined || value === '') throw new Error(`environment variable ${name} is not set`);
  return value;
}
