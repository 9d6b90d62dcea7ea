import { describe, expect, test } from 'vitest';
import {
  bottleneckOf,
  type CniSettings,
  callsOf,
  type InstanceLimits,
  type NodeCalls,
} from '../../../functions/api-throttling/cni/index.ts';
import { M4_LARGE, M5_LARGE, P3DN, settings, T3_SMALL } from './fixtures.ts';

interface Node {
  pods: number;
  churn?: number;
  limits?: InstanceLimits;
  maxPods?: number;
}

function calls(changed: Partial<CniSettings>, { pods, churn = 0, limits = M5_LARGE, maxPods = 110 }: Node) {
  return callsOf(settings(changed), { limits, maxPods, podsPerNode: pods, podsChurnedPerMinute: churn });
}

/** Calls of the launch that change something, ENIs that were added, and calls that fill ENIs. */
function filled({ launch }: NodeCalls) {
  const enis = launch.byApi.CreateNetworkInterface ?? 0;
  expect(launch.byApi.AttachNetworkInterface ?? 0).toBe(enis);
  expect(launch.byApi.ModifyNetworkInterfaceAttribute ?? 0).toBe(enis);
  return { assign: launch.byApi.AssignPrivateIpAddresses ?? 0, enis };
}

const IP_AND_FLOOR = { minimumIpTarget: 18, warmIpTarget: 2 };
const PREFIX = { prefixDelegation: true, warmPrefixTarget: 1 };

describe('EC2 calls of one m5.large, as its ipamd makes them', () => {
  test.each([
    ['WARM_ENI_TARGET=1 at start', {}, 0, { assign: 1, enis: 0 }],
    ['WARM_ENI_TARGET=1 with the first pod', {}, 1, { assign: 1, enis: 1 }],
    ['WARM_ENI_TARGET=1 up to the last address of the first ENI', {}, 9, { assign: 1, enis: 1 }],
    ['WARM_ENI_TARGET=1 once the second ENI is used', {}, 10, { assign: 1, enis: 2 }],
    ['WARM_ENI_TARGET=2 at start', { warmEniTarget: 2 }, 0, { assign: 1, enis: 1 }],
    ['WARM_ENI_TARGET=2 with the first pod', { warmEniTarget: 2 }, 1, { assign: 1, enis: 2 }],
    ['MINIMUM_IP_TARGET=18 at start', IP_AND_FLOOR, 0, { assign: 1, enis: 1 }],
    ['MINIMUM_IP_TARGET=18 up to 16 pods', IP_AND_FLOOR, 16, { assign: 1, enis: 1 }],
    ['MINIMUM_IP_TARGET=18 above 16 pods', IP_AND_FLOOR, 17, { assign: 1, enis: 2 }],
    ['prefixes at start', PREFIX, 0, { assign: 1, enis: 0 }],
    ['prefixes with up to 16 pods', PREFIX, 16, { assign: 2, enis: 0 }],
    ['prefixes with up to 32 pods', PREFIX, 32, { assign: 3, enis: 0 }],
    ['prefixes up to the cap of 110 pods: still no ENI', PREFIX, 110, { assign: 7, enis: 0 }],
  ])('%s', (_, changed, pods, expected) => {
    expect(filled(calls(changed, { pods }))).toEqual(expected);
  });

  test('the floor has everything there before the first pod comes, the default has it after', () => {
    expect(calls(IP_AND_FLOOR, { pods: 16 }).whilePodsCome).toBe(0);
    expect(calls({}, { pods: 16 }).whilePodsCome).toBe(6);
  });

  test('WARM_IP_TARGET alone makes one small call per few pods', () => {
    const { assign } = filled(calls({ warmIpTarget: 2 }, { pods: 16 }));
    expect(assign).toBeGreaterThanOrEqual(16 / 3);
  });

  test('an ENI costs three changing calls and two or three reads', () => {
    const reads = { DescribeNetworkInterfaces: 1, DescribeInstances: 1 };
    const byApi = {
      ...{ AssignPrivateIpAddresses: 1, CreateNetworkInterface: 1 },
      ...{ AttachNetworkInterface: 1, ModifyNetworkInterfaceAttribute: 1 },
    };
    const without = calls({ subnetDiscovery: false }, { pods: 5 }).launch;
    expect(without).toEqual({ byApi: { ...byApi, ...reads }, total: 6, mutating: 4 });
    const discovering = calls({}, { pods: 5 }).launch;
    expect(discovering).toEqual({ byApi: { ...byApi, ...reads, DescribeSubnets: 1 }, total: 7, mutating: 4 });
  });

  test('churn: WARM_IP_TARGET alone is worst by far, whole ENIs ask nothing, a floor that holds asks nothing', () => {
    const node = { pods: 16, churn: 4 };
    const alone = calls({ warmIpTarget: 2 }, node).churn;
    expect(alone.mutating).toBeGreaterThanOrEqual(20);
    expect(alone.byApi.UnassignPrivateIpAddresses).toBeGreaterThan(0);
    expect(calls({}, node).churn.total).toBe(0);
    expect(calls({ warmEniTarget: 2 }, node).churn.total).toBe(0);
    // 16 pods, four addresses that cool down, two spare.
    expect(calls({ minimumIpTarget: 22, warmIpTarget: 2 }, node).churn.total).toBe(0);
  });

  test('churn with prefixes: one call per 16 pods and back, not one per pod', () => {
    const { byApi } = calls(PREFIX, { pods: 40, churn: 20 }).churn;
    const waves = 5;
    expect(byApi.AssignPrivateIpAddresses).toBeLessThanOrEqual(waves * Math.ceil(40 / 16));
    expect(byApi.AssignPrivateIpAddresses).toBeGreaterThan(0);
  });

  test('a longer cooldown holds more addresses at the same pods', () => {
    const churn = { pods: 12, churn: 12, limits: P3DN, maxPods: 250 };
    const held = (ipCooldownSeconds: number) =>
      calls({ warmIpTarget: 2, ipCooldownSeconds }, churn).addresses;
    expect(held(90)).toBeGreaterThan(held(30));
  });

  test('an ipamd that attaches nothing itself makes no calls', () => {
    const { launch, churn } = calls({ provisioning: false }, { pods: 20, churn: 20 });
    expect([launch.total, churn.total]).toEqual([0, 0]);
  });

  test('with custom networking the first ENI is already an additional one', () => {
    expect(filled(calls({ customNetworking: true }, { pods: 0 }))).toEqual({ assign: 0, enis: 1 });
    expect(calls({ customNetworking: true }, { pods: 18 }).enis).toBe(2);
  });

  test('the pool stops at max-pods', () => {
    expect(calls({ warmEniTarget: 3 }, { pods: 0, maxPods: 8 }).addresses).toBe(10);
  });

  test('MINIMUM_IP_TARGET alone leaves every further pod without an address', () => {
    expect(calls({ minimumIpTarget: 5 }, { pods: 12 }).unserved).toBe(7);
    expect(calls({ minimumIpTarget: 5, warmIpTarget: 1 }, { pods: 12 }).unserved).toBe(0);
  });

  test('a type without Nitro takes single addresses whatever is asked', () => {
    const node = { pods: 12, limits: M4_LARGE };
    expect(calls(PREFIX, node).launch.byApi).toEqual(calls({}, node).launch.byApi);
  });
});

