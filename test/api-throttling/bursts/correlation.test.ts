import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TROUBLE } from '../../../functions/api-throttling/events.ts';
import type { Group } from '../../../functions/api-throttling/groups.ts';
import { newsOf } from '../../../functions/api-throttling/news.ts';
import { MINUTE_MS, SECOND_MS } from '../../../shared/clock.ts';
import { MAX_SIGNALS } from '../../../shared/incident/accept.ts';
import type { Incident } from '../../../shared/incident/incident.ts';
import { FaultPlan } from '../../../simulator/faults.ts';
import { calls, countedIn, defaults } from '../support.ts';
import { burst, deliver, incidents, later, shown, stage } from './stage.ts';

describe('one incident for a cluster', () => {
  test('causes that cross in one look are one incident: the vital and strongest first, counted together', async () => {
    const run = stage();
    await later(run, 10);
    const tool = burst(run, 'scanner', { count: 60 });
    await deliver(run, [...tool, ...burst(run, 'karpenter', { count: 30 }), ...burst(run, 'vpc-cni')]);
    expect(await shown(run)).toEqual(['prod vpc-cni open: karpenter other-tool:scanner vpc-cni']);
    const [incident] = await incidents(run);
    expect(incident?.plan?.headline).toBe('AWS throttles API calls of VPC CNI and 2 others in cluster prod');
    expect(incident?.plan?.findings[0]?.evidence[0]).toContain('130 throttled calls within 5 m 00 s');
    const who = incident?.plan?.findings[0]?.evidence.filter((line) => line.startsWith('who: ')) ?? [];
    expect(who.map((line) => line.replace(/ \(.*\)/, ''))).toEqual([
      'who: Boto3: 60 of them',
      'who: VPC CNI: 40 of them',
      'who: Karpenter: 30 of them',
    ]);
  });

  test('a cause that crosses later joins the open incident, whoever it is', async () => {
    const run = stage();
    await later(run, 10);
    await deliver(run, burst(run, 'scanner'));
    await later(run, 3);
    await deliver(run, burst(run, 'vpc-cni'));
    expect(await shown(run)).toEqual(['prod other-tool:scanner open: other-tool:scanner vpc-cni']);
  });

  test('callers of the account stay apart, and so do two clusters in the same minutes', async () => {
    const run = stage(['prod', 'payments']);
    await later(run, 10);
    await deliver(run, [
      ...calls(run, 30),
      ...burst(run, 'vpc-cni'),
      ...burst(run, 'karpenter'),
      ...burst(run, 'karpenter', { cluster: 'payments' }),
      ...burst(run, 'ebs-csi', { cluster: 'payments', count: 50 }),
    ]);
    expect(await shown(run)).toEqual([
      '- other-tool:tool open: other-tool:tool',
      'payments ebs-csi open: ebs-csi karpenter',
      'prod karpenter open: karpenter vpc-cni',
    ]);
  });

  test('it ends when all its causes are quiet, and a cause of it then opens its own', async () => {
    const run = stage();
    await later(run, 10);
    await deliver(run, [...burst(run, 'vpc-cni'), ...burst(run, 'karpenter', { count: 30 })]);
    await later(run, 10);
    await deliver(run, burst(run, 'karpenter', { count: 30, tag: 'more' }));
    // The first 40 calls of the CNI ended 20 minutes ago, Karpenter's not 15.
    await later(run, 10);
    expect(await shown(run)).toEqual(['prod vpc-cni open: karpenter vpc-cni']);
    await later(run, 10);
    expect(await shown(run)).toEqual(['prod vpc-cni closed: karpenter vpc-cni']);
    await deliver(run, burst(run, 'karpenter', { tag: 'again' }));
    expect(await shown(run)).toEqual([
      'prod karpenter open: karpenter',
      'prod vpc-cni closed: karpenter vpc-cni',
    ]);
    await deliver(run, burst(run, 'vpc-cni', { tag: 'again' }));
    expect((await shown(run))[0]).toBe('prod karpenter open: karpenter vpc-cni');
  });

  test('incidents that causes have for themselves already stay theirs until they close', async () => {
    const run = stage();
    await later(run, 10);
    const cluster = { name: 'prod', account: '210987654321', region: 'eu-west-1' };
    const at = run.world.clock.now() - 5 * MINUTE_MS;
    for (const cause of ['vpc-cni', 'karpenter']) {
      const about = { scope: 'prod', cause, calls: new Map(), rows: [] };
      const told = { subject: cause, incident: undefined };
      const news = newsOf(about, { count: 20, at }, defaults, told, cluster);
      if (news === undefined) throw new Error('no news');
      await run.world.clock.run(run.simulation.ledger.accept(news.signal, { trouble: TROUBLE, cluster }));
    }
    await deliver(run, [...burst(run, 'vpc-cni'), ...burst(run, 'karpenter'), ...burst(run, 'ebs-csi')]);
    expect(await shown(run)).toEqual([
      'prod karpenter open: ebs-csi karpenter',
      'prod vpc-cni open: vpc-cni',
    ]);
  });

  test('a batch that comes again after it closed opens nothing', async () => {
    const run = stage();
    await later(run, 10);
    const bodies = [...burst(run, 'vpc-cni'), ...burst(run, 'karpenter')];
    await deliver(run, bodies);
    await later(run, 25);
    await deliver(run, bodies);
    expect(await shown(run)).toEqual(['prod karpenter closed: karpenter vpc-cni']);
  });

  test('calls of a cause that joined belong to the incident that closed, and not to the next one', async () => {
    const { rate } = defaults;
    const run = stage(['prod'], { policy: { ...defaults, rate: { ...rate, quietFor: 5 * MINUTE_MS } } });
    await later(run, 20);
    await deliver(run, [...burst(run, 'vpc-cni'), ...burst(run, 'karpenter', { count: 30 })]);
    await later(run, 11);
    expect(await shown(run)).toEqual(['prod vpc-cni closed: karpenter vpc-cni']);
    await deliver(run, burst(run, 'ebs-csi'));
    expect((await shown(run))[0]).toBe('prod ebs-csi open: ebs-csi');
  });

  test('seventy tools of one cluster fill one incident and no more', async () => {
    const run = stage();
    await later(run, 10);
    const tools = Array.from({ length: 70 }, (_, index) => burst(run, `tool-${index}`, { count: 20 }));
    await deliver(run, tools.slice(0, 30).flat(), MINUTE_MS);
    await deliver(run, tools.slice(30).flat(), MINUTE_MS);
    await deliver(run, burst(run, 'tool-0', { count: 20, tag: 'late' }), MINUTE_MS);
    const [incident, ...others] = await incidents(run);
    expect(others).toEqual([]);
    expect(countedIn(run)).toBe(1_420);
    expect(incident?.signals).toHaveLength(MAX_SIGNALS);
    expect(Object.keys(incident?.seen ?? {})).toHaveLength(MAX_SIGNALS);
  });

  test('half of its places are for other causes: doublings are no news once half are taken', () => {
    const group: Group = { scope: 'prod', cause: 'vpc-cni', calls: new Map(), rows: [] };
    const place = { account: '210987654321', region: 'eu-west-1' };
    const told = { subject: 'vpc-cni', incident: undefined };
    const first = newsOf(group, { count: 20, at: 0 }, defaults, told, place)?.signal;
    if (first === undefined) throw new Error('no news');
    const next = (signals: number) => {
      const others = Array.from({ length: signals - 1 }, (_, index) => ({
        ...first,
        data: { cause: `tool-${index}` },
      }));
      const incident = { status: 'open', signals: [first, ...others] } as Partial<Incident> as Incident;
      const doubled = newsOf(group, { count: 40, at: 1 }, defaults, { ...told, incident }, place);
      const other = newsOf(
        { ...group, cause: 'karpenter' },
        { count: 20, at: 1 },
        defaults,
        { ...told, incident },
        place,
      );
      return [doubled?.isNew, other?.isNew];
    };
    expect(next(MAX_SIGNALS / 2 - 1)).toEqual([true, true]);
    expect(next(MAX_SIGNALS / 2)).toEqual([false, true]);
    expect(next(MAX_SIGNALS)).toEqual([false, undefined]);
  });
});

