import { type CniVersion, isRead, knownSince, parseVersion } from './variables.ts';

/** What ipamd goes by, defaults of its version filled in. Targets count ENIs, addresses or /28 prefixes. */
export interface CniSettings {
  warmEniTarget: number;
  /** 0 is the same as unset; with this or `minimumIpTarget` above 0 the ENI and prefix targets do not count. */
  warmIpTarget: number;
  minimumIpTarget: number;
  warmPrefixTarget: number;
  /** 0: as many as the instance type has. */
  maxEni: number;
  ipCooldownSeconds: number;
  prefixDelegation: boolean;
  customNetworking: boolean;
  /** Security groups for pods: one ENI is the trunk. */
  podEni: boolean;
  subnetDiscovery: boolean;
  /** False: ipamd attaches nothing itself and makes no EC2 calls. */
  provisioning: boolean;
  ipv6: boolean;
  multiNic: boolean;
  /** Empty: ipamd reaches the API server through kube-proxy. */
  clusterEndpoint: string;
}

/** One `env` entry of a container, as Kubernetes has it. */
export interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: unknown;
}

export interface CniEnv {
  /** Of container `aws-node` and of init container `aws-vpc-cni-init`. */
  main: readonly EnvVar[];
  init: readonly EnvVar[];
  /** Add-on version or image tag. */
  version: string;
}

export interface ReadSettings {
  /** Null when a value that counts cannot be read: ipamd would fall back without a word, we do not guess. */
  settings: CniSettings | null;
  version: CniVersion | null;
  problems: string[];
  /** Names set that we do not know, and names set that this version does not read yet. */
  unknown: string[];
  unread: string[];
}

const DEFAULT_COOLDOWN_SECONDS = 30;
/** Far above what any instance type has; a larger number is a mistake. */
const MAX_COUNT = 100_000;
const TRUE = ['1', 't', 'T', 'true', 'TRUE', 'True'];
const FALSE = ['0', 'f', 'F', 'false', 'FALSE', 'False'];

/** Total: whatever stands in the DaemonSet gives settings, or the names of what cannot be read. */
export function readSettings(env: CniEnv): ReadSettings {
  const problems: string[] = [];
  const version = parseVersion(env.version);
  const names = [...env.main, ...env.init].map(({ name }) => name);
  const unknown = sorted(names.filter((name) => knownSince(name) === undefined));
  if (version === null) {
    problems.push(`version ${quoted(env.version)} is not a version of the VPC CNI`);
    return { settings: null, version, problems, unknown, unread: [] };
  }
  const settings = settingsOf(new Values(env.main, version, problems), version);
  const unread = sorted(names.filter((name) => !isRead(name, version) && !unknown.includes(name)));
  return { settings: problems.length === 0 ? settings : null, version, problems, unknown, unread };
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted((left, right) => left.localeCompare(right));
}

function settingsOf(values: Values, version: CniVersion): CniSettings {
  const imdsOnly = values.flag('ENABLE_IMDS_ONLY_MODE', false);
  const unmanaged = values.flag('DISABLE_NETWORK_RESOURCE_PROVISIONING', false);
  return {
    warmEniTarget: values.count('WARM_ENI_TARGET', 1),
    warmIpTarget: values.count('WARM_IP_TARGET', 0),
    minimumIpTarget: values.count('MINIMUM_IP_TARGET', 0),
    warmPrefixTarget: values.count('WARM_PREFIX_TARGET', 0),
    maxEni: values.count('MAX_ENI', 0),
    ipCooldownSeconds: values.count('IP_COOLDOWN_PERIOD', DEFAULT_COOLDOWN_SECONDS),
    prefixDelegation: values.flag('ENABLE_PREFIX_DELEGATION', false),
    customNetworking: values.flag('AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG', false),
    podEni: values.flag('ENABLE_POD_ENI', false),
    subnetDiscovery: values.flag('ENABLE_SUBNET_DISCOVERY', isRead('ENABLE_SUBNET_DISCOVERY', version)),
    provisioning: !imdsOnly && !unmanaged,
    ipv6: values.flag('ENABLE_IPv6', false),
    multiNic: values.flag('ENABLE_MULTI_NIC', false),
    clusterEndpoint: values.text('CLUSTER_ENDPOINT') ?? '',
  };
}

/** The variables of one container as this version reads them; what cannot be read is noted in `problems`. */
class Values {
  readonly #all: readonly EnvVar[];
  readonly #version: CniVersion;
  readonly #problems: string[];

  constructor(all: readonly EnvVar[], version: CniVersion, problems: string[]) {
    this.#all = all;
    this.#version = version;
    this.#problems = problems;
  }

  /** Undefined when it is not set, or not read by this version. */
  text(name: string): string | undefined {
    const [entry, second] = this.#all.filter((each) => each.name === name);
    if (entry === undefined || !isRead(name, this.#version)) return undefined;
    if (second !== undefined) return this.#reject(name, 'is given twice');
    if (entry.valueFrom !== undefined) return this.#reject(name, 'is taken from elsewhere (valueFrom)');
    return entry.value ?? '';
  }

  count(name: string, fallback: number): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    if (/^\d{1,6}$/.test(text) && Number(text) <= MAX_COUNT) return Number(text);
    this.#reject(name, `is ${quoted(text)}, not a whole number from 0 to ${MAX_COUNT}`);
    return fallback;
  }

  flag(name: string, fallback: boolean): boolean {
    const text = this.text(name);
    if (text === undefined) return fallback;
    if (!TRUE.includes(text) && !FALSE.includes(text)) {
      this.#reject(name, `is ${quoted(text)}, neither true nor false`);
    }
    return TRUE.includes(text);
  }

  #reject(name: string, why: string): undefined {
    const problem = `${name} ${why}`;
    if (!this.#problems.includes(problem)) this.#problems.push(problem);
    return undefined;
  }
}

const MAX_QUOTED = 40;

/** Values come from other people: bounded, escaped. */
function quoted(text: string): string {
  return JSON.stringify(text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text);
}
