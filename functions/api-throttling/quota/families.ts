import type { NamedQuota } from './named-quota.ts';

interface FamilyQuota {
  /** The letters an instance type begins with. */
  families: readonly string[];
  quota: NamedQuota;
}

const STANDARD = ['a', 'c', 'd', 'h', 'i', 'm', 'r', 't', 'z', 'im', 'is'];

/** vCPU quotas by instance family; `p` on Spot has two quotas, by generation. */
export const FAMILY_QUOTAS: Readonly<Record<'onDemand' | 'spot', readonly FamilyQuota[]>> = {
  onDemand: [
    of('L-1216C47A', 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances', STANDARD),
    of('L-DB2E81BA', 'Running On-Demand G and VT instances', ['g', 'gr', 'vt']),
    of('L-417A185B', 'Running On-Demand P instances', ['p']),
    of('L-1945791B', 'Running On-Demand Inf instances', ['inf']),
    of('L-2C3B7624', 'Running On-Demand Trn instances', ['trn']),
    of('L-7295265B', 'Running On-Demand X instances', ['x']),
    of('L-74FC7D96', 'Running On-Demand F instances', ['f']),
    of('L-6E869C2A', 'Running On-Demand DL instances', ['dl']),
    of('L-F7808C92', 'Running On-Demand HPC instances', ['hpc']),
    of('L-43DA4232', 'Running On-Demand High Memory instances', ['u']),
  ],
  spot: [
    of('L-34B43A08', 'All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests', STANDARD),
    of('L-3819A6DF', 'All G and VT Spot Instance Requests', ['g', 'gr', 'vt']),
    of('L-7212CCBC', 'All P4, P3 and P2 Spot Instance Requests', ['p']),
    of('L-C4BD4855', 'All P5 Spot Instance Requests', ['p']),
    of('L-B5D1601B', 'All Inf Spot Instance Requests', ['inf']),
    of('L-6B0D517C', 'All Trn Spot Instance Requests', ['trn']),
    of('L-E3A00192', 'All X Spot Instance Requests', ['x']),
    of('L-88CF9481', 'All F Spot Instance Requests', ['f']),
    of('L-85EED4F7', 'All DL Spot Instance Requests', ['dl']),
  ],
};

function of(code: string, name: string, families: readonly string[]): FamilyQuota {
  return { families, quota: { service: 'ec2', code, name } };
}

/** `m7g.large` → `m`, `u-6tb1.metal` → `u`, `p5en.48xlarge` → `p`; undefined for what is no instance type. */
export function familyOf(instanceType: string): string | undefined {
  return /^([a-z]{1,4})-?[0-9][0-9a-z-]*\.[0-9a-z-]+$/.exec(instanceType)?.[1];
}