describe('whatever comes in whatever order', () => {
  const causes = ['vpc-cni', 'karpenter', 'ebs-csi', 'scanner'];

  property.prop(
    [
      fc.shuffledSubarray(
        causes.flatMap((who) => [0, 1, 2].map((part) => ({ who, part }))),
        { minLength: 12 },
      ),
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 }),
    ],
    { numRuns: 20 },
  )('any order of batches gives one incident of the same causes and counts', async (order, sizes) => {
    const run = stage();
    await later(run, 10);
    const from = run.world.clock.now() - 3 * MINUTE_MS;
    const parts = order.map(({ who, part }) => burst(run, who, { from, count: 10, tag: String(part) }));
    for (let next = 0, turn = 0; next < parts.length; turn++) {
      const size = sizes[turn % sizes.length] ?? 1;
      await deliver(run, parts.slice(next, next + size).flat(), 6 * SECOND_MS);
      next += size;
    }
    // Callers that are each below the threshold are one incident of the account until they are not.
    const ofCluster = (await incidents(run)).filter(({ cluster }) => cluster.name === 'prod');
    const [incident, ...others] = ofCluster;
    expect(others).toEqual([]);
    expect(countedIn(run)).toBe(120);
    const joined = new Set(incident?.signals.map(({ data }) => data['cause']));
    expect([...joined].toSorted()).toEqual(['ebs-csi', 'karpenter', 'other-tool:scanner', 'vpc-cni']);
    await run.world.clock.advance(6 * MINUTE_MS);
    const settled = (await incidents(run)).find(({ id }) => id === incident?.id);
    expect(settled?.plan?.findings[0]?.evidence[0]).toContain('120 throttled calls');
  });

  // A read of AWS that fails leaves its callers to the account: that is another matter.
  const faults = [
    { kind: 'crash-before' },
    { kind: 'crash-after' },
    { kind: 'lost-reply', port: 'table' },
    { kind: 'throttle', port: 'table' },
  ] as const;

  test.each(faults)(
    '$kind at every call that receive makes: the same incident',
    async ({ kind, ...where }) => {
      let last = 1;
      for (let nth = 1; nth <= last; nth++) {
        const run = stage(['prod'], {
          faults: new FaultPlan([{ ...where, process: 'receive', nth, fault: { kind } }]),
        });
        await later(run, 10);
        await deliver(
          run,
          [...burst(run, 'scanner', { count: 60 }), ...burst(run, 'karpenter')],
          9 * MINUTE_MS,
        );
        const port = 'port' in where ? where.port : undefined;
        const made = run.world.calls.calls.filter(
          (call) => call.process === 'receive' && (port ?? call.port) === call.port,
        );
        if (nth === 1) last = made.length;
        expect({ nth, counted: countedIn(run) }).toEqual({ nth, counted: 100 });
        expect({ nth, is: await shown(run) }).toEqual({
          nth,
          is: ['prod karpenter open: karpenter other-tool:scanner'],
        });
      }
      expect(last).toBeGreaterThan(10);
    },
  );
});
