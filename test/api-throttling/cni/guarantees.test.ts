import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Advice,
  type ClusterNumbers,
  callsOf,
  type Env,
  type EnvVar,
  type NodeGroupNumbers,
  readSettings,
  recommend,
} from '../../../functions/api-throttling/cni/index.ts';
import { ENDPOINT, M4_LARGE, M5_4XLARGE, M5_LARGE, P3DN, T3_SMALL, withEnv } from './fixtures.ts';

const VERSIONS = ['v1.5.7', 'v1.8.0', 'v1.14.1-eksbuild.1', 'v1.19.4-eksbuild.1', 'v1.23.1'];

const value = (max: number) => fc.integer({ min: 0, max }).map(String);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const flag = fc.constantFrom('true', 'false');

const variables = fc
  .record({
    WARM_ENI_TARGET: maybe(value(5)),
    WARM_IP_TARGET: maybe(value(20)),
    MINIMUM_IP_TARGET: maybe(value(60)),
    WARM_PREFIX_TARGET: maybe(value(4)),
    MAX_ENI: maybe(value(4)),
    IP_COOLDOWN_PERIOD: maybe(value(180)),
    ENABLE_PREFIX_DELEGATION: maybe(flag),
    AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: maybe(flag),
    ENABLE_POD_ENI: maybe(flag),
  })
  .map((record) =>
    Object.entries(record).flatMap(([name, text]): EnvVar[] =>
      text === undefined ? [] : [{ name, value: text }],
    ),
  );

const nodeGroup = fc.record({
  limits: fc.constantFrom(M5_LARGE, M5_LARGE, M5_4XLARGE, T3_SMALL, M4_LARGE, P3DN),
  maxPods: fc.constantFrom(8, 29, 58, 110, 250),
  podsPerNode: fc.oneof(fc.nat(30), fc.nat(250)),
  podsChurnedPerMinute: fc.oneof(
    fc.constant(0),
    fc.nat(4),
    fc.integer({ min: 0, max: 400 }).map((n) => n / 10),
  ),
  branchPodsPerNode: fc.nat(3),
  nodes: fc.nat(300),
  launchedAtOnce: fc.nat(300),
});

/** Of an earlier look at a cluster that was another one by then. */
const earlier = maybe(fc.record({ WARM_IP_TARGET: value(10), MINIMUM_IP_TARGET: value(80) }));

interface Case {
  earlier: Env | undefined;
  env: EnvVar[];
  version: string;
  numbers: Omit<ClusterNumbers, 'settings' | 'version'>;
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    earlier,
    env: variables,
    version: fc.constantFrom(...VERSIONS),
    groups: fc.array(nodeGroup, { minLength: 1, maxLength: 3 }),
    subnets: fc.array(fc.record({ free: fc.oneof(fc.nat(20_000), fc.nat(400_000)), held: fc.nat(8_000) }), {
      minLength: 1,
      maxLength: 3,
    }),
    owner: fc.constantFrom({ kind: 'eks-addon' } as const, { kind: 'self-managed' } as const),
  })
  .map(({ earlier, env, version, groups, subnets, owner }) => {
    const named = groups.map((each, index): NodeGroupNumbers => ({ ...each, name: `g${index}` }));
    const places = Object.fromEntries(
      named.map(({ name, nodes, launchedAtOnce }) => [
        name,
        Math.ceil(Math.max(nodes, launchedAtOnce) / subnets.length),
      ]),
    );
    const zones = subnets.map((each, index) => ({ ...each, id: `subnet-${index}`, nodes: places }));
    const apiServer = { endpoint: ENDPOINT, privateAccess: true };
    const none = { autoModeNodes: 0, fargateNodes: 0, settable: null };
    return { earlier, env, version, numbers: { groups: named, subnets: zones, owner, apiServer, ...none } };
  });

function numbersOf({ env, version, numbers }: Case): ClusterNumbers {
  const read = readSettings({ main: env, init: [], version });
  if (read.settings === null || read.version === null) throw new Error(read.problems.join());
  return { ...numbers, settings: read.settings, version: read.version };
}

/** More than the endpoint, which costs no addresses and no calls. */
function isWarm(env: object): boolean {
  return Object.keys(env).some((name) => name !== 'CLUSTER_ENDPOINT');
}

/** Runs `check` on every case whose advice is a change, and sees to it that enough of them are. */
function forEveryChange(check: (change: Extract<Advice, { kind: 'change' }>, given: Case) => void): void {
  let changes = 0;
  fc.assert(
    fc.property(cases, (given) => {
      const advice = recommend(numbersOf(given), given.earlier);
      if (advice.kind !== 'change') return;
      if (isWarm(advice.change.env)) changes++;
      check(advice, given);
    }),
    { numRuns: 600 },
  );
  expect(changes).toBeGreaterThan(60);
}

