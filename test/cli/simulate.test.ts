import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../cli/main.ts';
import { streamOutput } from '../../cli/output.ts';
import type { SimulateReport } from '../../cli/simulate/report.ts';
import { wallClock } from '../../shared/clock.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paramedic-simulate-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function paramedic(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const written = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      written[name] += text;
    },
  });
  const context = {
    env: {},
    cwd: process.cwd(),
    clock: wallClock,
    connect: () => Promise.reject(new Error('no deployment in this test')),
  };
  const code = await runCli(args, streamOutput(sink('stdout'), sink('stderr'), {}), context);
  return { code, ...written };
}

async function simulated(...args: string[]): Promise<SimulateReport> {
  const { code, stdout } = await paramedic('simulate', ...args, '--json');
  expect(code).toBe(0);
  return JSON.parse(stdout) as SimulateReport;
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const SAMPLE = 'events/spot-interruption-terminate.json';

describe('paramedic simulate', () => {
  test('with --json prints one object with every stage, and the packaged config observes', async () => {
    const report = await simulated(SAMPLE);
    expect(Object.keys(report).toSorted((left, right) => left.localeCompare(right))).toEqual([
      'calls',
      'facts',
      'findings',
      'guards',
      'incident',
      'outcome',
      'plan',
      'signals',
      'timeline',
    ]);
    expect(report.outcome?.kind).toBe('observed');
    expect(report.calls.filter((call) => call.changes)).toEqual([]);
    expect(report.guards[0]?.guards.find((guard) => guard.guard === 'mode')?.rule).toMatch(
      /^paramedic\.yaml:\d+ global\.mode$/,
    );
  });

  test('in mode auto the same plan is carried out', async () => {
    const [observed, auto] = [await simulated(SAMPLE), await simulated(SAMPLE, '--mode', 'auto')];
    expect(auto.plan).toEqual(observed.plan);
    expect(auto.outcome?.kind).toBe('fixed');
    expect(auto.calls.some((call) => call.method === 'evictPod')).toBe(true);
  });

  test('a config file of the user’s own decides', async () => {
    const config = await file(
      'off.yaml',
      'version: 1\nglobal: { mode: auto }\ntroubles:\n  node-interruption: { mode: "off" }\n',
    );
    expect((await simulated(SAMPLE, '--config', config)).reason).toContain('mode is off');
  });

  const REACTING = [
    'version: 1',
    'global: { mode: auto }',
    'troubles:',
    '  node-interruption:',
    '    rebalance: { action: launch-then-drain }',
    '    terminationHooks: { names: [drain] }',
  ].join('\n');

  test.each([
    ['capacity-reservation-interruption', 'fixed', 'drain took'],
    ['interruptible-capacity-reservation-interruption', 'fixed', 'drain took'],
    ['rebalance-recommendation', 'fixed', 'drain took'],
    ['lifecycle-terminate', 'fixed', 'drain took'],
    ['state-change-stopping', 'ignored', 'by Kubernetes alone'],
    ['state-change-stopped', 'ignored', 'by Kubernetes alone'],
    ['state-change-shutting-down', 'ignored', 'by Kubernetes alone'],
    ['state-change-terminated', 'ignored', 'by Kubernetes alone'],
  ])('%s: AWS does what the event says, and it ends %s', async (name, kind, words) => {
    const config = await file('reacting.yaml', REACTING);
    const report = await simulated(`events/${name}.json`, '--config', config);
    expect(report.outcome).toMatchObject({ kind });
    expect(report.outcome?.summary).toContain(words);
  });

  test('an event the config does not react to says which options would', async () => {
    expect((await simulated('events/lifecycle-terminate.json')).reason).toContain('terminationHooks.names');
    expect((await simulated('events/rebalance-recommendation.json')).reason).toContain('rebalance.action');
  });

  test('one throttled call opens nothing and says how many of how many it is, 20 open an incident', async () => {
    const call = 'events/throttled-node-role.json';
    const one = await simulated(call);
    expect(one.incident).toBeNull();
    expect(one.reason).toBe(
      'not opened: 1 of the 20 calls within 5 m 00 s that open an incident: vpc-cni in the account',
    );
    const few = await simulated(call, '--times', '19');
    expect(few.reason).toContain('19 of the 20 calls');
    const enough = await simulated(call, '--times', '20');
    expect(enough.incident?.subject.id).toBe('vpc-cni');
    expect(enough.calls.filter((each) => each.changes)).toEqual([]);
    expect((await paramedic('simulate', call, '--times', '10001')).code).toBe(2);
  });

  test('why nothing came of enough calls is said: our own, or switched off', async () => {
    const own = await simulated('events/throttled-own-role.json', '--times', '50');
    expect(own.reason).toContain('Paramedic itself made the call');
    const off = await simulated('events/throttled-node-role.json', '--times', '20', '--mode', 'off');
    expect(off.reason).toBe('not opened: the mode is off');
  });

  test('copies of a correction are one call, and one of long ago is none', async () => {
    const corrected = await simulated('events/throttled-corrected-copy.json', '--times', '20');
    expect(corrected.reason).toContain('1 of the 20 calls');
    const event = JSON.parse(await readFile('events/throttled-irsa.json', 'utf8'));
    event.detail.eventTime = '2026-11-03T09:00:00Z';
    const old = await simulated(await file('old.json', JSON.stringify(event)));
    expect(old.reason).toContain('made too long before');
  });

  test('a world file of the user’s own is the fleet', async () => {
    const world = await file(
      'world.yaml',
      'clusters:\n  - name: mine\n    groups: [{ name: g, kind: karpenter, count: 1, instances: [i-0f3c9a1d2e4b56789] }]\n',
    );
    const report = await simulated(SAMPLE, '--world', world, '--mode', 'auto');
    expect(report.incident?.cluster.name).toBe('mine');
    expect(report.outcome?.kind).toBe('refused');
  });

  test.each([
    ['events/ignored/state-change-running.json', 'ignored'],
    ['events/malformed/not-json.txt', 'malformed: not JSON'],
  ])('%s gives its reason and exit code 0', async (path, reason) => {
    const report = await simulated(path);
    expect(report.reason).toContain(reason);
    expect(report.incident).toBeNull();
  });

  test('an instance that is not in the world is looked for and parked, with the reason', async () => {
    const world = await file(
      'other.yaml',
      'clusters:\n  - name: other\n    groups: [{ name: g, count: 1 }]\n',
    );
    expect((await simulated(SAMPLE, '--world', world)).reason).toContain('owner unknown');
  });

  test.each([
    [['simulate'], '<event.json> is missing'],
    [['simulate', 'no-such-file.json'], 'cannot read no-such-file.json (ENOENT)'],
    [['simulate', SAMPLE, '--mode', 'reckless'], '--mode must be one of'],
    [['simulate', SAMPLE, '--world', SAMPLE], 'no such field'],
    [['simulate', SAMPLE, '--config', 'package.json'], 'package.json:'],
  ])('%j is a usage error that says why', async (args, message) => {
    const { code, stderr, stdout } = await paramedic(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
  });

  test('text written by others reaches the terminal without its escape sequences', async () => {
    const event = JSON.stringify({
      id: 'x',
      source: 'aws.ec2',
      'detail-type': '\u001b[31mred\u001b[0m',
      account: '210987654321',
      region: 'eu-west-1',
      time: '2026-11-03T14:07:41Z',
    });
    const { stdout } = await paramedic('simulate', await file('ansi.json', event));
    expect(stdout).toContain('red');
    expect(stdout).not.toContain('\u001b');
  });
});

describe('paramedic demo', () => {
  test('plays to its end by itself and exits 0 because the incident ended fixed', async () => {
    const { code, stdout } = await paramedic('demo', '--fast');
    expect(code).toBe(0);
    expect(stdout).toMatch(/FIXED in \d+ s: (\d+) of \1 pods Ready elsewhere/);
  });
});

describe('paramedic simulate --slack', () => {
  test('shows the channel: the newest state, its edits and the thread', async () => {
    const { code, stdout } = await paramedic('simulate', SAMPLE, '--mode', 'auto', '--slack');
    expect(code).toBe(0);
    const [, channel = ''] = stdout.split('\nslack:\n');
    expect(channel).toMatch(/✅ HIGH/);
    expect(channel).toMatch(/\(edited \d+×\)/);
    expect(channel).toContain('↳');
    expect(channel).toContain('done drain');
  });

  test('changes nothing about the run itself', async () => {
    const [{ slack, ...told }, quiet] = [
      await simulated(SAMPLE, '--mode', 'auto', '--slack'),
      await simulated(SAMPLE, '--mode', 'auto'),
    ];
    expect(slack?.length).toBeGreaterThan(5);
    expect('slack' in quiet).toBe(false);
    const withoutNumbers = ({ calls, ...rest }: SimulateReport) => ({
      ...rest,
      calls: calls.map(({ n: _, ...call }) => call),
    });
    expect(withoutNumbers(told)).toEqual(withoutNumbers(quiet));
  });
});
