import { type CallCounts, type CniApi, plus } from './apis.ts';
import { ADDRESSES_PER_PREFIX, type InstanceLimits, podEnis, usesPrefixes } from './instances.ts';
import type { CniSettings } from './settings.ts';

/** One node as its ipamd sees it. */
export interface NodeShape {
  limits: InstanceLimits;
  /** `status.allocatable.pods`: the pool does not grow beyond it. */
  maxPods: number;
}

const NEW_ENI: CallCounts = {
  CreateNetworkInterface: 1,
  DescribeInstances: 1,
  AttachNetworkInterface: 1,
  ModifyNetworkInterfaceAttribute: 1,
};
const FREED_ENI: CallCounts = {
  DescribeNetworkInterfaces: 1,
  DetachNetworkInterface: 1,
  DeleteNetworkInterface: 1,
};

/**
 * The address pool of one node, by the thresholds of ipamd's pool manager: one step a look (every 5 s), first
 * into ENIs that have room, then a new ENI. Pods stand on as few prefixes and ENIs as they can, and an ENI that
 * still has addresses is never freed: pods spread over all of them in a real node.
 */
export class Pool {
  /** Addresses or prefixes on every ENI that pods may use. */
  readonly #enis: number[];
  readonly #settings: CniSettings;
  readonly #maxPods: number;
  readonly #slots: number;
  readonly #perEni: number;
  readonly #unit: number;
  #calls: CallCounts = { DescribeNetworkInterfaces: 1 };
  #assigned = 0;
  #cooling = 0;
  /** Pods that have no address yet. */
  waiting = 0;

  constructor(settings: CniSettings, { limits, maxPods }: NodeShape) {
    this.#settings = settings;
    this.#maxPods = maxPods;
    this.#slots = podEnis(limits, settings);
    this.#perEni = Math.max(0, limits.ipv4PerEni - 1);
    this.#unit = usesPrefixes(limits, settings) ? ADDRESSES_PER_PREFIX : 1;
    // The primary ENI is there from the start; with custom networking pods do not use it.
    this.#enis = settings.customNetworking || this.#slots === 0 ? [] : [0];
  }

  get calls(): CallCounts {
    return this.#calls;
  }

  get enis(): number {
    return this.#enis.length;
  }

  /** Addresses for pods that are attached, in use or not. */
  get total(): number {
    return this.#enis.reduce((sum, units) => sum + units, 0) * this.#unit;
  }

  start(pods: number): void {
    this.waiting += pods;
    this.#serve();
  }

  /** Those that never got an address go first; the rest give theirs into cooldown. Returns how many of these. */
  end(pods: number): number {
    const unserved = Math.min(pods, this.waiting);
    const served = Math.min(pods - unserved, this.#assigned);
    this.waiting -= unserved;
    this.#assigned -= served;
    this.#cooling += served;
    return served;
  }

  /** Addresses whose cooldown is over. */
  cooled(addresses: number): void {
    this.#cooling -= addresses;
    this.#serve();
  }

  /** One step of the pool manager; false when there was nothing to do. */
  look(mayShrink: boolean): boolean {
    const short = this.#short();
    if (short > 0) return this.#grow(short);
    return mayShrink && this.#shrink();
  }

  #serve(): void {
    const served = Math.min(this.waiting, Math.max(0, this.#free));
    this.waiting -= served;
    this.#assigned += served;
  }

  get #free(): number {
    return this.total - this.#assigned - this.#cooling;
  }

  get #units(): number {
    return this.#enis.reduce((sum, units) => sum + units, 0);
  }

  get #unitsInUse(): number {
    return Math.ceil((this.#assigned + this.#cooling) / this.#unit);
  }

  get #hasIpTargets(): boolean {
    return this.#settings.warmIpTarget > 0 || this.#settings.minimumIpTarget > 0;
  }

  /** Addresses or prefixes to add now. */
  #short(): number {
    if (this.total >= this.#maxPods) return 0;
    const { warmIpTarget, minimumIpTarget, warmEniTarget, warmPrefixTarget } = this.#settings;
    if (this.#hasIpTargets) {
      const addresses = Math.max(warmIpTarget - this.#free, minimumIpTarget - this.total, 0);
      return Math.ceil(addresses / this.#unit);
    }
    const isPrefix = this.#unit > 1;
    const target = isPrefix ? warmPrefixTarget : warmEniTarget;
    const warm = target * (isPrefix ? this.#unit : this.#perEni);
    if (this.#free >= warm && !(target === 0 && this.#free <= 0)) return 0;
    return isPrefix ? Math.max(1, target - (this.#units - this.#unitsInUse)) : this.#perEni;
  }

  #grow(short: number): boolean {
    const roomy = this.#enis.findIndex((units) => units < this.#perEni);
    if (roomy >= 0) {
      const units = this.#enis[roomy] ?? 0;
      this.#enis[roomy] = units + Math.min(short, this.#perEni - units);
      this.#count('AssignPrivateIpAddresses');
    } else {
      if (this.#enis.length >= this.#slots || this.#perEni === 0) return false;
      this.#enis.push(Math.min(short, this.#perEni));
      this.#calls = plus(this.#calls, NEW_ENI);
      if (this.#settings.subnetDiscovery) this.#count('DescribeSubnets');
    }
    this.#serve();
    return true;
  }

  /** Addresses or prefixes more than the targets ask for; ENI targets give nothing back. */
  #over(): number {
    const { warmIpTarget, minimumIpTarget, warmPrefixTarget } = this.#settings;
    const unused = this.#units - this.#unitsInUse;
    if (!this.#hasIpTargets) return this.#unit > 1 ? unused - warmPrefixTarget : 0;
    const inUse = this.#assigned + this.#cooling;
    const needed = Math.max(inUse + warmIpTarget, minimumIpTarget);
    return Math.min(unused, this.#units - Math.ceil(needed / this.#unit));
  }

  #shrink(): boolean {
    let over = this.#over();
    if (over <= 0) return false;
    for (let index = this.#enis.length - 1; index >= 0 && over > 0; index--) {
      const units = Math.min(over, this.#enis[index] ?? 0);
      this.#enis[index] = (this.#enis[index] ?? 0) - units;
      over -= units;
      this.#count('UnassignPrivateIpAddresses');
    }
    const keep = this.#settings.customNetworking ? 0 : 1;
    while (this.#enis.length > keep && this.#enis.at(-1) === 0) {
      this.#enis.pop();
      this.#calls = plus(this.#calls, FREED_ENI);
    }
    return true;
  }

  #count(api: CniApi): void {
    this.#calls = plus(this.#calls, { [api]: 1 });
  }
}
