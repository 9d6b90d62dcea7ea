import type { Env } from './advice.ts';
import { mostCooling } from './calls.ts';
import { podAddresses } from './instances.ts';
import type { ClusterNumbers, NodeGroupNumbers } from './numbers.ts';
import type { CniSettings } from './settings.ts';

/** Settings that are worth modelling; `env` is what differs from the present ones, as absolute values. */
export interface Candidate {
  settings: CniSettings;
  env: Env;
}

/** The settings that may be tuned on nodes that run. Prefix delegation and custom networking are not among them. */
const NAMES = {
  warmEniTarget: 'WARM_ENI_TARGET',
  warmIpTarget: 'WARM_IP_TARGET',
  minimumIpTarget: 'MINIMUM_IP_TARGET',
  warmPrefixTarget: 'WARM_PREFIX_TARGET',
  ipCooldownSeconds: 'IP_COOLDOWN_PERIOD',
} as const;

type Field = keyof typeof NAMES;

const FIELDS: readonly Field[] = [
  'warmEniTarget',
  'warmIpTarget',
  'minimumIpTarget',
  'warmPrefixTarget',
  'ipCooldownSeconds',
];

/** Spare addresses beside a floor: two for a calm cluster, five where more pods than expected come. */
const WARM_IPS = [2, 5];
const WARM_ENIS = [1, 2, 3];
const WARM_PREFIXES = [1, 2];
/** Shorter than this, kube-proxies on other nodes may still send to an address that has a new owner. */
const SHORT_COOLDOWN_SECONDS = 10;
/** Bounds the model's work in clusters of many groups. */
const MAX_FLOORS = 6;

/**
 * The options, from what the cluster's groups ask for. Whatever of them is chosen, the options of the cluster it
 * was applied to are among these: so that advice which was followed is kept.
 */
export function candidatesFor({ settings, groups }: ClusterNumbers): Candidate[] {
  const present = settings.ipCooldownSeconds;
  const cooldowns = [...new Set([present, Math.min(present, SHORT_COOLDOWN_SECONDS)])];
  const targets: Partial<CniSettings>[] = [
    {},
    ...WARM_IPS.flatMap((warmIpTarget) =>
      floors(groups, settings, { spare: warmIpTarget, cooldowns }).map((minimumIpTarget) => ({
        warmIpTarget,
        minimumIpTarget,
      })),
    ),
    ...wholeUnits(settings),
  ];
  const all = cooldowns.flatMap((ipCooldownSeconds) =>
    targets.map((target) => candidate(settings, { ...settings, ...target, ipCooldownSeconds })),
  );
  return [...new Map(all.map((each) => [JSON.stringify(each.env), each])).values()];
}

function wholeUnits({ prefixDelegation }: CniSettings): Partial<CniSettings>[] {
  // 0 is how ipamd reads an unset target; an absolute value also overrides what somebody else set.
  const off = { warmIpTarget: 0, minimumIpTarget: 0 };
  return prefixDelegation
    ? WARM_PREFIXES.map((warmPrefixTarget) => ({ ...off, warmPrefixTarget }))
    : WARM_ENIS.map((warmEniTarget) => ({ ...off, warmEniTarget }));
}

interface Floor {
  spare: number;
  cooldowns: readonly number[];
}

/** A floor holds a group's pods, the addresses of those that just ended, and the spare ones. */
function floors(
  groups: readonly NodeGroupNumbers[],
  settings: CniSettings,
  { spare, cooldowns }: Floor,
): number[] {
  const all = groups.flatMap((group) =>
    cooldowns.map((seconds) => {
      const wanted = group.podsPerNode + mostCooling(group, seconds) + spare;
      return Math.min(wanted, capacityOf(group, settings));
    }),
  );
  const sorted = [...new Set(all)].filter((floor) => floor > 0).toSorted((left, right) => left - right);
  const step = Math.max(1, Math.ceil(sorted.length / MAX_FLOORS));
  return sorted.filter((_, index) => (sorted.length - 1 - index) % step === 0);
}

/** Addresses for pods that a node of the group can ever hold. */
export function capacityOf({ limits, maxPods }: NodeGroupNumbers, settings: CniSettings): number {
  return Math.min(podAddresses(limits, settings), maxPods);
}

/** Each without the other means something else: both are written even where only one of them changes. */
const TOGETHER: readonly Field[] = ['warmIpTarget', 'minimumIpTarget'];

function candidate(present: CniSettings, settings: CniSettings): Candidate {
  const isChanged = (field: Field) => settings[field] !== present[field];
  const isWritten = (field: Field) =>
    isChanged(field) || (TOGETHER.includes(field) && TOGETHER.some(isChanged));
  const written = FIELDS.filter(isWritten).map((field) => [NAMES[field], String(settings[field])]);
  return { settings, env: Object.fromEntries(written) };
}

/** An `env` of earlier advice on the settings as they are; undefined when it holds no target, or no number for one. */
export function candidateOf(present: CniSettings, env: Env): Candidate | undefined {
  const named = FIELDS.filter((field) => env[NAMES[field]] !== undefined);
  const values = named.map((field) => [field, Number(env[NAMES[field]])] as const);
  if (values.length === 0 || values.some(([, value]) => !(Number.isInteger(value) && value >= 0))) {
    return undefined;
  }
  return candidate(present, { ...present, ...Object.fromEntries(values) });
}

/** As people read it: `MINIMUM_IP_TARGET=12 WARM_IP_TARGET=2`. */
export function envText(env: Env): string {
  return Object.entries(env)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
