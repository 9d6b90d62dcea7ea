import { describe, expect, test } from 'vitest';
import { isNitro, maxPods, recommendedMaxPods } from '../../../functions/api-throttling/cni/index.ts';
import { M4_LARGE, M5_LARGE, P3DN, settings, T3_SMALL } from './fixtures.ts';

const CUSTOM = { customNetworking: true };
const PREFIX = { prefixDelegation: true };

describe('max-pods', () => {
  test.each([
    ['standard', M5_LARGE, {}, 29, 29],
    ['custom networking', M5_LARGE, CUSTOM, 20, 20],
    ['prefix delegation', M5_LARGE, PREFIX, 434, 110],
    ['custom networking and prefixes', M5_LARGE, { ...CUSTOM, ...PREFIX }, 290, 110],
    ['standard', T3_SMALL, {}, 11, 11],
    ['the cap of many vCPUs', P3DN, {}, 737, 250],
    ['security groups for pods, which take a trunk ENI', M5_LARGE, { podEni: true }, 20, 20],
    ['a lower MAX_ENI', M5_LARGE, { maxEni: 2 }, 20, 20],
    ['a higher MAX_ENI than the type has', M5_LARGE, { maxEni: 9 }, 29, 29],
    ['prefixes asked of a type that is not Nitro', M4_LARGE, PREFIX, 20, 20],
    ['no ENI left for pods', M5_LARGE, { ...CUSTOM, podEni: true, maxEni: 2 }, 2, 2],
  ])('%s on $type', (_, limits, changed, formula, capped) => {
    expect(maxPods(limits, settings(changed))).toBe(formula);
    expect(recommendedMaxPods(limits, settings(changed))).toBe(capped);
  });

  test('30 vCPUs are capped at 110, one more at 250', () => {
    const type = { ...P3DN, vcpus: 30 };
    expect(recommendedMaxPods(type, settings())).toBe(110);
    expect(recommendedMaxPods({ ...type, vcpus: 31 }, settings())).toBe(250);
  });

  test('bare metal is Nitro without a hypervisor, Xen is not', () => {
    expect(isNitro({ hypervisor: null, bareMetal: true })).toBe(true);
    expect(isNitro({ hypervisor: 'nitro', bareMetal: false })).toBe(true);
    expect(isNitro({ hypervisor: 'xen', bareMetal: false })).toBe(false);
  });
});
