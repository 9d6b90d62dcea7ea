import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, match, prepare } from '../../../scripts/engines/event-ruler.ts';
import {
  inOrder,
  packageService,
  ROOT,
  STAGE,
  type Template,
  type Tree,
} from '../../contract/template-package.ts';
import { patternRules, rulesFor } from '../../contract/template-rules.ts';

const LIFECYCLE = 'NodeInterruptionLifecycleRule';
const ALARMS = 'EbsSaturationAlarmsRule';
const LEAVING =
  /^aws\.ec2\/EC2 Instance (Rebalance Recommendation\/|State-change Notification\/(stopp|shutting-down$|terminated$))/;
const INSTALL_MS = 360_000;

interface Sample {
  file: string;
  rules: string[];
}

let template: Template;
let patterns: Record<string, Tree>;
let samples: Map<Sample, string>;
let ask: (events: Readonly<Record<string, string>>) => Promise<Answer>;

beforeAll(async () => {
  const classPath = await prepare();
  template = await packageService();
  patterns = Object.fromEntries(
    patternRules(template).map(([id, rule]) => [id, rule['EventPattern'] ?? null]),
  );
  samples = await readSamples();
  ask = (events) => match(classPath, { patterns, events });
}, INSTALL_MS);

afterAll(() => template.dispose());

/** Manifest entry → text. The samples name the function of stage dev. */
async function readSamples(): Promise<Map<Sample, string>> {
  const folder = join(ROOT, 'events');
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as Sample[];
  const texts = manifest.map(async (sample) => {
    const text = await readFile(join(folder, sample.file), 'utf8');
    return [sample, text.replaceAll('-dev-', `-${STAGE}-`)] as const;
  });
  return new Map(await Promise.all(texts));
}

/** Event → what our own matcher says, for the events that EventBridge's can read. */
function oursFor(events: Readonly<Record<string, string>>, { refused }: Answer): Record<string, string[]> {
  const readable = Object.entries(events).filter(([name]) => refused[name] === undefined);
  return Object.fromEntries(readable.map(([name, text]) => [name, inOrder(rulesFor(template, text))]));
}

describe("EventBridge's own matcher", () => {
  test('takes every pattern of the packaged template, and would refuse one that is none', async () => {
    expect(Object.keys(patterns)).toContain(LIFECYCLE);
    expect((await ask({})).problems).toEqual({});
    const classPath = await prepare();
    const wrong = await match(classPath, { patterns: { wrong: { source: 'aws.ec2' } }, events: {} });
    expect(Object.keys(wrong.problems)).toEqual(['wrong']);
  });

  test('sends every sample to exactly the rules its manifest entry names', async () => {
    const events = Object.fromEntries([...samples].map(([{ file }, text]) => [file, text]));
    const { matches, refused } = await ask(events);
    for (const { file, rules } of samples.keys()) {
      // What is no JSON object never was an event: EventBridge does not put it on a bus.
      const found = refused[file] === undefined ? matches[file] : [];
      expect({ file, rules: found }).toEqual({ file, rules: inOrder(rules) });
    }
    const unreadable = [...samples.keys()].filter(({ file }) => refused[file] !== undefined);
    expect(unreadable.every(({ file }) => file.startsWith('malformed/'))).toBe(true);
  });

  test('agrees with ours on every sample, as it is and with any one field changed', async () => {
    const events = Object.fromEntries(
      [...samples].flatMap(([{ file }, text]) => [[file, text], ...variants(file, text)]),
    );
    const answer = await ask(events);
    expect(Object.keys(answer.matches).length).toBeGreaterThan(2 * samples.size);
    expect(oursFor(events, answer)).toEqual(answer.matches);
  });

  test('reads the $or of the lifecycle rule as ours does: either branch, never half of one', async () => {
    const events = crossed();
    const answer = await ask(events);
    const reached = Object.keys(events).filter((name) => answer.matches[name]?.includes(LIFECYCLE));
    expect(reached).toEqual(Object.keys(events).filter((name) => LEAVING.test(name)));
    expect(oursFor(events, answer)).toEqual(answer.matches);
  });

  test('looks for one metric of an alarm that is all that is asked for, wherever it stands', async () => {
    const { ours, theirs } = await reachedByAlarms('ebs-iops');
    expect(theirs).toEqual(Object.keys(WATCHED).filter((name) => WATCHED[name]?.[1]));
    expect(ours).toEqual(theirs);
  });

  test('lets no alarm of Paramedic itself through, whatever it watches', async () => {
    const { ours, theirs } = await reachedByAlarms(`paramedic-${STAGE}-ebs-dlq`);
    expect({ ours, theirs }).toEqual({ ours: [], theirs: [] });
  });
});