describe('attached ENIs and addresses, by the examples of the CNI documentation', () => {
  test.each([
    [T3_SMALL, {}, 0, 1, 3],
    [T3_SMALL, {}, 5, 3, 9],
    [T3_SMALL, {}, 9, 3, 9],
    [T3_SMALL, { warmIpTarget: 1, minimumIpTarget: 1 }, 0, 1, 1],
    [T3_SMALL, { warmIpTarget: 1, minimumIpTarget: 1 }, 5, 2, 6],
    [T3_SMALL, { warmIpTarget: 1, minimumIpTarget: 1 }, 9, 3, 9],
    [T3_SMALL, { warmIpTarget: 2, minimumIpTarget: 5 }, 0, 2, 5],
    [T3_SMALL, { warmIpTarget: 2, minimumIpTarget: 5 }, 5, 3, 7],
    [T3_SMALL, { warmIpTarget: 2, minimumIpTarget: 5 }, 9, 3, 9],
    [P3DN, {}, 0, 1, 49],
    [P3DN, {}, 3, 2, 98],
    [P3DN, {}, 95, 3, 147],
    [P3DN, { warmIpTarget: 5, minimumIpTarget: 10 }, 0, 1, 10],
    [P3DN, { warmIpTarget: 5, minimumIpTarget: 10 }, 7, 1, 12],
    [P3DN, { warmIpTarget: 5, minimumIpTarget: 10 }, 15, 1, 20],
    [P3DN, { warmIpTarget: 5, minimumIpTarget: 10 }, 45, 2, 50],
  ])('%o', (limits, changed, pods, enis, addresses) => {
    const node = calls(changed, { pods, limits, maxPods: 737 });
    expect([node.enis, node.addresses - node.enis]).toEqual([enis, addresses]);
  });
});

describe('500 nodes that need one more ENI each', () => {
  const ENI = { CreateNetworkInterface: 500, ModifyNetworkInterfaceAttribute: 500 };

  test('AttachNetworkInterface is the bottleneck, 90 s; without it 80 s', () => {
    expect(bottleneckOf({ ...ENI, AttachNetworkInterface: 500 })).toEqual({
      api: 'AttachNetworkInterface',
      seconds: 90,
    });
    expect(bottleneckOf(ENI)?.seconds).toBe(80);
  });

  test('with prefixes one round of Assign takes 80 s and nothing is attached', () => {
    expect(bottleneckOf({ AssignPrivateIpAddresses: 500 })).toEqual({
      api: 'AssignPrivateIpAddresses',
      seconds: 80,
    });
  });

  test('50 at once fit into every bucket', () => {
    expect(bottleneckOf({ AttachNetworkInterface: 50, CreateNetworkInterface: 50 })).toBeNull();
  });
});
