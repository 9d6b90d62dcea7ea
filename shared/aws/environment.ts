import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GuardedCalls } from '../breaker/calls.ts';
import { type Clock, MINUTE_MS, wallClock } from '../clock.ts';
import { policyFor } from '../config/effective.ts';
import { readConfigFile } from '../config/file.ts';
import { peopleOf } from '../config/people-of.ts';
import { isGlob } from '../config/selector.ts';
import { type ConfigProblem, type ConfigSource, configSource } from '../config/source.ts';
import { configStore } from '../config/store.ts';
import { CONFIG_NAME, storedOrPackaged } from '../config/stored-or-packaged.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Environment } from '../pipeline/environment.ts';
import type { Trouble } from '../pipeline/trouble.ts';
import type { Table } from '../ports/table.ts';
import { lambdaLog } from './log.ts';
import { lambdaMetrics } from './metrics.ts';
import { awsPorts } from './ports.ts';

/** A push is in force everywhere after this. */
const CONFIG_AGE_MS = MINUTE_MS;

/**
 * What a Lambda instance knows besides its event, from its environment variables and the config. Nothing is read or
 * connected here: that happens on first use.
 */
export function lambdaEnvironment(
  variables: Record<string, string | undefined>,
  troubles: readonly Pick<Trouble, 'name' | 'section'>[],
): Environment {
  const log = lambdaLog();
  const metrics = lambdaMetrics();
  const ports = awsPorts(variables, wallClock, breakerOf(log, metrics));
  const path = variables['PARAMEDIC_CONFIG'] ?? join(dirname(fileURLToPath(import.meta.url)), CONFIG_NAME);
  const config = deployedConfig({ path, troubles, table: ports.table, clock: wallClock, log, metrics });
  return {
    ports,
    log,
    metrics,
    policyFor: async (cluster, trouble) => policyFor(await config.get(), cluster, trouble, wallClock.now()),
    people: async () => peopleOf((await config.get()).config),
    configuredClusters: async () =>
      (await config.get()).config.clusters.flatMap(({ name }) => (isGlob(name) ? [] : [name])),
    home: { account: required(variables, 'ACCOUNT_ID'), region: required(variables, 'AWS_REGION') },
    remediateFunction: (trouble) =>
      required(variables, 'REMEDIATE_FUNCTION').replace('{trouble}', camelCase(trouble)),
  };
}

/** Of this process; that it opens is told, that it closes shows by itself. */
function breakerOf(log: Log, metrics: Metrics): GuardedCalls {
  const onOpen = (operation: string) => {
    log.warn('breaker open: AWS throttles our own calls', { operation });
    // A metric's dimensions hold words.
    metrics.count('BreakerOpen', { operation: operation.replace(':', '-') });
  };
  return new GuardedCalls({ clock: wallClock, random: Math.random, onOpen });
}

/** The config of this deployment: the pushed one over the packaged one, looked at every minute. */
export function deployedConfig(about: {
  path: string;
  troubles: readonly Pick<Trouble, 'name' | 'section'>[];
  table: Table;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}): ConfigSource {
  const { path, troubles, table, clock, log, metrics } = about;
  const onProblem = (found: ConfigProblem) => {
    log.error('config problem', { ...found });
    metrics.count('ConfigProblems', {});
    if (found.ageMs !== undefined) metrics.latency('ConfigAge', {}, found.ageMs);
  };
  return configSource({
    read: storedOrPackaged(configStore(table, clock), () => readConfigFile(path)),
    sections: Object.fromEntries(troubles.map(({ name, section }) => [name, section])),
    clock,
    maxAgeMs: CONFIG_AGE_MS,
    onProblem,
  });
}

/** As `serverless.yml` names functions. */
function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function required(variables: Record<string, string | undefined>, name: string): string {
  const value = variables[name];
  if (value === undefined || value === '') throw new Error(`environment variable ${name} is not set`);
  return value;
}
