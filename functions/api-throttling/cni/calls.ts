import { type CallCounts, CNI_APIS, mutatingOf, totalOf } from './apis.ts';
import { podAddresses } from './instances.ts';
import { type NodeShape, Pool } from './pool.ts';
import type { CniSettings } from './settings.ts';

/** One node with what runs on it. */
export interface NodeLoad extends NodeShape {
  /** Most pods at once that need an address of the node: not those of the host network, not branch ENIs. */
  podsPerNode: number;
  /** Pods that end, and as many that start, on one node in a minute. */
  podsChurnedPerMinute: number;
}

/** What settings lead to on one node. Counts are EC2 calls; `mutating` are those that change something. */
export interface NodeCalls {
  launch: { byApi: CallCounts; total: number; mutating: number };
  /** Of the mutating ones of the launch, those made after the first pod came: pods may wait for them. */
  whilePodsCome: number;
  /** In `CHURN_MINUTES` of steady churn, once it has settled. */
  churn: { byApi: CallCounts; total: number; mutating: number };
  /** Most addresses of the subnet that ENIs for pods hold at once, their own included, and most ENIs. */
  addresses: number;
  enis: number;
  /** Pods that never get an address. */
  unserved: number;
}

export const CHURN_MINUTES = 10;
/** Even, so that whole waves are counted. */
const SETTLING_MINUTES = 6;
const LOOK_SECONDS = 5;
const LOOKS_PER_MINUTE = 60 / LOOK_SECONDS;
const WAVE_MINUTES = 2;
const LOOKS_PER_WAVE = WAVE_MINUTES * LOOKS_PER_MINUTE;
const LOOKS_PER_SHRINK = 6;
/** A few pods come to a new node between two looks: fewer at a time means more and smaller calls. */
const PODS_PER_LOOK = 2;
/** Every step adds or gives back at least one address; no type has more steps than this. */
const MAX_LOOKS = 5_000;

const NOTHING = { byApi: {}, total: 0, mutating: 0 };

/** What ipamd asks of EC2 when one node starts and fills, and while its pods come and go. Total and pure. */
export function callsOf(settings: CniSettings, node: NodeLoad): NodeCalls {
  if (!settings.provisioning) {
    return { launch: NOTHING, whilePodsCome: 0, churn: NOTHING, addresses: 0, enis: 0, unserved: 0 };
  }
  const pool = new Pool(settings, node);
  const pods = Math.min(node.podsPerNode, podAddresses(node.limits, settings));
  settle(pool);
  const before = mutatingOf(pool.calls);
  for (let come = 0; come < pods; come += PODS_PER_LOOK) {
    pool.start(Math.min(PODS_PER_LOOK, pods - come));
    pool.look(false);
  }
  settle(pool);
  const launch = summed(pool.calls);
  const unserved = pool.waiting + node.podsPerNode - pods;
  const largest = { total: pool.total, enis: pool.enis };
  const churn = churned(pool, { settings, pods, perMinute: node.podsChurnedPerMinute, largest });
  const addresses = largest.total + largest.enis;
  return { launch, whilePodsCome: launch.mutating - before, churn, addresses, enis: largest.enis, unserved };
}

function settle(pool: Pool): void {
  let looks = 0;
  while (looks < MAX_LOOKS && pool.look(true)) looks++;
}

interface Churn {
  settings: CniSettings;
  pods: number;
  perMinute: number;
  /** Raised to the most that is held. */
  largest: { total: number; enis: number };
}

/**
 * Jobs come in waves: within a minute pods end, at most all of the node's, and the next start right after each;
 * then a minute is calm. So addresses that cool down are missing just when they are wanted.
 */
function churned(pool: Pool, { settings, pods, perMinute, largest }: Churn): NodeCalls['churn'] {
  const wave = waveOf(pods, perMinute);
  const cooling: number[] = [];
  const coolLooks = Math.ceil(settings.ipCooldownSeconds / LOOK_SECONDS);
  let before: CallCounts = {};
  for (let look = 0; look < (SETTLING_MINUTES + CHURN_MINUTES) * LOOKS_PER_MINUTE; look++) {
    if (look === SETTLING_MINUTES * LOOKS_PER_MINUTE) before = pool.calls;
    const ended = pool.end(dueAt(look, wave, 0));
    cooling[look + coolLooks] = (cooling[look + coolLooks] ?? 0) + ended;
    pool.cooled(cooling[look] ?? 0);
    pool.start(dueAt(look, wave, 1));
    pool.look(look % LOOKS_PER_SHRINK === 0);
    largest.total = Math.max(largest.total, pool.total);
    largest.enis = Math.max(largest.enis, pool.enis);
  }
  return summed(minus(pool.calls, before));
}

function waveOf(pods: number, perMinute: number): number {
  return Math.min(WAVE_MINUTES * perMinute, pods);
}

/** Most addresses of one wave that cool down at once. */
export function mostCooling(load: NodeLoad, cooldownSeconds: number): number {
  const share = Math.min(1, cooldownSeconds / 60);
  return Math.ceil(waveOf(load.podsPerNode, load.podsChurnedPerMinute) * share);
}

/** Pods due at this look, when every wave's come evenly in the minute that begins `offset` looks into it. */
function dueAt(look: number, wave: number, offset: number): number {
  return dueUntil(look, wave, offset) - dueUntil(look - 1, wave, offset);
}

function dueUntil(look: number, wave: number, offset: number): number {
  if (look < 0) return 0;
  const step = (look % LOOKS_PER_WAVE) + 1 - offset;
  const share = Math.min(1, Math.max(0, step / LOOKS_PER_MINUTE));
  return Math.floor(wave * (Math.floor(look / LOOKS_PER_WAVE) + share));
}

function minus(after: CallCounts, before: CallCounts): CallCounts {
  const left = CNI_APIS.map((api) => [api, (after[api] ?? 0) - (before[api] ?? 0)] as const);
  return Object.fromEntries(left.filter(([, count]) => count > 0));
}

function summed(byApi: CallCounts): { byApi: CallCounts; total: number; mutating: number } {
  return { byApi, total: totalOf(byApi), mutating: mutatingOf(byApi) };
}
