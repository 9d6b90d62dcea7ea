import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideModification } from '../../functions/ebs-saturation/decide/decide.ts';
import type { Decision } from '../../functions/ebs-saturation/decide/decision.ts';
import type { DecisionInput } from '../../functions/ebs-saturation/decide/input.ts';
import { withLearned } from '../../functions/ebs-saturation/decide/learned.ts';
import { whyInvalid } from '../../functions/ebs-saturation/limits/check.ts';
import { gp2Performance, performanceOf } from '../../functions/ebs-saturation/limits/performance.ts';
import { monthlyCost } from '../../functions/ebs-saturation/price/cost.ts';
import type { Performance } from '../../functions/ebs-saturation/volume.ts';
import { DAY_MS } from '../../shared/clock.ts';
import { garbage, inputs, performances, policies } from './decide-arbitrary.ts';
import { NOW, neverModified, policyOf, read, shortOf } from './decide-support.ts';

type Modify = Extract<Decision, { decision: 'modify' }>;

function usd(performance: Performance, { prices }: DecisionInput): number {
  const cost = monthlyCost(performance, prices);
  return cost.known ? cost.usd : Number.NaN;
}

function limitsHold({ from, to }: Modify, { current, host, policy, boot, multiAttach }: DecisionInput) {
  if (!host.known) throw new Error('the instance is unknown');
  const use = { gp3: policy.gp3, boot, multiAttach, instance: host.value.ceiling };
  expect(whyInvalid(to, use)).toBeUndefined();
  expect([to.iops, to.throughputMib].every(Number.isInteger)).toBe(true);
  expect(from).toEqual(performanceOf(current));
  expect(policy.allowTypes).toContain(to.type);
  expect(to.type).toBe(from.type === 'gp2' ? 'gp3' : from.type);
}

function isNeverLower({ from, to }: Modify) {
  expect(to.sizeGib).toBe(from.sizeGib);
  expect(to.iops).toBeGreaterThanOrEqual(from.iops);
  expect(to.throughputMib).toBeGreaterThanOrEqual(from.throughputMib);
  if (from.type !== 'gp2') return;
  const { burst } = gp2Performance(from.sizeGib);
  expect(to.iops).toBeGreaterThanOrEqual(burst.iops);
  expect(to.throughputMib).toBeGreaterThanOrEqual(burst.throughputMib);
}

function raisesWhatIsShort({ from, to }: Modify, { short }: DecisionInput) {
  const raised = [to.iops > from.iops, to.throughputMib > from.throughputMib];
  const wanted = { iops: raised[0], throughput: raised[1], both: raised.includes(true) }[short.what];
  expect(wanted).toBe(true);
}

/** Throughput of io1 and io2 comes with the IOPS. */
function ceilingsHold({ from, to, cost }: Modify, input: DecisionInput) {
  const { ceiling, maxMonthlyIncrease } = input.policy;
  expect(to.iops).toBeLessThanOrEqual(Math.max(ceiling.iops, from.iops));
  if (to.type === 'gp3')
    expect(to.throughputMib).toBeLessThanOrEqual(Math.max(ceiling.throughputMib, from.throughputMib));
  // GiB that people added since are none of Paramedic's.
  const original = { ...(input.original ?? from), sizeGib: from.sizeGib };
  const first = Math.min(usd(from, input), usd(original, input));
  expect(usd(to, input) - first).toBeLessThanOrEqual(maxMonthlyIncrease + 0.001);
  expect([cost.before, cost.after].map(({ known }) => known)).toEqual([true, true]);
}

/** Beyond what its instance sustains a volume is only taken by the least that gp3 has, or by what gp2 had. */
function instanceHolds({ from, to }: Modify, { host }: DecisionInput) {
  if (!host.known) throw new Error('the instance is unknown');
  const { ceiling, others } = host.value;
  const room = (ceiling.baselineIops ?? ceiling.maximumIops ?? Number.POSITIVE_INFINITY) - others.iops;
  const least = from.type === 'gp2' ? Math.max(3_000, from.iops) : from.iops;
  expect(to.iops).toBeLessThanOrEqual(Math.max(room, least));
}

function isItsTurn({ modifications, quotas = [] }: DecisionInput, { from, to, reasons }: Modify) {
  const { history, latest } = modifications;
  if (!history.known || !latest.known) throw new Error('modifications are unknown');
  expect(['completed', 'failed', undefined]).toContain(latest.value?.state);
  expect(history.value.filter((at) => at > NOW - DAY_MS).length).toBeLessThan(4);
  for (const quota of quotas) {
    if (!quota.known) {
      expect(reasons.join('; ')).toContain('has room is unknown');
      continue;
    }
    const { of, limit, inUse } = quota.value;
    const need = of === 'GiB' ? to.sizeGib : Math.max(from.iops, to.iops);
    expect(inUse + need).toBeLessThanOrEqual(limit);
  }
}

