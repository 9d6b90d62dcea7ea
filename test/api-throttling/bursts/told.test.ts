import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BurstFacts } from '../../../functions/api-throttling/reading/burst-facts.ts';
import type { Situation } from '../../../functions/api-throttling/situation.ts';
import { burstAdvice } from '../../../functions/api-throttling/told/burst.ts';
import { type EpochMs, MINUTE_MS, SECOND_MS } from '../../../shared/clock.ts';
import { type Fact, known, unknown } from '../../../shared/fact.ts';
import type { Finding } from '../../../shared/incident/plan.ts';
import { defaults } from '../support.ts';

const AT = Date.UTC(2026, 10, 3, 14, 40);
/** The throttling began here; 60 calls in this minute. */
const BEGAN = Date.UTC(2026, 10, 3, 14, 31);

const situation: Situation = {
  group: { scope: 'prod', cause: 'vpc-cni', calls: new Map([[BEGAN, 60]]), rows: [] },
  now: 0,
  peak: { count: 60, at: BEGAN },
  isAtLeast: false,
  quietSince: BEGAN,
  isOver: false,
};

function fact<T>(value: T, source = 'source'): Fact<T> {
  return known(value, source, AT);
}

const none = { times: 0, pods: 0, withoutAddress: 0, first: undefined, isPage: false };

function minutes(value: number): BurstFacts['apiServer']['seats'] {
  const point = { at: BEGAN, value };
  return fact({ points: [point], total: value, peak: point });
}

function times(count: number, from: EpochMs): EpochMs[] {
  return Array.from({ length: count }, (_, index) => from + index * SECOND_MS);
}

function factsOf(more: Partial<BurstFacts> = {}): BurstFacts {
  return {
    window: { from: BEGAN - 10 * MINUTE_MS, to: AT },
    nodes: fact({ all: 100, times: [] }),
    claims: fact(null),
    launches: fact([]),
    sandbox: fact(none),
    pulls: fact(none),
    waiting: fact({ nodes: 0, pods: 0 }),
    apiServer: { rejected: minutes(0), seats: minutes(12) },
    ...more,
  };
}

function told(more: Partial<BurstFacts>): Finding {
  const [finding] = burstAdvice(fact(factsOf(more)), { situation, policy: defaults }).findings;
  if (finding === undefined) throw new Error('no finding');
  return finding;
}

const BEFORE = BEGAN - 2 * MINUTE_MS;
const nodes = (count: number, from = BEFORE) => fact({ all: 100, times: times(count, from) });
const claims = (count: number, from = BEFORE) =>
  fact({ times: times(count, from), withoutNode: 0, pools: ['general'] });
const asg = (count: number, from = BEFORE) =>
  fact([{ group: 'workers', times: times(count, from), failed: 0, schedule: undefined, isPage: false }]);

describe('how sure it is', () => {
  test.each([
    ['one source', { nodes: nodes(40) }, 'possible'],
    ['two sources', { nodes: nodes(40), claims: claims(38) }, 'likely'],
    ['three sources', { nodes: nodes(40), claims: claims(25), launches: asg(21) }, 'certain'],
    [
      'pods that failed after it began',
      { nodes: nodes(40), sandbox: fact({ ...none, times: 9, first: BEGAN }) },
      'likely',
    ],
    [
      'pods that failed before',
      { nodes: nodes(40), sandbox: fact({ ...none, times: 9, first: BEFORE }) },
      'possible',
    ],
    ['a source that saw little of it', { nodes: nodes(40), claims: claims(3) }, 'possible'],
    [
      'three sources in the minute in which the throttling began',
      { nodes: nodes(40, BEGAN), claims: claims(40, BEGAN), launches: asg(40, BEGAN) },
      'likely',
    ],
  ] as const)('%s: %s', (_, facts, confidence) => {
    const finding = told(facts);
    expect(finding.confidence).toBe(confidence);
    expect(finding.cause).toBe('a burst: 40 nodes came within 1 min');
  });
});

describe('what a burst is', () => {
  test.each([
    [9, 100, false],
    [10, 100, true],
    [9, 80, true],
    [2, 4, false],
    [3, 30, true],
    [10, 5_000, true],
  ])('%i of %i nodes: %s', (count, all, is) => {
    const { cause } = told({ nodes: fact({ all, times: times(count, BEFORE) }) });
    expect(cause.startsWith('a burst: ')).toBe(is);
  });

  test('nodes that trickle in over twenty minutes are none', () => {
    const trickle = Array.from({ length: 12 }, (_, index) => BEGAN + (index - 6) * 100 * SECOND_MS);
    expect(told({ nodes: fact({ all: 100, times: trickle }) }).cause).toMatch(
      /^no burst of nodes began it: 4 /,
    );
  });

  test('NodeClaims whose nodes never came are one, by what Karpenter says', () => {
    const waiting = fact({ times: times(30, BEFORE), withoutNode: 30, pools: ['general'] });
    const finding = told({ claims: waiting });
    expect(finding.cause).toBe('a burst: 30 NodeClaims came within 1 min');
    expect(finding.evidence).toContain(
      'Karpenter: 30 NodeClaims of general in these minutes, 30 still without a node',
    );
  });
});