describe('for any cluster', () => {
  test('a change of targets never needs more addresses than a subnet has free and the cluster holds', () => {
    forEveryChange(({ change, subnets }, given) => {
      if (!isWarm(change.env)) return;
      const { groups, settings, subnets: zones } = numbersOf(given);
      for (const { id, free, held, nodes } of zones) {
        const needed = groups.reduce((sum, node) => {
          const { addresses } = callsOf(change.settings, node);
          return (
            sum + (nodes[node.name] ?? 0) * (addresses + Number(settings.podEni) + node.branchPodsPerNode)
          );
        }, 0);
        expect(needed).toBeLessThanOrEqual(free + held);
        expect(subnets.find(({ subnet }) => subnet === id)).toMatchObject({
          needed,
          left: free + held - needed,
        });
      }
    });
  });

  test('no kind of node makes more calls, at its launch or on churn, than before', () => {
    forEveryChange(({ change }, given) => {
      const { groups, settings } = numbersOf(given);
      for (const node of groups) {
        const [before, after] = [callsOf(settings, node), callsOf(change.settings, node)];
        for (const phase of ['launch', 'churn'] as const) {
          expect(after[phase].total).toBeLessThanOrEqual(before[phase].total);
          expect(after[phase].mutating).toBeLessThanOrEqual(before[phase].mutating);
        }
        expect(after.unserved).toBeLessThanOrEqual(before.unserved);
      }
    });
  });

  test('nothing is asked for that an instance type cannot hold', () => {
    forEveryChange(({ change }, given) => {
      const { groups, settings } = numbersOf(given);
      for (const node of groups) {
        const { enis, ipv4PerEni } = node.limits;
        const most = settings.maxEni > 0 ? Math.min(enis, settings.maxEni) : enis;
        expect(callsOf(change.settings, node).enis).toBeLessThanOrEqual(most);
        const perEni = (ipv4PerEni - 1) * (settings.prefixDelegation && node.limits.nitro ? 16 : 1);
        expect(Number(change.env['MINIMUM_IP_TARGET'] ?? 0)).toBeLessThanOrEqual(most * perEni);
        expect(Number(change.env['WARM_ENI_TARGET'] ?? 0)).toBeLessThanOrEqual(most);
      }
    });
  });

  test('values are absolute, and those of the settings that were modelled', () => {
    forEveryChange(({ change }, given) => {
      for (const [name, text] of Object.entries(change.env)) {
        expect(text).toMatch(name === 'CLUSTER_ENDPOINT' ? /^https:/ : /^\d+$/);
      }
      const then = numbersOf({ ...given, env: withEnv(given.env, change.env) });
      expect(then.settings).toEqual(change.settings);
    });
  });

  test('once followed, whatever part of the addresses is held by then, nothing more is advised', () => {
    forEveryChange(({ change }, given) => {
      const moved = given.numbers.subnets.map((each, index) => {
        const held = Math.floor(((each.free + each.held) * (index + 1)) / 4);
        return { ...each, held, free: each.free + each.held - held };
      });
      const then = {
        ...given,
        env: withEnv(given.env, change.env),
        numbers: { ...given.numbers, subnets: moved },
      };
      expect(recommend(numbersOf(then))).toMatchObject({ kind: 'keep' });
    });
  });

  test('prefix delegation and custom networking are never switched, cooldown never raised nor below 10 s', () => {
    const tuned = [
      ...['WARM_ENI_TARGET', 'WARM_IP_TARGET', 'MINIMUM_IP_TARGET', 'WARM_PREFIX_TARGET'],
      ...['IP_COOLDOWN_PERIOD', 'CLUSTER_ENDPOINT'],
    ];
    forEveryChange(({ change }, given) => {
      expect(tuned).toEqual(expect.arrayContaining(Object.keys(change.env)));
      const cooldown = change.env['IP_COOLDOWN_PERIOD'];
      if (cooldown === undefined) return;
      expect(Number(cooldown)).toBeLessThan(numbersOf(given).settings.ipCooldownSeconds);
      expect(Number(cooldown)).toBeGreaterThanOrEqual(10);
    });
  });

  test('proposed prefixes fit into what is free beside the old nodes', () => {
    let proposed = 0;
    fc.assert(
      fc.property(cases, (given) => {
        const numbers = numbersOf(given);
        const advice = recommend(numbers);
        if (advice.kind !== 'keep' && advice.kind !== 'change') return;
        for (const { groups } of advice.proposals) {
          proposed++;
          for (const { free, nodes } of numbers.subnets) {
            const needed = groups.reduce(
              (sum, each) => sum + (nodes[each.group] ?? 0) * each.after.addresses,
              0,
            );
            expect(needed).toBeLessThanOrEqual(free);
          }
        }
      }),
      { numRuns: 1000 },
    );
    expect(proposed).toBeGreaterThan(20);
  });

  test('whatever numbers it is given, there is an answer with a reason', () => {
    const wild = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(Number.NaN, -1, 0, 1e12));
    fc.assert(
      fc.property(cases, wild, wild, wild, (given, free, pods, enis) => {
        const numbers = numbersOf(given);
        const groups = numbers.groups.map((each) => ({
          ...each,
          podsPerNode: pods,
          limits: { ...each.limits, enis },
        }));
        const subnets = numbers.subnets.map((each) => ({ ...each, free }));
        expect(recommend({ ...numbers, groups, subnets }).reasons.length).toBeGreaterThan(0);
      }),
      { numRuns: 200 },
    );
  });
});
