import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { troubles } from '../../functions/index.ts';
import { ROOT } from './house-scan.ts';
import { camelCase } from './template-rules.ts';

const read = (path: string) => parse(readFileSync(join(ROOT, path), 'utf8'));

/** Metric and the value of its dimension, of every line in every widget. */
function shownMetrics(): string[] {
  const { Resources } = read('deploy/template/dashboard.yml');
  const { widgets } = JSON.parse(Resources.Dashboard.Properties.DashboardBody['Fn::Sub']) as {
    widgets: { properties: { metrics: unknown[][] } }[];
  };
  return widgets.flatMap(({ properties }) => properties.metrics.map(([, metric, , of]) => `${metric} ${of}`));
}

const shown = shownMetrics();
const prefixes = troubles.map(({ name }) => capital(camelCase(name)));

function capital(name: string): string {
  return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}

function ofTroubles(ids: readonly string[]): string[] {
  const found = ids.filter((id) => prefixes.some((prefix) => id.startsWith(prefix)));
  for (const prefix of prefixes) expect(found.some((id) => id.startsWith(prefix))).toBe(true);
  return found;
}

test('the dashboard shows every queue of every trouble: how old, and what is parked', () => {
  const { Resources } = read('deploy/template/queues.yml') as { Resources: Record<string, { Type: string }> };
  const queues = Object.keys(Resources).filter((id) => Resources[id]?.Type === 'AWS::SQS::Queue');
  for (const id of ofTroubles(queues)) {
    const metric = id.endsWith('Dlq')
      ? 'ApproximateNumberOfMessagesVisible'
      : 'ApproximateAgeOfOldestMessage';
    expect(shown).toContain(`${metric} \${${id}.QueueName}`);
  }
});

test('the dashboard shows every function of every trouble, and how its runs end', () => {
  const functions = Object.keys(read('serverless.yml').functions).map(capital);
  for (const id of ofTroubles(functions))
    for (const metric of ['Errors', 'Throttles', 'Duration'])
      expect(shown).toContain(`${metric} \${${id}LambdaFunction}`);
  for (const prefix of prefixes)
    for (const metric of ['Started', 'Succeeded', 'Failed', 'TimedOut'])
      expect(shown).toContain(`DurableExecution${metric} \${${prefix}RemediateLambdaFunction}`);
});