function check(decision: Decision, input: DecisionInput): void {
  expect(JSON.stringify(decision)).not.toMatch(/NaN|undefined/);
  if (decision.decision === 'wait') expect(decision.until).toBeGreaterThan(NOW);
  if (decision.decision !== 'modify') return;
  limitsHold(decision, input);
  isNeverLower(decision);
  raisesWhatIsShort(decision, input);
  ceilingsHold(decision, input);
  instanceHolds(decision, input);
  isItsTurn(input, decision);
}

describe('whatever is read of a volume', () => {
  test('no change violates a limit, lowers anything, changes the type but gp2, or exceeds a ceiling or the budget', () => {
    let modified = 0;
    fc.assert(
      fc.property(inputs, (input) => {
        const decision = decideModification(input);
        check(decision, input);
        modified += decision.decision === 'modify' ? 1 : 0;
      }),
      { numRuns: 10_000 },
    );
    expect(modified).toBeGreaterThan(500);
  });

  test('no goal needs the last check against the limits', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const decision = decideModification(input);
        const why = decision.decision === 'propose' ? decision.why : '';
        expect(why).not.toMatch(/^(GiB|IOPS|MiB|\d+ (IOPS|MiB)|a root volume|\S+ is not built on Nitro)/);
      }),
      { numRuns: 5_000 },
    );
  });

  test('no change of gp3 exceeds what EC2 named as the most, unless the volume has more already', () => {
    const learned = fc.record(
      { iops: fc.integer({ min: 3_000, max: 80_000 }), throughputMib: fc.integer({ min: 125, max: 2_000 }) },
      { requiredKeys: [] },
    );
    let bounded = 0;
    fc.assert(
      fc.property(inputs, learned, (input, most) => {
        const at = ({ iops, throughputMib }: typeof most) => ({
          ...(iops !== undefined && { iops: { value: iops, at: NOW } }),
          ...(throughputMib !== undefined && { throughputMib: { value: throughputMib, at: NOW } }),
        });
        const policy = withLearned(input.policy, read(at(most)), input.current);
        const decision = decideModification({ ...input, policy });
        check(decision, { ...input, policy });
        if (decision.decision !== 'modify' || decision.to.type !== 'gp3') return;
        for (const figure of ['iops', 'throughputMib'] as const) {
          const value = most[figure];
          if (value === undefined || input.current[figure] > value) continue;
          expect(decision.to[figure]).toBeLessThanOrEqual(value);
          bounded += 1;
        }
      }),
      { numRuns: 5_000 },
    );
    expect(bounded).toBeGreaterThan(100);
  });

  test('figures that are none end in no change', () => {
    const odd = fc.record({ sizeGib: garbage, iops: garbage, throughputMib: garbage });
    fc.assert(
      fc.property(inputs, odd, garbage, (input, figures, other) => {
        const current = { ...input.current, ...figures };
        const ceiling = { instanceType: 'm7i.large', nitro: true, baselineIops: other };
        const host = read({ ceiling, others: { iops: other, throughputMib: other } });
        const { decision } = decideModification({ ...input, current, host });
        if (whyInvalid(current) !== undefined) expect(decision).not.toBe('modify');
      }),
      { numRuns: 5_000 },
    );
  });
});

/** Decides again and again, a day later each time, while it still is short; the number of changes. */
function changesUntilDone(input: DecisionInput, demand: { iops: number; throughputMib: number }): number {
  let current = input.current;
  for (let changes = 0; changes < 100; changes++) {
    const isShort = {
      iops: current.iops <= demand.iops,
      throughput: current.throughputMib <= demand.throughputMib,
    };
    const what = isShort.iops && isShort.throughput ? 'both' : isShort.iops ? 'iops' : 'throughput';
    if (!isShort.iops && !isShort.throughput) return changes;
    const { policy, host, prices } = input;
    const next = shortOf(current, what, { policy, host, prices, original: input.current });
    const decision = decideModification({ ...next, modifications: neverModified });
    if (decision.decision !== 'modify') return changes;
    current = decision.to;
  }
  return Number.POSITIVE_INFINITY;
}

describe('deciding again and again', () => {
  const demands = fc.record({ iops: fc.nat(300_000), throughputMib: fc.nat(5_000) });
  const endless = fc.constant({ iops: 1e9, throughputMib: 1e9 });
  const rich = policyOf({ maxMonthlyIncrease: 100_000 });

  test.each([
    ['the defaults', policyOf()],
    ['the defaults, whatever it costs', rich],
  ])('ends after at most ten changes with %s', (_, policy) => {
    fc.assert(
      fc.property(performances, fc.oneof(demands, endless), (current, demand) => {
        const input = shortOf(current, 'both', { policy });
        expect(changesUntilDone(input, demand)).toBeLessThanOrEqual(10);
      }),
      { numRuns: 2_000 },
    );
  });

  test('ends with any config and instance', () => {
    fc.assert(
      fc.property(inputs, policies, endless, (input, policy, demand) => {
        expect(changesUntilDone({ ...input, policy }, demand)).toBeLessThanOrEqual(60);
      }),
      { numRuns: 2_000 },
    );
  });
});
