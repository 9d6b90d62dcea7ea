import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { SimulateReport } from '../../cli/simulate/report.ts';
import { MINUTE_MS } from '../../shared/clock.ts';
import { setUp } from './fakes.ts';

async function printed(...args: string[]): Promise<string> {
  const { code, stdout } = await setUp().run(`simulate ${args.join(' ')}`, { cwd: process.cwd() });
  expect(code).toBe(0);
  return stdout;
}

async function reported(name: string, ...args: string[]): Promise<SimulateReport> {
  return JSON.parse(await printed(`events/${name}.json`, ...args, '--json')) as SimulateReport;
}

const changes = ({ calls }: SimulateReport) =>
  calls.filter((call) => call.changes).map(({ method }) => method);

const TREATED = [
  'ebs-alarm-burst-balance',
  'ebs-alarm-composite',
  'ebs-alarm-composite-reason-text',
  'ebs-alarm-iops',
  'ebs-alarm-latency-math',
  'ebs-alarm-query',
  'ebs-alarm-queue-anomaly',
  'ebs-alarm-reason-text',
  'ebs-alarm-throughput',
  'ebs-alarm-volume-and-instance',
  'ebs-alarm-volume-not-instance-math',
  'ebs-contributor',
  'ebs-contributor-two-dimensions',
];
/** What more of the volume would not cure: told, and left to a person. */
const TOLD: Readonly<Record<string, string>> = {
  'ebs-alarm-instance-balance': 'a larger volume or more IOPS for it',
  'ebs-alarm-instance-iops': 'a larger volume or more IOPS for it',
  'ebs-alarm-stalled': 'more IOPS or throughput',
  'ebs-contributor-instance': 'a larger volume or more',
};
const NOT_OPENED: Readonly<Record<string, string>> = {
  'ebs-alarm-deleted-volume': 'what it is about does not exist',
  'ebs-alarm-foreign-account': 'not opened: it is of account 123456789012',
  'ebs-alarm-no-data': 'opens nothing by itself',
  'ebs-alarm-ok': 'opens nothing by itself',
  'ebs-contributor-ok': 'opens nothing by itself',
  'ebs-modify-completed': 'opens nothing by itself',
  'ebs-modify-failed': 'opens nothing by itself',
  'ebs-modify-optimizing': 'opens nothing by itself',
  'ignored/ebs-alarm-muted': 'it is muted until',
  'ignored/ebs-alarm-suppressed': 'its actions are suppressed',
  'malformed/ebs-alarm-no-volume': 'malformed:',
};

