import { type EpochMs, SECOND_MS } from '../clock.ts';
import { PortError } from '../errors.ts';
import type { ClusterRef } from '../ports/kubernetes.ts';
import type { Key, Table } from '../ports/table.ts';
import type { Step, Target } from './plan.ts';
import { sha256Hex } from './step-key.ts';

/** The last time an action was begun on a target. */
export interface Cooldown {
  incidentId: string;
  generation: number;
  /** Of the step that began it, see `stepKey`. */
  key: string;
  startedAt: EpochMs;
  /** The same action on the same target waits until then. */
  until: EpochMs;
}

export type CooldownHolder = Pick<Cooldown, 'incidentId' | 'generation' | 'key'>;

/** A lost write means that somebody else began it just now: one more look says who. */
const MAX_LOST_RACES = 3;

/** The latest of all targets of the step; undefined when the action was never begun on any of them. */
export async function readCooldown(
  table: Table,
  cluster: ClusterRef,
  step: Pick<Step, 'action' | 'targets'>,
): Promise<Cooldown | undefined> {
  const items = await Promise.all(
    step.targets.map((target) => read(table, keyOf(cluster, step.action, target))),
  );
  const found = items.filter((each) => each !== undefined);
  return found.reduce<Cooldown | undefined>(
    (latest, each) => (latest === undefined || each.until > latest.until ? each : latest),
    undefined,
  );
}

/** The same step goes on: its own cool-down is no reason against it. */
export function isHeldBy(cooldown: CooldownHolder, holder: CooldownHolder): boolean {
  const { incidentId, generation, key } = cooldown;
  return incidentId === holder.incidentId && generation === holder.generation && key === holder.key;
}

/**
 * Begins the cool-down of every target by compare-and-set, so that of any number of runs at once one begins the action.
 * Doing it again changes nothing. Undefined: it is ours; otherwise whose it is, and then nothing of ours is left.
 */
export async function claimCooldown(
  table: Table,
  cluster: ClusterRef,
  step: Pick<Step, 'action' | 'targets'>,
  claim: CooldownHolder & { now: EpochMs; cooldownMs: number },
): Promise<Cooldown | undefined> {
  const taken: Target[] = [];
  // In one order for everybody: two steps that share targets cannot each hold one and wait for the other.
  for (const target of step.targets.toSorted((left, right) => (left.id < right.id ? -1 : 1))) {
    const other = await claimOne(table, keyOf(cluster, step.action, target), claim);
    if (other !== undefined) {
      await releaseCooldown(table, cluster, { action: step.action, targets: taken }, claim);
      return other;
    }
    taken.push(target);
  }
  return undefined;
}

/** Only what the holder itself began, for a step that was not done after all. */
export async function releaseCooldown(
  table: Table,
  cluster: ClusterRef,
  step: { action: string; targets: readonly Target[] },
  holder: CooldownHolder,
): Promise<void> {
  for (const target of step.targets) {
    const key = keyOf(cluster, step.action, target);
    const known = await read(table, key);
    if (known === undefined || !isHeldBy(known, holder)) continue;
    await table.update(key, { set: { until: known.startedAt } }, [sameAs(known)]);
  }
}

async function claimOne(
  table: Table,
  key: Key,
  { now, cooldownMs, ...holder }: CooldownHolder & { now: EpochMs; cooldownMs: number },
): Promise<Cooldown | undefined> {
  const { incidentId, generation, key: stepKey } = holder;
  const until = now + cooldownMs;
  const mark = `${incidentId}#${generation}#${stepKey}#${now}`;
  const set = { incidentId, generation, key: stepKey, startedAt: now, until, mark };
  for (let race = 0; race < MAX_LOST_RACES; race++) {
    const known = await read(table, key);
    if (known !== undefined && known.until > now) return isHeldBy(known, holder) ? undefined : known;
    const expiresAt = Math.ceil(until / SECOND_MS);
    if (await table.update(key, { set: { ...set, expiresAt } }, [sameAs(known)])) return undefined;
  }
  throw new PortError('conflict', 'the cool-down changed while being written', {
    operation: 'claim cool-down',
  });
}

/** The row as it was read: by whom and when it was last begun. */
function sameAs(known: Cooldown | undefined) {
  if (known === undefined) return { attribute: 'mark', is: 'missing' } as const;
  const { incidentId, generation, key, startedAt } = known;
  return {
    attribute: 'mark',
    is: 'equal',
    value: `${incidentId}#${generation}#${key}#${startedAt}`,
  } as const;
}

async function read(table: Table, key: Key): Promise<Cooldown | undefined> {
  const item = await table.get(key);
  if (item === undefined) return undefined;
  return {
    incidentId: String(item['incidentId']),
    generation: Number(item['generation']),
    key: String(item['key']),
    startedAt: Number(item['startedAt']),
    until: Number(item['until']),
  };
}

/** Targets may have long names; the key is short all the same. */
function keyOf({ account, region, name }: ClusterRef, action: string, { kind, id }: Target): Key {
  return {
    pk: `COOLDOWN#${account}/${region}/${name}`,
    sk: `${action}#${kind}/${sha256Hex(id).slice(0, 32)}`,
  };
}
