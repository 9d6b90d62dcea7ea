import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { meaningOf } from '../../functions/ebs-saturation/metrics.ts';
import type { Tree } from '../contract/template-package.ts';
import { matches } from '../contract/template-pattern.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** A rule's pattern as it stands in the template, with the stage that the samples have. */
function patternOf(id: string): Tree {
  const text = read('deploy/template/rules.yml').replaceAll(/\$\{sls:stage\}/g, 'dev');
  return parse(text).Resources[id].Properties.EventPattern;
}

const ALARMS = patternOf('EbsSaturationAlarmsRule');
const VOLUMES = patternOf('EbsSaturationVolumesRule');

function isLetThrough(metrics: Tree, alarmName = 'ebs-iops'): boolean {
  const event = JSON.parse(read('events/ebs-alarm-iops.json'));
  return matches(ALARMS, { ...event, detail: { ...event.detail, alarmName, configuration: { metrics } } });
}

const onMetric = (namespace: string, name: string): Tree => [
  { id: 'm1', metricStat: { metric: { namespace, name, dimensions: {} }, period: 60, stat: 'Maximum' } },
];
const onQuery = (namespace: string, name: string): Tree => [
  {
    id: 'q1',
    expression: `SELECT MAX("${name}") FROM SCHEMA("${namespace}", InstanceId) GROUP BY InstanceId`,
  },
];

/** The names as they stand in the source: whatever is added there has to come through here. */
const KNOWN = [...read('functions/ebs-saturation/metrics.ts').matchAll(/^ {4}'?([\w%]+)'?: '/gm)].flatMap(
  ([, name = '']) =>
    ['AWS/EBS', 'AWS/EC2']
      .filter((namespace) => meaningOf(namespace, name) !== undefined)
      .map((namespace) => ({ namespace, name })),
);

describe('the rule for alarms about volumes', () => {
  test('lets through every metric that the table of metrics knows, by itself and in a query', () => {
    expect(KNOWN.length).toBeGreaterThan(20);
    for (const { namespace, name } of KNOWN) {
      expect({ name, through: isLetThrough(onMetric(namespace, name)) }).toEqual({ name, through: true });
      expect({ name, through: isLetThrough(onQuery(namespace, name)) }).toEqual({ name, through: true });
    }
  });

  test.each([
    ['AWS/EC2', 'CPUUtilization'],
    ['AWS/EC2', 'StatusCheckFailed_AttachedEBS'],
    ['AWS/RDS', 'EBSIOBalance%'],
    ['ContainerInsights', 'node_cpu_utilization'],
  ])('leaves %s %s out, which nothing is made of', (namespace, name) => {
    expect(meaningOf(namespace, name)).toBeUndefined();
    expect(isLetThrough(onMetric(namespace, name))).toBe(false);
  });

  test('leaves alarms of this stage of Paramedic out, and no other', () => {
    const volume = onMetric('AWS/EBS', 'VolumeQueueLength');
    expect(isLetThrough(volume, 'paramedic-dev-ebs-dlq')).toBe(false);
    expect(isLetThrough(volume, 'paramedic-prod-ebs-dlq')).toBe(true);
    expect(isLetThrough(volume, 'paramedic volumes')).toBe(true);
  });
});

test('the rule for volumes lets modifications through, also with the blank that AWS writes before another name', () => {
  const event = JSON.parse(read('events/ebs-modify-completed.json'));
  const through = (name: string) => matches(VOLUMES, { ...event, detail: { ...event.detail, event: name } });
  expect(['modifyVolume', ' modifyVolume'].map(through)).toEqual([true, true]);
  expect(['createVolume', 'attachVolume', ' initializeVolume'].map(through)).toEqual([false, false, false]);
});