describe('paramedic simulate: an alarm about a volume', () => {
  test('every sample about volumes stands in one of the lists of this test', () => {
    const known = [...TREATED, ...Object.keys(TOLD), ...Object.keys(NOT_OPENED), 'ebs-alarm-volumes-math'];
    const samples = readdirSync('events').filter((file) => file.startsWith('ebs-'));
    expect(samples.map((file) => file.replace('.json', '')).filter((name) => !known.includes(name))).toEqual(
      [],
    );
  });

  test.each(TREATED)('%s: auto raises the volume once, and it ends fixed by the metric', async (name) => {
    const report = await reported(name, '--mode auto');
    expect(changes(report)).toEqual(['modifyVolume']);
    expect(report.outcome?.kind).toBe('fixed');
    expect(report.outcome?.summary).toContain('better by the metric, and EC2 has completed');
    expect(report.plan?.steps[0]?.reason).toMatch(/\$[\d.]+ → \$[\d.]+ a month/);
    const said = report.incident?.signals.map(({ data }) => data['state'] ?? data['result']);
    expect(said).toEqual(expect.arrayContaining(['ALARM', 'optimizing', 'completed']));
    expect(['OK', 'INSUFFICIENT_DATA']).toContain(
      said?.find((state) => state !== 'ALARM' && /[A-Z]/.test(String(state))),
    );
  });

  test.each(Object.entries(TOLD))(
    '%s: nothing is changed, what would not help is said, and a person is called',
    async (name, words) => {
      const report = await reported(name, '--mode auto');
      expect(changes(report)).toEqual([]);
      const [finding] = report.findings;
      expect(finding?.evidence.find((line) => line.startsWith('would not help'))).toContain(words);
      expect(finding?.evidence.some((line) => line.startsWith('would help'))).toBe(true);
      // The alarm went by itself, long after the cause could be seen last: it still is what the end says.
      expect(report.incident?.status).toBe('closed');
      expect(report.outcome?.kind).toBe('escalated');
      expect(report.outcome?.summary).toMatch(/Nothing was changed, and .+: it will be back\./);
    },
  );

  test.each(Object.entries(NOT_OPENED))('%s: opens nothing and says why', async (name, words) => {
    const report = await reported(name, '--mode auto');
    expect(report.incident).toBeNull();
    expect(report.reason).toContain(words);
  });

  test('three volumes in one alarm are three incidents, and each is told', async () => {
    const report = await reported('ebs-alarm-volumes-math', '--mode auto');
    const all = [report.incident, ...(report.others ?? [])];
    expect(new Set(all.map((each) => each?.subject.id)).size).toBe(3);
    expect(all.map((each) => each?.outcome?.kind)).toEqual(['fixed', 'fixed', 'fixed']);
    expect(
      (await printed('events/ebs-alarm-volumes-math.json')).match(/^ {2}vol-\w+: observed/gm),
    ).toHaveLength(2);
  });

  test('observe shows the same plan, changes nothing and ends when the load does', async () => {
    const [observed, auto] = [
      await reported('ebs-alarm-iops'),
      await reported('ebs-alarm-iops', '--mode auto'),
    ];
    expect(observed.plan).toEqual(auto.plan);
    expect(changes(observed)).toEqual([]);
    expect(observed.outcome).toMatchObject({ kind: 'observed' });
    // The load lasts an hour from 14:10 on.
    expect(observed.outcome?.summary).toMatch(/clear since 2026-11-03T15:[12]/);
    expect(observed.guards[0]?.verdict).toBe('refuse');
  });

  test.each(['ebs-alarm-composite', 'ebs-contributor', 'ebs-alarm-latency-math', 'ebs-alarm-instance-iops'])(
    '%s: what CloudWatch answers about the alarm is what its events say',
    async (name) => {
      const { outcome, incident } = await reported(name);
      expect(outcome?.summary).toMatch(/clear since 2026-11-03T15:[12]/);
      expect(incident?.generation).toBe(1);
    },
  );

  test.each([...TREATED, ...Object.keys(TOLD)])(
    '%s: where nobody helps, its alarm stands in CloudWatch until what holds it up is over',
    async (name) => {
      const { incident, outcome } = await reported(name, '--mode observe');
      expect(outcome?.summary).not.toContain('deleted');
      // The load ends an hour after the alarm; one that were read wrongly would be over in half an hour.
      expect((incident?.closedAt ?? 0) - (incident?.openedAt ?? 0)).toBeGreaterThan(60 * MINUTE_MS);
      expect(incident?.signals.some(({ data }) => data['state'] === 'OK')).toBe(true);
    },
  );

  test('what may be under modification at once is known, as in an account of AWS', async () => {
    expect((await reported('ebs-alarm-iops')).plan?.reasons.join()).not.toContain('unknown');
  });

  test('approve shows the question, in the report and in Slack with its cost and buttons', async () => {
    const text = await printed('events/ebs-alarm-iops.json', '--mode approve --slack');
    expect(text).toMatch(
      /questions:\n {2}modify-volume vol-0a1b2c3d4e5f60718: asked .+, needs one yes by .+; nobody answered/,
    );
    const [, asked = '', end = ''] = /When it asked:\n(.*)In the end:\n(.*)/s.exec(text) ?? [];
    expect(asked).toContain('[Approve]');
    // A day from then: without its day it would read as if it were over.
    expect(asked).toContain('No answer until 2026-11-04 14:15:05 UTC means no.');
    expect(asked).toMatch(/\$8\.80 → \$17\.05 a month/);
    expect(end).not.toContain('[Approve]');
    // What it was about is the first line still, though three hours of metrics say that it is over.
    expect(end).toMatch(/^ {2}🔕 .*is asked for more IOPS than it has/m);
    expect(end).toContain('while the alarm rang; now it is over:');
  });

  test('what was made of world and prices is said; a volume that is not there brings the ids that are', async () => {
    const { assumed = [] } = await reported('ebs-alarm-iops');
    expect(assumed.join()).toMatch(/asked for 4,000 IOPS .+ invented list of eu-west-1/);
    const gone = await reported('ebs-alarm-deleted-volume');
    expect(gone.assumed?.[0]).toContain(
      'there is no vol-0f60718293a4b5c6d in this world; there are vol-0a1b2c3d4e5f60718',
    );
    expect((await reported('spot-interruption-terminate')).assumed).toBeUndefined();
  });

  test.each(['README.md', 'docs/troubles/ebs-saturation.md'])(
    '%s prints what is really printed',
    async (page) => {
      const [, lines = ''] =
        /^\$ npm run paramedic -- simulate events\/ebs-alarm-iops.json --mode auto\n(.*?)^```/ms.exec(
          readFileSync(page, 'utf8'),
        ) ?? [];
      const stdout = (await printed('events/ebs-alarm-iops.json', '--mode auto')).split('\n');
      const told = lines.trimEnd().split('\n');
      expect(told.length).toBeGreaterThan(5);
      expect(told.filter((line) => !stdout.includes(line))).toEqual([]);
    },
  );

  test('a config of one’s own gets no invented prices: the change is proposed and not made', async () => {
    const report = await reported('ebs-alarm-iops', '--mode auto --config paramedic.yaml');
    expect(changes(report)).toEqual([]);
    expect(report.plan?.reasons.join()).toContain('no price list of this Region');
    expect(report.assumed?.join()).not.toContain('invented');
  });
});
