import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import {
  attribute,
  type CallerHints,
  causeAndVictims,
  sharesOf,
  topCallers,
} from '../../../functions/api-throttling/attribution/index.ts';
import { AGENTS, assumedRole, call, irsa, known, node } from './stage.ts';

const API = 'DescribeInstances';
const CNI = call(node('payments-node-role'), API, { userAgent: AGENTS.cni });
const EKS = call(
  assumedRole('AWSServiceRoleForAmazonEKS', 'EKS', { path: 'aws-service-role/eks.amazonaws.com/' }),
  API,
);
const KARPENTER = call(irsa('x'), API, { userAgent: AGENTS.karpenter });

function tool(n: number, api = API): CallerHints {
  return call(assumedRole(`tool-${n}`, 'x'), api, { userAgent: AGENTS.cli });
}

function shares(counts: [CallerHints, number][]) {
  const context = known();
  return sharesOf(
    counts.map(([made, throttled]) => ({ call: made, attribution: attribute(made, context), throttled })),
    { windowMs: 300_000 },
  );
}

function causes(counts: [CallerHints, number][]) {
  const [bucket] = shares(counts).buckets;
  if (bucket === undefined) throw new Error('no bucket');
  const found = causeAndVictims(bucket);
  const names = (list: typeof found.causes) => list.map(({ caller }) => caller.name);
  return {
    ...found,
    causes: names(found.causes),
    victims: names(found.victims),
    contributors: names(found.contributors),
    apart: names(found.apart),
  };
}

describe('who fills the bucket, and who only suffers', () => {
  test('an inventory tool drains the bucket; the CNI is its innocent victim', () => {
    expect(
      causes([
        [tool(1), 940],
        [CNI, 12],
        [KARPENTER, 150],
      ]),
    ).toEqual({
      verdict: 'one',
      causes: ['AWS CLI (role tool-1)'],
      contributors: ['Karpenter of cluster payments'],
      victims: ['VPC CNI of cluster payments'],
      apart: [],
      isAccountWide: true,
    });
  });

  test('a cluster’s own CNI that drains it is a cause of that cluster alone', () => {
    expect(
      causes([
        [CNI, 900],
        [tool(1), 30],
      ]),
    ).toMatchObject({
      verdict: 'one',
      causes: ['VPC CNI of cluster payments'],
      isAccountWide: false,
    });
  });

  test('a caller whose own refused calls would overflow the bucket is not innocent, however small its share', () => {
    expect(
      causes([
        [tool(1), 9000],
        [CNI, 101],
      ]).contributors,
    ).toEqual(['VPC CNI of cluster payments']);
    expect(
      causes([
        [tool(1), 9000],
        [CNI, 100],
      ]).victims,
    ).toEqual(['VPC CNI of cluster payments']);
  });

  test.each([
    ['more than a tenth of all', [83], 16],
    ['more than a fifth of the smallest cause', [13, 13, 13, 13, 13, 13, 13], 9],
  ])('a caller with %s is not innocent', (_, others, own) => {
    const rest = others.map((count, n): [CallerHints, number] => [tool(n), count]);
    expect(causes([...rest, [CNI, own]])).toMatchObject({
      victims: [],
      contributors: ['VPC CNI of cluster payments'],
    });
  });

  test('half is not more than half: then there are several causes', () => {
    expect(
      causes([
        [tool(1), 50],
        [CNI, 50],
      ]),
    ).toMatchObject({ verdict: 'several', victims: [] });
    expect(
      causes([
        [tool(1), 51],
        [CNI, 49],
      ]).verdict,
    ).toBe('one');
  });

  test('of forty equal callers none is innocent', () => {
    const found = causes(Array.from({ length: 40 }, (_, n): [CallerHints, number] => [tool(n), 10]));
    expect(found).toMatchObject({ verdict: 'several', victims: [], contributors: [] });
    expect(found.causes).toHaveLength(40);
  });

  test('AWS’s own roles take nothing from the bucket: they are no cause, however many their calls', () => {
    expect(
      causes([
        [EKS, 900],
        [CNI, 20],
        [tool(1), 4],
      ]),
    ).toMatchObject({
      causes: ['VPC CNI of cluster payments'],
      apart: ['Amazon EKS (role AWSServiceRoleForAmazonEKS)'],
    });
    expect(causes([[EKS, 900]]).verdict).toBe('not-the-accounts');
  });

  test('four calls are too few to blame anybody', () => {
    expect(causes([[tool(1), 4]])).toMatchObject({ verdict: 'too-few', causes: [] });
    expect(causes([[tool(1), 5]]).verdict).toBe('one');
  });

  test('a tool that changes its userAgent stays one caller', () => {
    const changing = ['one/1', 'two/1', 'three/1'].map((userAgent): [CallerHints, number] => [
      { ...tool(1), userAgent },
      30,
    ]);
    expect(causes([...changing, [CNI, 60]])).toMatchObject({
      verdict: 'one',
      causes: ['one 1 (role tool-1)'],
    });
  });

  property.prop([
    fc.array(fc.tuple(fc.nat(12), fc.integer({ min: 1, max: 2_000 })), { minLength: 1, maxLength: 30 }),
  ])('every caller stands in exactly one list, and no victim has more calls than a cause', (specs) => {
    const [bucket] = shares(specs.map(([n, count]) => [n === 0 ? EKS : tool(n), count])).buckets;
    if (bucket === undefined) throw new Error('no bucket');
    const found = causeAndVictims(bucket);
    const listed = [...found.causes, ...found.contributors, ...found.victims, ...found.apart];
    expect(listed.length).toBe(bucket.callers.length);
    expect(new Set(listed)).toEqual(new Set(bucket.callers));
    const most = Math.max(0, ...found.victims.map(({ throttled }) => throttled));
    for (const { throttled } of found.causes) expect(throttled).toBeGreaterThan(most);
  });
});

describe('contention in the account', () => {
  test('names the callers with most calls over all buckets, at most five', () => {
    const counts = Array.from({ length: 8 }, (_, n): [CallerHints, number] => [tool(n), 10 + n]);
    const top = topCallers(shares([...counts, [tool(0, 'CreateTags'), 50]]));
    expect(top).toHaveLength(5);
    expect(top[0]).toEqual({
      name: 'AWS CLI (role tool-0)',
      throttled: 60,
      ofAll: 60 / 158,
      apis: ['CreateTags', 'DescribeInstances'],
    });
  });
});