/** The kinds of alarms of this name that the rule for them lets through: by our matcher, and by EventBridge's. */
async function reachedByAlarms(alarmName: string): Promise<{ ours: string[]; theirs: string[] }> {
  const head = { source: 'aws.cloudwatch', 'detail-type': 'CloudWatch Alarm State Change' };
  const events = Object.fromEntries(
    Object.entries(WATCHED).map(([name, [metrics]]) => [
      name,
      JSON.stringify({ ...head, detail: { alarmName, configuration: { metrics } } }),
    ]),
  );
  const { matches } = await ask(events);
  return {
    ours: Object.keys(events).filter((name) => rulesFor(template, events[name] ?? '').includes(ALARMS)),
    theirs: Object.keys(events).filter((name) => matches[name]?.includes(ALARMS)),
  };
}

/** Alarms by what they watch, and whether somebody of EBS is among it. */
const WATCHED: Readonly<Record<string, readonly [metrics: Tree, reaches: boolean]>> = {
  'one volume': [[metric('AWS/EBS', 'VolumeQueueLength')], true],
  'a volume among others': [[metric('AWS/RDS', 'ReadIOPS'), metric('AWS/EBS', 'BurstBalance')], true],
  'volumes of an instance': [[metric('AWS/EC2', 'EBSIOBalance%')], true],
  'an instance': [[metric('AWS/EC2', 'CPUUtilization')], false],
  'halves of a metric of EBS': [[metric('AWS/EC2', 'CPUUtilization'), metric('Shop', 'EBSReadOps')], false],
  'a list in a list': [[[metric('AWS/EBS', 'VolumeQueueLength')]], true],
  'no list': [metric('AWS/EBS', 'VolumeQueueLength'), true],
  'a query': [[{ expression: 'SELECT MAX(VolumeQueueLength)\nFROM SCHEMA("AWS/EBS", VolumeId)' }], true],
  'another query': [[{ expression: 'SELECT MAX(CPUUtilization) FROM "AWS/EC2"' }], false],
  nothing: [[], false],
};

function metric(namespace: string, name: string): Tree {
  return { metricStat: { metric: { namespace, name } } };
}

const OTHER_VALUES: readonly Tree[] = [
  '',
  'x',
  'aws.ec2',
  'terminated',
  7,
  true,
  null,
  [],
  {},
  ['x', 'stopped'],
  [['x'], {}],
];

/** The event without each field of it, its detail and an alarm's configuration, with another value there, and in a list. */
function variants(file: string, text: string): [string, string][] {
  const event = objectOf(text);
  if (event === undefined) return [];
  const fields: [string, { [name: string]: Tree }, (changed: { [name: string]: Tree }) => Tree][] = [
    ['', event, (changed) => changed],
  ];
  const detail = event['detail'];
  if (isObject(detail)) fields.push(['detail.', detail, (changed) => ({ ...event, detail: changed })]);
  const alarm = isObject(detail) ? detail['configuration'] : undefined;
  if (isObject(detail) && isObject(alarm)) {
    const rebuild = (configuration: Tree) => ({ ...event, detail: { ...detail, configuration } });
    fields.push(['detail.configuration.', alarm, rebuild]);
  }
  return fields.flatMap(([prefix, holder, rebuild]) =>
    Object.entries(holder).flatMap(([name, value]) => {
      const { [name]: _gone, ...without } = holder;
      const changes = [without, ...[[value], ...OTHER_VALUES].map((other) => ({ ...holder, [name]: other }))];
      return changes.map((changed, index): [string, string] => [
        `${file} ${prefix}${name} ${index}`,
        JSON.stringify(rebuild(changed)),
      ]);
    }),
  );
}

function objectOf(text: string): { [name: string]: Tree } | undefined {
  try {
    const parsed = JSON.parse(text) as Tree;
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: Tree | undefined): value is { [name: string]: Tree } {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** `source/detail-type/state` → an event of every combination, with and without a state. */
function crossed(): Record<string, string> {
  const types = [...samples]
    .map(([, text]) => objectOf(text)?.['detail-type'])
    .filter((type) => typeof type === 'string');
  const states = [
    'none',
    'pending',
    'running',
    'stopping',
    'stopped',
    'shutting-down',
    'terminated',
    'Stopped',
  ];
  const combinations = ['aws.ec2', 'aws.autoscaling', 'com.example'].flatMap((source) =>
    inOrder(types).flatMap((type) => states.map((state) => ({ source, type, state }))),
  );
  return Object.fromEntries(
    combinations.map(({ source, type, state }) => [
      `${source}/${type}/${state}`,
      JSON.stringify({ source, 'detail-type': type, detail: state === 'none' ? {} : { state } }),
    ]),
  );
}
