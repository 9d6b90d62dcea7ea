import { mebibytes } from '../shared/aws/ec2-ebs.ts';
import { sha256Hex } from '../shared/incident/step-key.ts';
import type { EbsLimits, InstanceType, Subnet } from '../shared/ports/ec2.ts';

const FREE = 4_000;
/** As much as one network interface of a large instance holds. */
const HELD = 10;

/** What EC2 documents of some types. */
const TYPES: readonly InstanceType[] = [
  { ...nitro('m5.large', 3, 10, 2), ebs: ebs([3_600, 81.25], [18_750, 593.75]) },
  { ...nitro('m6i.large', 3, 10, 2), ebs: ebs([3_600, 81.25], [40_000, 1_250]) },
  { ...nitro('m6i.4xlarge', 8, 30, 16), ebs: ebs([20_000, 625], [40_000, 1_250]) },
  { ...nitro('t3.small', 3, 4, 2), ebs: ebs([1_000, 21.75], [11_800, 260.57]) },
];

/** Subnets and instance types of a simulated account: one subnet in each zone. */
export class SimNetwork {
  /** By subnet; one that is not in it has `FREE` addresses left. */
  readonly #free = new Map<string, number>();

  subnetOf(zone: string): string {
    return `subnet-${sha256Hex(zone).slice(0, 17)}`;
  }

  /** What an instance in this zone holds. */
  addressesIn(zone: string): Record<string, number> {
    return { [this.subnetOf(zone)]: HELD };
  }

  setFree(zone: string, count: number): void {
    this.#free.set(this.subnetOf(zone), count);
  }

  describeSubnets(ids: readonly string[], zones: ReadonlySet<string>): Subnet[] {
    return [...zones].flatMap((zone) => {
      const id = this.subnetOf(zone);
      return ids.includes(id) ? [{ id, zone, freeAddresses: this.#free.get(id) ?? FREE }] : [];
    });
  }

  describeTypes(types: readonly string[]): InstanceType[] {
    return TYPES.filter(({ type }) => types.includes(type));
  }
}

function nitro(type: string, interfaces: number, ipv4PerInterface: number, vcpus: number): InstanceType {
  return { type, interfaces, ipv4PerInterface, vcpus, hypervisor: 'nitro', bareMetal: false };
}

/** IOPS, and MB/s as EC2 has them. */
function ebs(baseline: [number, number], maximum: [number, number]): EbsLimits {
  return {
    baselineIops: baseline[0],
    baselineThroughputMib: mebibytes(baseline[1]),
    maximumIops: maximum[0],
    maximumThroughputMib: mebibytes(maximum[1]),
  };
}