describe('the order', () => {
  property.prop([
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 10, max: 60 }),
    fc.subarray(['nodes', 'claims', 'launches'] as const, { minLength: 1 }),
  ])('nothing that came after the throttling had begun is called its cause', (later, count, sources) => {
    const from = BEGAN + later * MINUTE_MS;
    const all = { nodes: nodes(count, from), claims: claims(count, from), launches: asg(count, from) };
    const seen = Object.fromEntries(sources.map((source) => [source, all[source]]));
    const advice = burstAdvice(fact(factsOf(seen)), { situation, policy: defaults });
    expect(advice.findings[0]?.cause).toContain('after the throttling had begun');
    expect(advice.findings[0]?.confidence).not.toBe('certain');
    expect(advice.helps).toEqual([]);
  });

  test('calls below the exit before it are no beginning', () => {
    const calls = new Map([
      [BEGAN - 4 * MINUTE_MS, 2],
      [BEGAN, 60],
    ]);
    const looked = { ...situation, group: { ...situation.group, calls } };
    const { findings } = burstAdvice(fact(factsOf({ nodes: nodes(40) })), {
      situation: looked,
      policy: defaults,
    });
    expect(findings[0]?.cause).toBe('a burst: 40 nodes came within 1 min');
  });
});

describe('what contributes, what is ruled out, what is unknown', () => {
  test('what went wrong is ranked: image pulls, then pods without sandboxes, then the API server', () => {
    const { evidence } = told({
      nodes: nodes(40),
      pulls: fact({ ...none, times: 80, pods: 20, first: BEGAN }),
      sandbox: fact({ times: 30, pods: 12, withoutAddress: 11, first: BEFORE, isPage: true }),
      apiServer: { rejected: minutes(7), seats: minutes(400) },
      waiting: fact({ nodes: 5, pods: 33 }),
    });
    expect(evidence.filter((line) => line.startsWith('contributes'))).toEqual([
      'contributes, 1: image pulls over the kubelet’s own rate ("pull QPS exceeded"): 80 times, 20 pods; registryPullQPS of new nodes is 5 a second unless it is set',
      'contributes, 2: pods without a sandbox: at least 30 times, 12 pods, 11 without an address, since 2026-11-03T14:29:00Z, before the throttling began: it is not the only reason',
      'contributes, 3: 33 pods do not run yet on 5 of the new nodes',
      'contributes, 4: API server: 7 answers 429, at most 400 seats in use',
    ]);
    expect(evidence.some((line) => line.startsWith('ruled out'))).toBe(false);
  });

  test('a full page without any is no proof that there was none', () => {
    const { evidence } = told({ pulls: known({ ...none, isPage: true }, 'Events Failed', AT) });
    expect(evidence.join('\n')).not.toContain('ruled out: image pulls');
    expect(evidence).toContain(
      'unknown: Events Failed: none in the Events that were read, which are not all',
    );
  });

  test('several parts with one reason are one line, and nothing unread is ruled out', () => {
    const why = (source: string) => unknown('the cluster did not answer', source, AT);
    const { cause, confidence, evidence } = told({
      nodes: why('Nodes'),
      claims: why('NodeClaims'),
      launches: why('Auto Scaling activities'),
      sandbox: why('Events FailedCreatePodSandBox'),
      pulls: why('Events Failed'),
    });
    expect(cause).toBe('whether a burst of nodes began it is unknown');
    expect(confidence).toBe('possible');
    expect(evidence.slice(1)).toEqual([
      'ruled out: API server: no 429s, at most 12 seats in use',
      'unknown: Nodes, NodeClaims, Auto Scaling activities, Events FailedCreatePodSandBox, Events Failed: the cluster did not answer',
    ]);
  });

  test('nothing is said of an incident of the account, and what was not read at all is', () => {
    expect(burstAdvice(null, { situation, policy: defaults })).toEqual({ findings: [], helps: [] });
    const refused = unknown('this minute’s reads went to other incidents', 'reads for advice', AT);
    const { findings } = burstAdvice(refused, { situation, policy: defaults });
    expect(findings[0]?.evidence).toEqual(['unknown: this minute’s reads went to other incidents']);
  });
});
